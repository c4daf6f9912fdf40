"""`jobyard schedules pause`, `resume`, `run` and `delete`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from jobyard.cli import showing
from jobyard.cli.codes import Code, told
from jobyard.cli.escape import visible
from jobyard.cli.jobs import staying
from jobyard.cli.jobs.submitting import stayed
from jobyard.cli.reach import Where, house
from jobyard.cli.schedules.naming import schedule_named

if TYPE_CHECKING:
    from jobyard.client import Jobyard, Schedule

_HERE = Where()


def pause(schedule: str, /, *schedules: str, because: str = "", where: Where = _HERE) -> int:
    """Let schedules make no runs until they are resumed.

    Parameters
    ----------
    schedule
        Name or id of the schedule.
    schedules
        Further schedules.
    because
        Why, for whoever wonders.
    """
    return _each([schedule, *schedules], where, lambda client, id_: client.schedules.pause(id_, because))


def resume(schedule: str, /, *schedules: str, where: Where = _HERE) -> int:
    """Let paused schedules go on with the first of their times from now; what was missed meanwhile stays so.

    Parameters
    ----------
    schedule
        Name or id of the schedule.
    schedules
        Further schedules.
    """
    return _each([schedule, *schedules], where, lambda client, id_: client.schedules.resume(id_))


def run(
    schedule: str,
    /,
    *,
    wait: Annotated[bool, Parameter(negative=())] = False,
    follow: Annotated[bool, Parameter(name=["--follow", "-f"], negative=())] = False,
    where: Where = _HERE,
) -> int:
    """Make one run at once, paused or not; the times of the schedule stay as they are.

    Parameters
    ----------
    schedule
        Its name or id.
    wait
        Stay until the job has ended, showing how far it is.
    follow
        Stay until the job has ended, printing its log.
    """
    with house(where, patience=staying.STEADFAST if wait or follow else 10.0) as client:
        job = client.schedules.run(schedule_named(client, schedule).id)
        return stayed(client, job, json=where.json, wait=wait, follow=follow)


def delete(schedule: str, /, *schedules: str, where: Where = _HERE) -> int:
    """Remove schedules; the jobs they made stay.

    Parameters
    ----------
    schedule
        Name or id of the schedule.
    schedules
        Further schedules.
    """

    def remove(client: Jobyard, id_: str) -> None:
        client.schedules.delete(id_)

    return _each([schedule, *schedules], where, remove)


def _each(references: list[str], where: Where, verb: Callable[[Jobyard, str], Schedule | None]) -> int:
    """Do it to every schedule, even when it cannot be done to one; the exit code tells of the first trouble."""
    from jobyard.client import JobyardError

    code = Code.OK
    with house(where, indoors=True) as client:
        found = [schedule_named(client, reference) for reference in references]
        for one in found:
            try:
                left = verb(client, one.id)
            except JobyardError as error:
                code = code or told(error)
                continue
            _print(left, one, json=where.json)
    return code


def _print(left: Schedule | None, was: Schedule, *, json: bool) -> None:
    if json:
        showing.print_json({"id": was.id, "deleted": True} if left is None else left)
        return
    coming = f", next run {showing.when(left.next_at)}" if left is not None and left.next_at else ""
    name = visible(was.name)
    print(f"schedule {name} deleted" if left is None else f"schedule {name} {left.state}{coming}")
