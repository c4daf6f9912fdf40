"""Job <-> row, in one place. The columns stand in the order of the table; a test holds both schemas to it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from enum import IntEnum
from operator import attrgetter, itemgetter
from typing import Any

import msgspec
from msgspec import Struct, field

from jobyard.job.errors import Invalid
from jobyard.job.filters import searchable
from jobyard.job.record import Failure, Job, OnFailure, Progress, Resource
from jobyard.job.states import State
from jobyard.store import text
from jobyard.store.facets import format_of, given

COLUMNS = (
    *("number", "id", "kind", "owner", "name", "project", "queue", "rank", "parent", "face", "external"),
    *("resource_type", "resource_id", "state", "ready", "revision", "attempt", "failures", "tries"),
    *("created_at", "queued_at", "due_at", "started_at", "begun_at", "finished_at", "worker", "lease_until"),
    *("results_until", "results_expired", "kept", "lively", "fixed", "turn", "waits", "unique_key", "schedule"),
    *("origin", "format", "given"),
)
NUMBER = COLUMNS.index("number")
RANK = COLUMNS.index("rank")
TURN = COLUMNS.index("turn")
FINISHED_AT = COLUMNS.index("finished_at")


class Fixed(Struct, frozen=True, omit_defaults=True):
    """What hardly ever changes and is never searched by itself."""

    parameters: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    resource_name: str = ""
    time_limit: float | None = None
    memory_limit: int | None = None
    after: tuple[str, ...] = ()
    on_failure: OnFailure = OnFailure.CANCEL


class Lively(Struct, frozen=True, omit_defaults=True):
    """What changes while a job runs and is never searched by itself."""

    marks: dict[str, Any] = field(default_factory=dict)
    cancel_asked_at: int | None = None
    cancel_asked_by: str | None = None
    progress: Progress | None = None
    result: Any = None
    failure: Failure | None = None
    losses: int = 0


class Extent(IntEnum):
    """How much of a row a change touches; the less, the fewer indexes move."""

    RENEWED = 1
    """Only the lease, the progress and other lively things."""
    MOVED = 2
    """Also the state, times and counts."""
    REWRITTEN = 3
    """Anything."""


_encode = msgspec.json.Encoder().encode
_fixed = msgspec.json.Decoder(Fixed).decode
_lively = msgspec.json.Decoder(Lively).decode
_STATES = {state.value: state for state in State}

_IDENTITY: Callable[[Job], tuple[Any, ...]] = attrgetter(
    *("kind", "owner", "name", "project", "queue", "priority", "parent", "face", "external", "resource"),
    *("tries", "created_at", "parameters", "labels", "time_limit", "memory_limit"),
    *("after", "on_failure", "unique", "schedule", "origin"),
)
_MOTION: Callable[[Job], tuple[Any, ...]] = attrgetter(
    *("state", "attempt", "failures", "queued_at", "due_at", "started_at", "begun_at", "finished_at", "worker"),
    *("results_until", "results_expired", "kept", "turn", "waits"),
)
_PLAIN_AT = (0, 1, 2, 3, 4, 5, 6, 8, 9, *range(15, 28), 32, 33, 35, 36)
_PLAIN = tuple(COLUMNS[at] for at in _PLAIN_AT)
"""The columns whose value is the field of the same name as it is."""
_plain: Callable[[Sequence[Any]], tuple[Any, ...]] = itemgetter(*_PLAIN_AT)
_WORDS: Callable[[Job], tuple[Any, ...]] = attrgetter(
    *("number", "name", "kind", "owner", "queue", "face", "labels", "resource", "parameters", "failure"),
)


def to_job(row: Sequence[Any]) -> Job:
    """Return the job in a row of the table `jobs`."""
    fixed, lively = _fixed(row[31]), _lively(row[30])
    plain: dict[str, Any] = dict(zip(_PLAIN, _plain(row), strict=True))
    return Job(
        **plain,
        priority=-row[7],
        external=row[10] == 1,
        resource=Resource(type=row[11], id=row[12], name=fixed.resource_name) if row[11] is not None else None,
        state=_STATES[row[13]],
        results_expired=row[28] == 1,
        kept=row[29] == 1,
        unique=row[34],
        parameters=fixed.parameters,
        labels=fixed.labels,
        time_limit=fixed.time_limit,
        memory_limit=fixed.memory_limit,
        after=fixed.after,
        on_failure=fixed.on_failure,
        marks=lively.marks,
        cancel_asked_at=lively.cancel_asked_at,
        cancel_asked_by=lively.cancel_asked_by,
        progress=lively.progress,
        result=lively.result,
        failure=lively.failure,
        losses=lively.losses,
    )


def to_row(job: Job) -> dict[str, Any]:
    """Return the parameters of the statements that write a job whole. Raises Invalid for what JSON cannot hold."""
    resource = job.resource
    return {
        **to_motion(job),
        "kind": job.kind,
        "owner": job.owner,
        "name": job.name,
        "project": job.project,
        "queue": job.queue,
        "rank": -job.priority,
        "parent": job.parent,
        "face": job.face,
        "external": int(job.external),
        "resource_type": resource.type if resource else None,
        "resource_id": resource.id if resource else None,
        "tries": job.tries,
        "created_at": job.created_at,
        "unique_key": job.unique,
        "schedule": job.schedule,
        "origin": job.origin,
        "format": format_of(job.parameters),
        "given": given(job.parameters),
        "fixed": to_json(
            Fixed(
                parameters=job.parameters,
                labels=job.labels,
                resource_name=resource.name if resource else "",
                time_limit=job.time_limit,
                memory_limit=job.memory_limit,
                after=job.after,
                on_failure=job.on_failure,
            )
        ),
    }


def to_motion(job: Job) -> dict[str, Any]:
    """Return the parameters of the statement that writes what a move changes."""
    return {
        **to_renewal(job),
        "state": job.state.value,
        "ready": int(job.state is State.QUEUED and not job.external and job.due_at is None and job.waits == 0),
        "turn": job.turn,
        "waits": job.waits,
        "attempt": job.attempt,
        "failures": job.failures,
        "queued_at": job.queued_at,
        "due_at": job.due_at,
        "started_at": job.started_at,
        "begun_at": job.begun_at,
        "finished_at": job.finished_at,
        "worker": job.worker,
        "results_until": job.results_until,
        "results_expired": int(job.results_expired),
        "kept": int(job.kept),
    }


def to_renewal(job: Job) -> dict[str, Any]:
    """Return the parameters of the statement that writes what a beat or a report changes."""
    if job.progress is not None and not math.isfinite(job.progress.done):
        raise Invalid(reason="Progress must be a finite number.")
    return {
        "id": job.id,
        "revision": job.revision,
        "lease_until": job.lease_until,
        "lively": to_json(
            Lively(
                marks=job.marks,
                cancel_asked_at=job.cancel_asked_at,
                cancel_asked_by=job.cancel_asked_by,
                progress=job.progress,
                result=job.result,
                failure=job.failure,
                losses=job.losses,
            )
        ),
    }


def extent(old: Job, new: Job) -> Extent:
    """Tell how much of the row differs."""
    if _IDENTITY(old) != _IDENTITY(new):
        return Extent.REWRITTEN
    return Extent.RENEWED if _MOTION(old) == _MOTION(new) else Extent.MOVED


def new_words(old: Job, new: Job) -> str | None:
    """Return the searchable text of a job when it has changed, else None."""
    if _WORDS(old) == _WORDS(new):
        return None
    found = searchable(new)
    return None if found == searchable(old) else found


def to_json(value: Any) -> str:
    """Return a value as JSON text. Raises Invalid for half a surrogate pair."""
    try:
        return _encode(value).decode()
    except UnicodeEncodeError:
        raise text.unstorable() from None
