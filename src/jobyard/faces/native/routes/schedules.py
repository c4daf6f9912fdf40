"""Schedules: jobs that are submitted again and again."""

from __future__ import annotations

from litestar import Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from jobyard.engine.schedules.verbs import Seen
from jobyard.faces.native import words
from jobyard.faces.native.routes.jobs import shown
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import InPath, asking
from jobyard.faces.native.wire import (
    Id,
    JobOut,
    PauseIn,
    ScheduleChange,
    ScheduleIn,
    ScheduleOut,
    SchedulePage,
    SchedulesAsked,
    TimesIn,
    UpcomingOut,
)

_LIST = "schedules"


@get("/schedules", operation_id="listSchedules", **asking(SchedulesAsked))
async def list_schedules(request: Ask, asked: NamedDependency[SchedulesAsked]) -> SchedulePage:
    """Return one page of the schedules you may see, newest first."""
    names = await request.names.all() if asked.project else {}
    before = "" if asked.cursor is None else words.row_cursor(asked.cursor, _LIST, Id)
    wanted = words.schedules_wanted(asked, names)
    page = await request.engine.schedules.find(request.user, wanted, asked.limit, before)
    names = await request.names.of(seen.schedule.project for seen in page.schedules)
    return SchedulePage(
        schedules=[words.schedule_out(seen, request.user, names) for seen in page.schedules],
        next=None if page.next is None else words.row_text(_LIST, page.next),
    )


@post("/schedules", operation_id="addSchedule")
async def add_schedule(request: Ask, data: JSONBody[ScheduleIn]) -> Response[ScheduleOut]:
    """Make a schedule. Its jobs are yours, made with the rights that you have when their time comes."""
    seen = await request.engine.schedules.create(request.user, words.schedule_in(data))
    return Response(await _shown(request, seen), headers={"Location": f"/v1/schedules/{seen.schedule.id}"})


@post("/schedules/preview", operation_id="previewSchedule", status_code=200)
async def preview_schedule(request: Ask, data: JSONBody[TimesIn]) -> UpcomingOut:
    """Return when a schedule would run if it were made now; nothing is made."""
    times = request.engine.schedules.preview(request.user, words.times_in(data))
    return UpcomingOut(upcoming=[words.moment(time) for time in times])


@get("/schedules/{schedule_id:str}", operation_id="getSchedule")
async def get_schedule(request: Ask, schedule_id: InPath) -> ScheduleOut:
    """Return a schedule with its last job and its next runs."""
    return await _shown(request, await request.engine.schedules.get(request.user, schedule_id))


@patch("/schedules/{schedule_id:str}", operation_id="changeSchedule")
async def change_schedule(request: Ask, schedule_id: InPath, data: JSONBody[ScheduleChange]) -> ScheduleOut:
    """Change a schedule; new times count from now on. Both you and its owner have to be allowed to submit its job."""
    changes = words.schedule_changes(data)
    return await _shown(request, await request.engine.schedules.update(request.user, schedule_id, changes))


@delete("/schedules/{schedule_id:str}", operation_id="deleteSchedule")
async def delete_schedule(request: Ask, schedule_id: InPath) -> None:
    """Remove a schedule; the jobs it made stay."""
    await request.engine.schedules.delete(request.user, schedule_id)


@post("/schedules/{schedule_id:str}/pause", operation_id="pauseSchedule", status_code=200)
async def pause_schedule(request: Ask, schedule_id: InPath, data: JSONBody[PauseIn | None] = None) -> ScheduleOut:
    """Let a schedule make no runs until it is resumed."""
    because = data.because if data else ""
    return await _shown(request, await request.engine.schedules.pause(request.user, schedule_id, because))


@post("/schedules/{schedule_id:str}/resume", operation_id="resumeSchedule", status_code=200)
async def resume_schedule(request: Ask, schedule_id: InPath) -> ScheduleOut:
    """Let a paused schedule go on with the first of its times from now."""
    return await _shown(request, await request.engine.schedules.resume(request.user, schedule_id))


@post("/schedules/{schedule_id:str}/run", operation_id="runSchedule")
async def run_schedule(request: Ask, schedule_id: InPath) -> Response[JobOut]:
    """Make one run at once, paused or not, and return its job; the times of the schedule stay as they are."""
    job = await request.engine.schedules.run_now(request.user, schedule_id)
    return Response(await shown(request, job), headers={"Location": f"/v1/jobs/{job.id}"})


async def _shown(request: Ask, seen: Seen) -> ScheduleOut:
    return words.schedule_out(seen, request.user, await request.names.of([seen.schedule.project]))


HANDLERS = (
    list_schedules,
    add_schedule,
    preview_schedule,
    get_schedule,
    change_schedule,
    delete_schedule,
    pause_schedule,
    resume_schedule,
    run_schedule,
)
