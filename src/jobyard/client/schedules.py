"""Schedules: jobs that the house submits again and again by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypedDict, Unpack

from jobyard.client.exchange import Call, Exchange, segment
from jobyard.client.requests import NewSchedule, NewTimes, Pausing, ScheduleChange
from jobyard.client.shapes import Job, Schedule, SchedulePage, Upcoming
from jobyard.client.shapes.schedules import CatchUp, Overlap

_PAGE = 200


class Times(TypedDict, total=False):
    """When a schedule runs: either `cron` or `interval` is said."""

    cron: str | None
    """Five fields (minute, hour, day of month, month, day of week), or a word such as `@daily`."""
    interval: int | None
    """Seconds between two runs, counted from `starts_at`, else from the making of the schedule."""
    zone: str
    """The IANA name of the time zone in which `cron` is read; UTC when it is left out."""
    starts_at: datetime | None
    """No run before this time."""
    ends_at: datetime | None
    """No run after this time."""


class ScheduleWishes(Times, total=False):
    """What else may be said of a new schedule; what is left out of its job is as the kind has it."""

    job_name: str
    queue: str | None
    priority: int
    project: str | None
    """Id or name of a project that shares it and its jobs."""
    labels: dict[str, str]
    tries: int | None
    time_limit: float | None
    memory_limit: int | None
    catch_up: CatchUp
    """What becomes of runs that were missed: `skip`, `once` (the default) or `all`, up to the last hundred."""
    overlap: Overlap
    """Whether a run is made beside a job of the schedule that still lives: `skip` (the default) or `allow`."""


class ScheduleChanges(ScheduleWishes, total=False):
    """What shall be different about a schedule; None takes a thing away where it may be missing."""

    name: str
    kind: str
    parameters: dict[str, Any]
    """All of them; the old ones go."""


class Schedules:
    """Make, see, change, pause, resume, run and delete schedules."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def create(
        self, name: str, kind: str, parameters: dict[str, Any] | None = None, **wishes: Unpack[ScheduleWishes]
    ) -> Schedule:
        """Make a schedule that submits jobs of a kind, by `cron` or every `interval` seconds.

        Raises Invalid, naming the place, for times or parameters that do not fit, Conflict for a taken name.
        """
        body = NewSchedule(name=name, kind=kind, parameters=parameters or {}, **wishes)
        return self._exchange.ask(Call(method="POST", path="/schedules", body=body, again=False), Schedule)

    def get(self, id_: str) -> Schedule:
        """Return a schedule. Raises NotFound."""
        return self._exchange.ask(Call(path=_path(id_)), Schedule)

    def all(
        self,
        *,
        owner: str | list[str] | None = None,
        project: str | list[str] | None = None,
        kind: str | list[str] | None = None,
        paused: bool | None = None,
    ) -> Iterator[Schedule]:
        """Give out all schedules you may see, newest first; each filter narrows, a list means any of them."""
        said = None if paused is None else str(paused).lower()
        query: dict[str, Any] = {"owner": owner, "project": project, "kind": kind, "paused": said, "limit": _PAGE}
        while True:
            page = self._exchange.ask(Call(path="/schedules", query=query), SchedulePage)
            yield from page.schedules
            if page.next is None:
                return
            query["cursor"] = page.next

    def update(self, id_: str, **changes: Unpack[ScheduleChanges]) -> Schedule:
        """Change a schedule; what is left out stays as it is. New times count from now on. Raises like `create`."""
        return self._exchange.ask(Call(method="PATCH", path=_path(id_), body=ScheduleChange(**changes)), Schedule)

    def pause(self, id_: str, because: str = "") -> Schedule:
        """Let a schedule make no runs until it is resumed."""
        call = Call(method="POST", path=f"{_path(id_)}/pause", body=Pausing(because=because))
        return self._exchange.ask(call, Schedule)

    def resume(self, id_: str) -> Schedule:
        """Let a paused schedule go on with the first of its times from now.

        Raises what would refuse its job now.
        """
        return self._exchange.ask(Call(method="POST", path=f"{_path(id_)}/resume"), Schedule)

    def run(self, id_: str) -> Job:
        """Make one run at once, paused or not, and return its job; the times of the schedule stay as they are.

        Raises Conflict where runs must not overlap and the last job still lives.
        """
        return self._exchange.ask(Call(method="POST", path=f"{_path(id_)}/run", again=False), Job)

    def delete(self, id_: str) -> None:
        """Remove a schedule; the jobs it made stay. Raises NotFound."""
        self._exchange.tell(Call(method="DELETE", path=_path(id_), again=False))

    def upcoming(self, **times: Unpack[Times]) -> list[datetime]:
        """Return when a schedule with these times would run if it were made now, at most five times."""
        call = Call(method="POST", path="/schedules/preview", body=NewTimes(**times))
        return self._exchange.ask(call, Upcoming).upcoming


def _path(id_: str) -> str:
    return f"/schedules/{segment(id_)}"
