"""Schedules in the native protocol's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from msgspec import UNSET

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.engine.schedules.verbs import SchedulesWanted, Seen
from jobyard.faces.native.wire import (
    LastJobOut,
    ScheduleChange,
    ScheduleIn,
    ScheduleOut,
    SchedulesAsked,
    TimesIn,
)
from jobyard.faces.native.words.asking import project_ref
from jobyard.faces.native.words.times import micros, moment, some_micros, some_moment
from jobyard.job.schedule import CatchUp, Overlap, Schedule
from jobyard.people.record import Actor


def schedule_in(wish: ScheduleIn) -> Schedule:
    """Return a new schedule as the engine takes it. Raises Invalid for a time out of range."""
    return Schedule(
        **_times(wish),
        name=wish.name,
        kind=wish.kind,
        parameters=wish.parameters,
        job_name=wish.job_name,
        queue=wish.queue,
        priority=wish.priority,
        project=wish.project,
        labels=wish.labels,
        tries=wish.tries,
        time_limit=wish.time_limit,
        memory_limit=wish.memory_limit,
        catch_up=CatchUp(wish.catch_up),
        overlap=Overlap(wish.overlap),
    )


def times_in(wish: TimesIn) -> Schedule:
    """Return a schedule that says nothing but its times. Raises Invalid for one out of range."""
    return Schedule(**_times(wish), name="", kind="")


def schedule_changes(change: ScheduleChange) -> dict[str, Any]:
    """Return what shall be different about a schedule, by field. Raises Invalid for a time out of range."""
    said = {name: getattr(change, name) for name in change.__struct_fields__}
    changes = {name: value for name, value in said.items() if value is not UNSET}
    for name, value in changes.items():
        if isinstance(value, datetime):
            changes[name] = micros(value, name)
    for name, words in (("catch_up", CatchUp), ("overlap", Overlap)):
        if name in changes:
            changes[name] = words(changes[name])
    return changes


def schedules_wanted(asked: SchedulesAsked, names: Mapping[str, str]) -> SchedulesWanted:
    """Return which schedules a list asks for; `names` are the names of projects by id."""
    ids = {name: id_ for id_, name in names.items()}
    return SchedulesWanted(
        owners=frozenset(asked.owner),
        projects=frozenset(one if one in names else ids.get(one, one) for one in asked.project),
        kinds=frozenset(asked.kind),
        paused=asked.paused,
    )


def schedule_out(seen: Seen, actor: Actor, names: Mapping[str, str]) -> ScheduleOut:
    """Return a schedule as the actor may see it; `names` are the names of projects by id."""
    schedule, job = seen.schedule, seen.last_job
    return ScheduleOut(
        id=schedule.id,
        name=schedule.name,
        owner=schedule.owner,
        project=project_ref(schedule.project, names),
        kind=schedule.kind,
        parameters=schedule.parameters,
        job_name=schedule.job_name,
        queue=schedule.queue,
        priority=schedule.priority,
        labels=schedule.labels,
        tries=schedule.tries,
        time_limit=schedule.time_limit,
        memory_limit=schedule.memory_limit,
        cron=schedule.cron,
        interval=schedule.interval,
        zone=schedule.zone,
        starts_at=some_moment(schedule.starts_at),
        ends_at=some_moment(schedule.ends_at),
        catch_up=schedule.catch_up.value,
        overlap=schedule.overlap.value,
        state=_state(schedule),
        paused_by=schedule.paused_by or None,
        paused_because=schedule.paused_because or None,
        held_because=schedule.held_because or None,
        next_at=some_moment(schedule.next_at),
        upcoming=[moment(time) for time in seen.upcoming],
        last_at=some_moment(schedule.last_at),
        last_job=None if job is None else LastJobOut(id=job.id, number=job.number, state=job.state.value),
        runs=schedule.runs,
        skipped_at=some_moment(schedule.skipped_at),
        skipped_because=schedule.skipped_because or None,
        created_at=moment(schedule.created_at),
        created_by=schedule.created_by,
        updated_at=moment(schedule.updated_at),
        updated_by=schedule.updated_by,
        may=_may(actor, schedule),
    )


def _times(wish: TimesIn) -> dict[str, Any]:
    return {
        "id": "",
        "owner": "",
        "cron": wish.cron,
        "interval": wish.interval,
        "zone": wish.zone,
        "starts_at": some_micros(wish.starts_at, "starts_at"),
        "ends_at": some_micros(wish.ends_at, "ends_at"),
    }


def _state(schedule: Schedule) -> Literal["active", "paused", "over"]:
    if schedule.paused:
        return "paused"
    return "over" if schedule.over else "active"


def _may(actor: Actor, schedule: Schedule) -> list[str]:
    words = ["update", "resume" if schedule.paused else "pause", "run"] if rules.may(actor, Verb.EDIT, schedule) else []
    return [*words, "delete"] if rules.may(actor, Verb.DELETE, schedule) else words
