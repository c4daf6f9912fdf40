"""`jobyard schedules create`, `edit` and `preview`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from jobyard.cli import showing
from jobyard.cli.codes import Code, Trouble
from jobyard.cli.jobs.submitting import labels_in, named, parameters_in
from jobyard.cli.reach import Where, house
from jobyard.cli.schedules.naming import schedule_named, seconds_in

if TYPE_CHECKING:
    from jobyard.client import Schedule

_HERE = Where()


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Times:
    """When a schedule runs."""

    cron: str | None = None
    """Minute, hour, day of month, month and day of week, such as "0 3 * * *", or a word such as @daily."""
    every: str | None = None
    """A length of time between two runs instead, such as 90s, 15m, 6h or 1d."""
    zone: str | None = None
    """The time zone in which --cron is read, such as Europe/Berlin; UTC where none is said."""
    starts_at: datetime | None = None
    """No run before this time."""
    ends_at: datetime | None = None
    """No run after this time."""

    def said(self) -> dict[str, Any]:
        """Return what was said, by the client's words."""
        times: dict[str, Any] = {
            "cron": self.cron,
            "interval": None if self.every is None else seconds_in(self.every),
            "zone": self.zone,
            "starts_at": None if self.starts_at is None else self.starts_at.astimezone(),
            "ends_at": None if self.ends_at is None else self.ends_at.astimezone(),
        }
        return {name: value for name, value in times.items() if value is not None}


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Work:
    """What job a schedule submits, and when it rather does not."""

    parameters: str | None = None
    """The parameters as a JSON object, or @FILE to read it from a file (@- from standard input)."""
    parameter: Annotated[list[str] | None, Parameter(name=["--parameter", "-p"], negative=())] = None
    """One parameter as NAME=VALUE; the value is read as JSON where it is JSON and the parameter is not a text."""
    job_name: str | None = None
    """What its jobs are called; the schedule's name where nothing is said."""
    queue: str | None = None
    """The queue; the kind's own where none is said."""
    priority: int | None = None
    """Higher goes first, -1000 to 1000."""
    project: str | None = None
    """Id or name of a project to share the schedule and its jobs with."""
    label: Annotated[list[str] | None, Parameter(negative=())] = None
    """NAME=VALUE, or a bare NAME; may be said several times."""
    tries: int | None = None
    """Tries before a job counts as failed."""
    time_limit: float | None = None
    """Seconds one try may run."""
    catch_up: Literal["skip", "once", "all"] | None = None
    """What becomes of runs that were missed: left out, one for all of them, or all up to the last hundred."""
    overlap: Literal["skip", "allow"] | None = None
    """Whether a run is made while the job of the last one is still queued or running."""

    def said(self) -> dict[str, Any]:
        """Return what was said but the parameters, by the client's words."""
        words = ("job_name", "queue", "priority", "project", "tries", "time_limit", "catch_up", "overlap")
        wishes = {name: getattr(self, name) for name in words} | {"labels": labels_in(self.label or [])}
        return {name: value for name, value in wishes.items() if value is not None}


_NO_TIMES, _NO_WORK = Times(), Work()


def create(name: str, kind: str, /, *, times: Times = _NO_TIMES, work: Work = _NO_WORK, where: Where = _HERE) -> int:
    """Make a schedule: it submits jobs of a kind by --cron or --every, yours and with your rights.

    Parameters
    ----------
    name
        What people call it.
    kind
        What kind of work; `jobyard kinds` lists them.
    """
    with house(where, indoors=True) as client:
        given = parameters_in(work.parameters) | named(client, kind, work.parameter or [])
        made = client.schedules.create(name, kind, given, **times.said(), **work.said())
    return _printed(made, json=where.json)


def edit(
    schedule: str,
    /,
    *,
    name: str | None = None,
    kind: str | None = None,
    times: Times = _NO_TIMES,
    work: Work = _NO_WORK,
    without: Annotated[
        list[Literal["queue", "project", "labels", "tries", "time-limit", "starts-at", "ends-at"]] | None,
        Parameter(negative=()),
    ] = None,
    where: Where = _HERE,
) -> int:
    """Change a schedule; what is not said stays as it is, and new times count from now on.

    Parameters
    ----------
    schedule
        Its name or id.
    name
        Another name.
    kind
        Another kind of work.
    without
        Something to take away; may be said several times.
    """
    changes = times.said() | work.said() | {word: said for word, said in (("name", name), ("kind", kind)) if said}
    for word in without or []:
        changes[word.replace("-", "_")] = {} if word == "labels" else None
    with house(where, indoors=True) as client:
        found = schedule_named(client, schedule)
        if work.parameters is not None or work.parameter:
            whole = found.parameters if work.parameters is None else parameters_in(work.parameters)
            changes["parameters"] = whole | named(client, kind or found.kind, work.parameter or [])
        if not changes:
            raise Trouble("say what shall be different.", Code.USAGE)
        changed = client.schedules.update(found.id, **changes)
    return _printed(changed, json=where.json)


def preview(*, times: Times = _NO_TIMES, where: Where = _HERE) -> int:
    """Show when a schedule with these times would run next, in this machine's time zone. Nothing is made."""
    with house(where, indoors=True) as client:
        upcoming = client.schedules.upcoming(**times.said())
    if where.json:
        showing.print_json(upcoming)
        return Code.OK
    for time in upcoming:
        print(showing.when(time))
    if not upcoming:
        showing.say("It would never run.")
    return Code.OK


def _printed(schedule: Schedule, *, json: bool) -> int:
    if json:
        showing.print_json(schedule)
        return Code.OK
    coming = showing.when(schedule.next_at) or "never"
    showing.print_fields([("name", schedule.name), ("id", schedule.id), ("next run", coming)])
    return Code.OK
