"""Schedules in the words of the protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from jobyard.faces.alteryx import taking
from jobyard.faces.alteryx.wire.schedules import (
    AnsweredOut,
    Iteration,
    ReducedScheduleOut,
    ScheduleIn,
    ScheduleOut,
)
from jobyard.faces.alteryx.words import iterations
from jobyard.faces.alteryx.words.answers import answers, run_priority
from jobyard.faces.alteryx.words.jobs import DEFAULT_QUEUE, PRIORITIES, priority
from jobyard.faces.alteryx.words.times import optional_time, time
from jobyard.faces.alteryx.words.workflows import tag
from jobyard.job.schedule import Schedule

MARK = "alteryx"
PYTHON = "workflow.python"
KINDS = frozenset({"workflow.run", PYTHON})
"""Schedules of other kinds of work do not exist for these clients."""


class Marks(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What these clients say of a schedule beyond what ours holds."""

    iteration: Iteration | None = None
    comment: str = ""
    credential: str = ""


def marks(schedule: Schedule) -> Marks:
    """Return what is kept of these."""
    return msgspec.convert(schedule.marks.get(MARK, {}), Marks)


def workflow_of(schedule: Schedule) -> str:
    """Return the id of the workflow that a schedule runs."""
    return str(schedule.parameters.get("workflow", ""))


def changes(told: ScheduleIn, old: Schedule | None, workflow: str, kind: str) -> dict[str, Any]:
    """Return what becomes of our schedule's fields: those that are said anew. Raises Invalid naming the field."""
    kept = Marks() if old is None else marks(old)
    found: dict[str, Any] = {}
    if told.name is not UNSET and told.name:
        found["name"] = told.name.strip()
    if told.priority is not UNSET:
        found["priority"] = PRIORITIES[run_priority(told.priority)]
    if told.worker_tag is not UNSET:
        found["queue"] = tag(told.worker_tag or "") or None
    if workflow or told.questions is not UNSET or told.credential_id is not UNSET:
        found |= _parameters(told, old, workflow, kind)
    if told.comment is not UNSET:
        kept = msgspec.structs.replace(kept, comment=told.comment or "")
    if told.credential_id is not UNSET:
        kept = msgspec.structs.replace(kept, credential=(told.credential_id or "")[:100])
    if _says_when(told):
        iteration, timed = _timed(told, old)
        kept = msgspec.structs.replace(kept, iteration=iteration)
        found |= timed
    packed = {MARK: msgspec.to_builtins(kept)}
    if old is None or packed != {MARK: old.marks.get(MARK, {})}:
        found["marks"] = {**({} if old is None else old.marks), **packed}
    return found


def schedule_out(
    schedule: Schedule, next_at: int | None, ids: Mapping[str, str], *, version: str | None, can_edit: bool
) -> ScheduleOut:
    """Return a schedule; `ids` are ids of users by their names."""
    kept = marks(schedule)
    told = kept.iteration or iterations.iteration(schedule)
    state = "Inactive" if schedule.paused else "Completed" if schedule.over else "Active"
    given = schedule.parameters.get("answers", {})
    return ScheduleOut(
        **_reduced(schedule, next_at, ids),
        version_id=version,
        comment=kept.comment,
        enabled=not schedule.paused,
        priority=priority(schedule.priority).value,
        worker_tag="" if schedule.queue in {None, DEFAULT_QUEUE} else str(schedule.queue),
        credential_id=kept.credential,
        creation_time=time(schedule.created_at),
        last_run_time=optional_time(schedule.last_at),
        state=state,
        status=state,
        run_count=schedule.runs,
        iteration=told,
        frequency=iterations.frequency(told),
        last_error=schedule.paused_because or schedule.held_because or schedule.skipped_because,
        cpu_name="",
        last_modified_id=ids.get(schedule.updated_by, ""),
        last_modified_date=time(schedule.updated_at),
        can_edit=can_edit,
        questions=[AnsweredOut(name=str(name), value=str(value)) for name, value in given.items()],
    )


def reduced_out(schedule: Schedule, next_at: int | None, ids: Mapping[str, str]) -> ReducedScheduleOut:
    """Return a schedule as lists tell it."""
    return ReducedScheduleOut(**_reduced(schedule, next_at, ids))


def _reduced(schedule: Schedule, next_at: int | None, ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": schedule.id,
        "name": schedule.name,
        "workflow_id": workflow_of(schedule) or None,
        "owner_id": ids.get(schedule.owner, ""),
        "run_date_time": "" if next_at is None else time(next_at),
        "time_zone": schedule.zone,
    }


def _parameters(told: ScheduleIn, old: Schedule | None, workflow: str, kind: str) -> dict[str, Any]:
    before = {} if old is None else old.parameters
    given = before.get("answers", {}) if told.questions is UNSET else answers(told.questions)
    credential = before.get("credential", "") if told.credential_id is UNSET else told.credential_id or ""
    kind = kind or ("" if old is None else old.kind)
    # A drawn workflow has no use for one, and is not given it.
    kept = {"credential": credential} if credential and kind == PYTHON else {}
    named = {"workflow": workflow} if workflow else {key: before[key] for key in before if key != "credential"}
    found: dict[str, Any] = {"parameters": {**named, "answers": given, **kept}}
    return {**found, "kind": kind} if workflow else found


def _says_when(told: ScheduleIn) -> bool:
    """Tell whether times are said. A client in use leaves the type out, and means that they stay."""
    zone = told.time_zone is not UNSET and bool(told.time_zone)
    return zone or (told.iteration is not UNSET and bool(told.iteration.iteration_type))


def _timed(told: ScheduleIn, old: Schedule | None) -> tuple[Iteration, dict[str, Any]]:
    zone = told.time_zone if told.time_zone is not UNSET and told.time_zone else "UTC" if old is None else old.zone
    known = None if old is None else marks(old).iteration or iterations.iteration(old)
    said = told.iteration if told.iteration is not UNSET and told.iteration.iteration_type else known
    if said is None:
        raise taking.wrong("iteration", "This field is required.")
    found = iterations.times(said, zone)
    return said, msgspec.structs.asdict(found)
