"""`jobyard schedules list` and `jobyard schedules show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from cyclopts import Parameter

from jobyard.cli import showing
from jobyard.cli.codes import Code
from jobyard.cli.reach import Where, house
from jobyard.cli.schedules.naming import schedule_named, times_told

if TYPE_CHECKING:
    from rich.text import Text

    from jobyard.client import Schedule

_HERE = Where()
_COLOURS = {"active": "green", "paused": "yellow", "over": "dim"}
_Any = Annotated[list[str] | None, Parameter(negative=())]


def listed(
    *,
    owner: _Any = None,
    project: _Any = None,
    kind: _Any = None,
    paused: bool | None = None,
    where: Where = _HERE,
) -> int:
    """List schedules, newest first. Filters narrow; one said several times means any of its values.

    Parameters
    ----------
    owner
        A user's name.
    project
        Id or name of a project.
    kind
        Such as dataset.sync.
    paused
        Only those that are paused, or only those that are not.
    """
    with house(where, indoors=True) as client:
        found = list(client.schedules.all(owner=owner, project=project, kind=kind, paused=paused))
    if where.json:
        showing.print_json(found)
        return Code.OK
    columns = ("NAME", "STATE", "WHEN", "KIND", "OWNER", "NEXT RUN", "LAST RUN", "LAST JOB", "RUNS ")
    showing.print_table(columns, [_row(one) for one in found])
    return Code.OK


def show(schedule: str, /, *, where: Where = _HERE) -> int:
    """Show a schedule with its last and next runs. Times are told in this machine's time zone.

    Parameters
    ----------
    schedule
        Its name or id.
    """
    with house(where, indoors=True) as client:
        found = schedule_named(client, schedule)
    if where.json:
        showing.print_json(found)
        return Code.OK
    showing.print_fields(_fields(found))
    if found.upcoming:
        print("\nnext runs")
        for time in found.upcoming:
            print(showing.when(time))
    return Code.OK


def _row(schedule: Schedule) -> list[str | Text]:
    return [
        schedule.name,
        _state(schedule),
        times_told(schedule),
        schedule.kind,
        schedule.owner,
        showing.when(schedule.next_at),
        showing.when(schedule.last_at),
        _last_job(schedule),
        str(schedule.runs),
    ]


def _fields(schedule: Schedule) -> list[tuple[str, str | Text]]:
    labels = " ".join(f"{name}={value}" if value else name for name, value in schedule.labels.items())
    return [
        ("name", schedule.name),
        ("id", schedule.id),
        ("state", _state(schedule)),
        ("paused by", schedule.paused_by or ""),
        ("paused because", schedule.paused_because or ""),
        ("waits because", schedule.held_because or ""),
        ("when", times_told(schedule)),
        ("starts", showing.when(schedule.starts_at)),
        ("ends", showing.when(schedule.ends_at)),
        ("missed runs", {"skip": "left out", "once": "one for all", "all": "all"}[schedule.catch_up]),
        ("overlap", {"skip": "no", "allow": "yes"}[schedule.overlap]),
        ("kind", schedule.kind),
        ("parameters", msgspec.json.encode(schedule.parameters).decode()),
        ("jobs are called", schedule.job_name),
        ("owner", schedule.owner),
        ("project", schedule.project.name if schedule.project else ""),
        ("queue", schedule.queue or ""),
        ("priority", str(schedule.priority) if schedule.priority else ""),
        ("labels", labels),
        ("tries", str(schedule.tries or "")),
        ("time limit", showing.duration(schedule.time_limit) if schedule.time_limit else ""),
        ("runs", str(schedule.runs)),
        ("last run", showing.when(schedule.last_at)),
        ("last job", _last_job(schedule)),
        ("left out", showing.when(schedule.skipped_at)),
        ("left out because", schedule.skipped_because or ""),
        ("created", f"{showing.when(schedule.created_at)} by {schedule.created_by}"),
        ("changed", f"{showing.when(schedule.updated_at)} by {schedule.updated_by}"),
    ]


def _state(schedule: Schedule) -> Text:
    from rich.text import Text

    return Text(schedule.state, style=_COLOURS.get(schedule.state, ""))


def _last_job(schedule: Schedule) -> str:
    job = schedule.last_job
    return "" if job is None else f"{job.number} {job.state}"
