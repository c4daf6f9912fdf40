"""Schedules of workflows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import count
from typing import Any

from litestar import Response, delete, get, patch, post, put
from litestar.params import FromPath
from msgspec import UNSET
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.engine.schedules.verbs import SchedulesWanted, Seen
from jobyard.faces.alteryx import taking
from jobyard.faces.alteryx.knowing import ids_of, named, require_credential, user_named
from jobyard.faces.alteryx.surroundings import Ask
from jobyard.faces.alteryx.taking import ASKED, TAKES
from jobyard.faces.alteryx.wire.schedules import ReducedScheduleOut, ScheduleIn, ScheduleOut
from jobyard.faces.alteryx.words import schedules as words
from jobyard.faces.alteryx.words.times import moment
from jobyard.faces.alteryx.words.workflows import ListView
from jobyard.job import timetable
from jobyard.job.clock import SECOND
from jobyard.job.errors import Invalid, NameTaken, NotFound
from jobyard.job.schedule import Overlap, Schedule
from jobyard.people.record import Actor
from jobyard.workflows.library.verbs import KINDS
from jobyard.workflows.sharing.record import Form

_THING = "/v3/schedules/{schedule_id:str}"
_MOST = 5_000
_WINDOW = 45 * 86_400 * SECOND
_TRIES = 100
"""Names that are tried for a schedule that nobody named."""


@get("/v3/schedules", opt={ASKED: ("view", "ownerId", "workflowId", "runsAfter", "runsBefore")})
async def list_schedules(request: Ask) -> list[ReducedScheduleOut] | list[ScheduleOut]:
    """Return the schedules that somebody sees, those that collections share with them included."""
    asked = request.asked
    owner = asked.get("ownerid", "").strip()
    workflow = asked.get("workflowid", "").strip()
    window = _window(request)
    name = await request.engine.people.name_of(owner) if owner else ""
    if owner and not name:
        return []
    found = [
        one
        for one in await _all(request)
        if (not workflow or words.workflow_of(one.schedule) == workflow) and (not name or one.schedule.owner == name)
    ]
    times = await asyncio.to_thread(_runs, found, window)
    if window is not None:
        found = [one for one in found if times[one.schedule.id] is not None]
    if taking.chosen(asked, "view", ListView) is ListView.FULL:
        return [await _told(request, one, times[one.schedule.id]) for one in found]
    ids = await ids_of(request, [one.schedule.owner for one in found])
    return [words.reduced_out(one.schedule, times[one.schedule.id], ids) for one in found]


@post("/v3/schedules", status_code=201, opt={TAKES: ScheduleIn})
async def add_schedule(request: Ask) -> Response[bytes]:
    """Make a schedule and return its id."""
    told = await taking.body(request, ScheduleIn)
    if told.workflow_id is UNSET:
        raise taking.wrong("workflowId", "This field is required.")
    if told.iteration is UNSET:
        raise taking.wrong("iteration", "This field is required.")
    await _require_owner(request, told, request.user.name)
    if told.credential_id is not UNSET:
        await require_credential(request, told.credential_id)
    workflow, kind, name = await _workflow(request, told.workflow_id)
    said = words.changes(told, None, workflow, kind)
    _require_future(request, said["starts_at"])
    seen = await _made(request, said, name)
    if told.enabled is False:
        await request.engine.schedules.pause(request.user, seen.schedule.id)
    return named(seen.schedule.id, 201)


@get(_THING)
async def get_schedule(request: Ask, schedule_id: FromPath[str]) -> ScheduleOut:
    """Return a schedule."""
    _, seen = await _found(request, schedule_id)
    return await _told(request, seen)


@put(_THING, opt={TAKES: ScheduleIn})
async def put_schedule(request: Ask, schedule_id: FromPath[str]) -> ScheduleOut:
    """Change a schedule; what is not said stays as it is."""
    return await _changed(request, schedule_id)


@patch(_THING, opt={TAKES: ScheduleIn})
async def patch_schedule(request: Ask, schedule_id: FromPath[str]) -> ScheduleOut:
    """Change a schedule; what is not said stays as it is."""
    return await _changed(request, schedule_id)


@delete(_THING, status_code=200)
async def delete_schedule(request: Ask, schedule_id: FromPath[str]) -> Response[None]:
    """Remove a schedule; the jobs it made stay."""
    await _found(request, schedule_id)
    await request.engine.schedules.delete(request.user, schedule_id)
    return Response(None, status_code=200)


@post(f"{_THING}/enable", status_code=200)
async def enable_schedule(request: Ask, schedule_id: FromPath[str]) -> ScheduleOut:
    """Let a schedule run again. A client in use asks so."""
    actor, _ = await _found(request, schedule_id)
    return await _told(request, await request.engine.schedules.resume(actor, schedule_id))


@post(f"{_THING}/disable", status_code=200)
async def disable_schedule(request: Ask, schedule_id: FromPath[str]) -> ScheduleOut:
    """Let a schedule make no runs until it is enabled."""
    actor, _ = await _found(request, schedule_id)
    return await _told(request, await request.engine.schedules.pause(actor, schedule_id))


async def _changed(request: Ask, id_: str) -> ScheduleOut:
    told = await taking.body(request, ScheduleIn)
    actor, seen = await _found(request, id_)
    old = seen.schedule
    await _require_owner(request, told, old.owner)
    if told.credential_id is not UNSET:
        await require_credential(request, told.credential_id)
    workflow, kind = "", ""
    if told.workflow_id is not UNSET and told.workflow_id != words.workflow_of(old):
        workflow, kind, _ = await _workflow(request, told.workflow_id)
    said = {
        name: value for name, value in words.changes(told, old, workflow, kind).items() if getattr(old, name) != value
    }
    if "starts_at" in said:
        _require_future(request, said["starts_at"])
    schedules = request.engine.schedules
    if told.enabled is False:
        seen = await schedules.pause(actor, id_)
    if said:
        seen = await schedules.update(actor, id_, said)
    if told.enabled is True:
        seen = await schedules.resume(actor, id_)
    return await _told(request, seen)


async def _made(request: Ask, said: dict[str, Any], name: str) -> Seen:
    """Make a schedule; one that nobody named is called after its workflow, with a number where that is taken."""
    wanted = Schedule(**{"id": "", "owner": "", "name": name, "overlap": Overlap.ALLOW, **said})
    if "name" in said:
        return await request.engine.schedules.create(request.user, wanted)
    for number in count(1):
        try:
            return await request.engine.schedules.create(request.user, replace(wanted, name=_numbered(name, number)))
        except NameTaken:
            if number >= _TRIES:
                raise
    raise AssertionError


def _numbered(name: str, number: int) -> str:
    return name[:200] if number == 1 else f"{name[:200]} ({number})"


async def _workflow(request: Ask, id_: str) -> tuple[str, str, str]:
    """Return a workflow's id, the kind of work that runs it, and its name. Raises Invalid."""
    try:
        shown = await request.library.shown(request.user, id_.strip())
    except NotFound:
        raise taking.wrong("workflowId", f"There is no workflow {id_[:64]}.") from None
    return shown.workflow.id, KINDS.get(shown.published.about.drawn, "workflow.run"), shown.workflow.name


async def _found(request: Ask, id_: str) -> tuple[Actor, Seen]:
    """Return a schedule with who asks for it, as they stand to it. Raises NotFound."""
    actor = await request.house.sharing.collections.towards(request.user, Form.SCHEDULE, id_)
    seen = await request.engine.schedules.get(actor, id_)
    if seen.schedule.kind not in words.KINDS:
        raise NotFound(what="schedule", name=id_[:64])
    return actor, seen


async def _all(request: Ask) -> list[Seen]:
    page = await request.engine.schedules.find(request.user, SchedulesWanted(kinds=words.KINDS), _MOST)
    found = {one.schedule.id: one for one in page.schedules}
    for id_ in sorted(await request.house.sharing.collections.shared(request.user, Form.SCHEDULE) - found.keys()):
        try:
            _, found[id_] = await _found(request, id_)
        except NotFound:
            continue
    return list(found.values())


async def _told(request: Ask, seen: Seen, next_at: int | None = None) -> ScheduleOut:
    schedule = seen.schedule
    ids = await ids_of(request, [schedule.owner, schedule.updated_by])
    actor = await request.house.sharing.collections.towards(request.user, Form.SCHEDULE, schedule.id)
    try:
        version = (await request.library.shown(request.user, words.workflow_of(schedule))).published.package
    except NotFound:
        version = None
    may = rules.may(actor, Verb.EDIT, schedule)
    return words.schedule_out(schedule, next_at or schedule.next_at, ids, version=version, can_edit=may)


def _window(request: Ask) -> tuple[int, int] | None:
    """Return the times between which runs are asked for. Raises Invalid where only one is said, or too far apart."""
    after, before = (request.asked.get(name, "").strip() for name in ("runsafter", "runsbefore"))
    if not after and not before:
        return None
    if not after or not before:
        raise taking.wrong("runsBefore" if after else "runsAfter", "Say runsAfter and runsBefore together.")
    begin, end = moment("runsAfter", after, 0), moment("runsBefore", before, 0)
    if not 0 <= end - begin <= _WINDOW:
        raise taking.wrong("runsBefore", "It has to be after runsAfter, and at most 45 days.")
    return begin, end


def _runs(found: Sequence[Seen], window: tuple[int, int] | None) -> dict[str, int | None]:
    """Return the next run of each schedule, or its first one in a window."""
    if window is None:
        return {one.schedule.id: one.schedule.next_at for one in found}
    begin, end = window
    times: dict[str, int | None] = {}
    for one in found:
        first = None if one.schedule.paused else timetable.following(one.schedule, begin - 1)
        times[one.schedule.id] = first if first is not None and first <= end else None
    return times


def _require_future(request: Ask, starts_at: int) -> None:
    # The start of days is cut to its minute, which may just have begun.
    if starts_at + 60 * SECOND <= request.engine.ledger.now():
        message = "The start has to be in the future."
        raise Invalid(reason="The request is invalid.", fields=[{"path": "iteration.startTime", "message": message}])


async def _require_owner(request: Ask, told: ScheduleIn, owner: str) -> None:
    if told.owner_id is UNSET or not told.owner_id:
        return
    if await user_named(request, told.owner_id, "ownerId") != owner:
        raise taking.wrong("ownerId", "A schedule stays with its owner: it runs with their rights.")


HANDLERS: tuple[Any, ...] = (
    list_schedules,
    add_schedule,
    get_schedule,
    put_schedule,
    patch_schedule,
    delete_schedule,
    enable_schedule,
    disable_schedule,
)
