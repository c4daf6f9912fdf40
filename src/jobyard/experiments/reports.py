"""What programs report while they run, taken in a batch at a time: values, plots, pictures, and the console.

A batch may come twice. What has an iteration replaces what stood there; a line of the console that is the same to the
millisecond is there once.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from jobyard.access.rules import Verb
from jobyard.experiments import rows, series
from jobyard.experiments.ground import Ground, held
from jobyard.experiments.library import changeable, require_draft
from jobyard.experiments.record import SINGLE, Experiment, Point, Series, Sort
from jobyard.experiments.refusals import ModelNotFound
from jobyard.experiments.standing import Standing
from jobyard.experiments.tasks import require
from jobyard.job.errors import JobNotFound, Refused
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction
from jobyard.store.text import storable

AT_ONCE = 5_000
"""How much of a batch is written in one transaction."""
MONITORED = (":monitor:gpu", ":monitor:machine")
"""Metrics whose iterations are seconds and say nothing of how far the work is."""
_COMPRESSED = 6
_DIGEST = 8


class Trouble(StrEnum):
    """Why something reported is not taken."""

    TASK = "Invalid task id"
    MODEL = "Invalid model id"
    FORBIDDEN = "Task belongs to somebody else"
    LOCKED = "Task is published"
    TEXT = "Text cannot be stored"
    MANY = "Too many metrics and variants"


class Report(Struct, frozen=True, kw_only=True):
    """One thing that was reported: a piece of the console where it has no sort."""

    home: str
    """The id of the task, or of the model."""
    of_model: bool = False
    sort: Sort | None = None
    metric: str = ""
    variant: str = ""
    iteration: int = 0
    at: int
    value: float = 0.0
    body: bytes = b""
    level: str = ""
    worker: str = ""
    text: str = ""
    label: str = ""
    """What the axis of a curve is called."""
    locked_too: bool = False
    """It is taken though its task is published."""


class Taken(Struct, frozen=True, kw_only=True):
    """What became of a batch."""

    added: int
    troubles: dict[str, int]
    """Why the others were not taken, and how many of each."""


class Clearing(Struct, frozen=True, kw_only=True):
    """Which pieces of a console shall go."""

    before: int
    """Only those before a time."""
    only: Sequence[str] | None = None
    """Only those of these metrics; None for all."""
    but: Sequence[str] = ()
    """None of these metrics."""
    locked_too: bool = False
    """Although the task is published."""


class Reports:
    """Takes reports in."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def add(self, actor: Actor, batch: Sequence[Report]) -> Taken:
        """Take a batch in; what is wrong with some of it does not harm the rest."""
        added, troubles = 0, Counter[str]()
        for start in range(0, len(batch), AT_ONCE):
            part = batch[start : start + AT_ONCE]
            count, wrong, tasks = await self._ground.write(
                lambda transaction, part=part: self._take(transaction, actor, part)  # type: ignore[misc]
            )
            added += count
            troubles += wrong
            self._ground.news(tasks)
        return Taken(added=added, troubles=dict(troubles))

    async def forget(self, actor: Actor, id_: str, *, locked_too: bool = False) -> int:
        """Forget all series of a task; return how many there were. Raises WrongStanding for a published one."""

        def work(transaction: Transaction) -> int:
            from jobyard.experiments.deleting import forget

            found = held(transaction, actor, Verb.EDIT, id_)
            if not locked_too:
                require(found, frozenset(Standing) - {Standing.PUBLISHED})
            count = len(series.of(transaction, id_))
            forget(transaction, id_)
            rows.write_task(transaction, replace(found.task, iteration=0), whole=False)
            return count

        return await self._ground.write(work)

    async def forget_model(self, actor: Actor, id_: str, *, locked_too: bool = False) -> int:
        """Forget all series of a model; return how many there were. Raises ModelReady for a published one."""

        def work(transaction: Transaction) -> int:
            from jobyard.experiments.deleting import forget

            require_draft(changeable(transaction, actor, id_), force=locked_too)
            count = len(series.of(transaction, id_))
            forget(transaction, id_)
            return count

        return await self._ground.write(work)

    async def clear(self, actor: Actor, id_: str, clearing: Clearing) -> int:
        """Forget pieces of a task's console; return how many. Raises WrongStanding for a published one."""

        def work(transaction: Transaction) -> int:
            found = held(transaction, actor, Verb.EDIT, id_)
            if not clearing.locked_too:
                require(found, frozenset(Standing) - {Standing.PUBLISHED})
            values = {
                "home": id_,
                "before": clearing.before,
                "every": int(clearing.only is None),
                "only": rows.listed(clearing.only or ()),
                "but": rows.listed(clearing.but),
            }
            return transaction.run(rows.QUERIES["clear_said"], values)

        gone = await self._ground.write(work)
        self._ground.news([id_])
        return gone

    def _take(
        self, transaction: Transaction, actor: Actor, batch: Sequence[Report]
    ) -> tuple[int, Counter[str], list[str]]:
        homes: dict[tuple[str, bool], list[Report]] = {}
        for one in batch:
            homes.setdefault((one.home, one.of_model), []).append(one)
        added, troubles, heard = 0, Counter[str](), list[str]()
        for (home, of_model), reports in sorted(homes.items(), key=lambda item: item[0]):
            found = _owner(transaction, actor, home, of_model=of_model)
            if isinstance(found, Trouble):
                troubles[found] += len(reports)
                continue
            wrong = [_trouble(one, found) for one in reports]
            troubles.update(trouble for trouble in wrong if trouble is not None)
            good = [one for one, trouble in zip(reports, wrong, strict=True) if trouble is None]
            taken, over = _written(transaction, home, good)
            added += taken
            if over:
                troubles[Trouble.MANY] += over
            if found is not None and taken:
                self._heard(transaction, found, good)
                heard.append(home)
            elif of_model and taken:
                self._reached(transaction, home, _reached(good))
        return added, troubles, heard

    def _heard(self, transaction: Transaction, found: Experiment, reports: Sequence[Report]) -> None:
        now, reached = self._ground.now(), _reached(reports)
        task = replace(
            found.task,
            updated_at=now,
            iteration=max(found.task.iteration, reached),
            head=replace(found.task.head, touched_at=now),
        )
        rows.write_task(transaction, task, whole=False)
        self._ground.reported.heard(transaction, found.job, self._ground.lease(found.job))

    def _reached(self, transaction: Transaction, id_: str, iteration: int) -> None:
        model = rows.model(transaction, id_)
        if model is not None and model.last_iteration < iteration:
            now = self._ground.now()
            rows.put_model(transaction, replace(model, last_iteration=iteration, updated_at=now, touched_at=now))


def _reached(reports: Sequence[Report]) -> int:
    """Return the iteration up to which something tells of how far the work is."""
    told = (one for one in reports if one.sort is not None and one.metric not in MONITORED)
    return max((one.iteration for one in told if one.iteration != SINGLE), default=0)


def _owner(transaction: Transaction, actor: Actor, home: str, *, of_model: bool) -> Experiment | Trouble | None:
    """Return the task that is reported of, None for a model, or why nothing may be."""
    try:
        if of_model:
            changeable(transaction, actor, home)
            return None
        return held(transaction, actor, Verb.RUN, home)
    except ModelNotFound:
        return Trouble.MODEL
    except JobNotFound:
        return Trouble.TASK
    except Refused:
        return Trouble.FORBIDDEN


def _trouble(one: Report, found: Experiment | None) -> Trouble | None:
    if found is not None and found.standing is Standing.PUBLISHED and not one.locked_too:
        return Trouble.LOCKED
    if not all(storable(text) for text in (one.metric, one.variant, one.level, one.worker, one.label)):
        return Trouble.TEXT
    return None


def _written(transaction: Transaction, home: str, reports: Sequence[Report]) -> tuple[int, int]:
    """Write the reports of one home; return how many were, and how many would be one series too many."""
    said = [_said(one) for one in reports if one.sort is None]
    transaction.run_many(rows.QUERIES["say"], said)
    named = [(one.sort, one.metric, one.variant, one) for one in reports if one.sort is not None]
    if not named:
        return len(said), 0
    known = series.made(transaction, home, [(sort, metric, variant) for sort, metric, variant, _ in named])
    told: dict[Series, list[Point]] = {}
    labels: dict[int, str] = {}
    for sort, metric, variant, one in named:
        if (sort, metric, variant) in known:
            body = zlib.compress(one.body, _COMPRESSED) if sort is Sort.PLOT else one.body
            place = known[sort, metric, variant]
            told.setdefault(place, []).append(Point(one.iteration, one.at, one.value, body))
            if one.label:
                labels[place.number] = one.label
    series.write(transaction, told, labels)
    count = sum(map(len, told.values()))
    return len(said) + count, len(named) - count


def _said(one: Report) -> dict[str, Any]:
    line = one.text.encode("utf-8", "surrogatepass")
    of = [one.metric.encode(), one.variant.encode()] if one.metric or one.variant else []
    told = b"\0".join([one.level.encode(), one.worker.encode(), line, *of])
    digest = int.from_bytes(blake2b(told, digest_size=_DIGEST).digest(), "big", signed=True)
    return {
        "home": one.home,
        "at": one.at,
        "digest": digest,
        "level": one.level,
        "worker": one.worker,
        "line": line,
        "iteration": one.iteration,
        "metric": one.metric,
        "variant": one.variant,
    }
