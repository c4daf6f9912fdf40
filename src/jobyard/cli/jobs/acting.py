"""`jobyard jobs cancel`, `retry`, `release`, `withdraw`, `keep` and `delete`: verbs on one job, several, or many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from jobyard.cli.codes import Code, Trouble, told
from jobyard.cli.jobs.listing import Filters
from jobyard.cli.jobs.many import ALL, ONE, Many, by_name, for_many
from jobyard.cli.jobs.naming import job_ids
from jobyard.cli.reach import Where, house
from jobyard.cli.showing import print_json
from jobyard.job.clock import SECOND, SystemClock

if TYPE_CHECKING:
    from jobyard.client import Jobyard
    from jobyard.client.shapes import Job

_HERE = Where()


def cancel(*jobs: str, filters: Filters = ALL, many: Many = ONE, where: Where = _HERE) -> int:
    """End jobs: at once where they wait, within seconds where they run.

    Parameters
    ----------
    jobs
        Numbers or ids of jobs.
    """
    if not by_name(jobs, filters, many):
        return for_many("cancel", filters, many, where)
    return each(list(jobs), where, lambda client, id_: client.cancel(id_))


def retry(*jobs: str, filters: Filters = ALL, many: Many = ONE, where: Where = _HERE) -> int:
    """Run ended jobs once more; their earlier tries stay in their history.

    Parameters
    ----------
    jobs
        Numbers or ids of jobs.
    """
    if not by_name(jobs, filters, many):
        return for_many("retry", filters, many, where)
    return each(list(jobs), where, lambda client, id_: client.retry(id_))


def release(job: str, /, *jobs: str, where: Where = _HERE) -> int:
    """Put drafts in line.

    Parameters
    ----------
    job
        Number or id of the job.
    jobs
        Further jobs.
    """
    return each([job, *jobs], where, lambda client, id_: client.release(id_))


def withdraw(job: str, /, *jobs: str, where: Where = _HERE) -> int:
    """Take queued jobs out of the line; they are drafts again.

    Parameters
    ----------
    job
        Number or id of the job.
    jobs
        Further jobs.
    """
    return each([job, *jobs], where, lambda client, id_: client.withdraw(id_))


def keep(
    job: str,
    /,
    *jobs: str,
    days: float | None = None,
    always: Annotated[bool, Parameter(negative=())] = False,
    where: Where = _HERE,
) -> int:
    """Let jobs' result files live without end, or so many days from now.

    Parameters
    ----------
    job
        Number or id of the job.
    jobs
        Further jobs.
    days
        Days from now.
    always
        Also never prune the record by age.
    """
    until = None if days is None else _in_days(days)
    return each([job, *jobs], where, lambda client, id_: client.keep(id_, until, always=always))


def delete(*jobs: str, filters: Filters = ALL, many: Many = ONE, where: Where = _HERE) -> int:
    """Remove drafts or ended jobs with their logs and results, for good.

    Parameters
    ----------
    jobs
        Numbers or ids of jobs.
    """
    if not by_name(jobs, filters, many):
        return for_many("delete", filters, many, where)

    def remove(client: Jobyard, id_: str) -> None:
        client.delete(id_)

    return each(list(jobs), where, remove)


def each(references: list[str], where: Where, verb: Callable[[Jobyard, str], Job | None]) -> int:
    """Do it to every job, even when it cannot be done to one of them; the exit code tells of the first trouble."""
    from jobyard.client import JobyardError

    code = Code.OK
    with house(where, indoors=True) as client:
        for id_ in job_ids(client, references):
            try:
                job = verb(client, id_)
            except JobyardError as error:
                code = code or told(error)
                continue
            _print(job, id_, json=where.json)
    return code


def _print(job: Job | None, id_: str, *, json: bool) -> None:
    if job is None:
        print_json({"id": id_, "deleted": True}) if json else print(f"job {id_} deleted")
    elif json:
        print_json(job)
    else:
        print(f"job {job.number} {'stopping' if job.cancelling else job.state}")


def _in_days(days: float) -> datetime:
    now = datetime.fromtimestamp(SystemClock().now() / SECOND, UTC)
    try:
        return now + timedelta(days=days)
    except (OverflowError, ValueError):
        raise Trouble(f"{days:g} days are too many.", Code.USAGE) from None
