"""`jobyard jobs logs` and `jobyard jobs wait`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from jobyard.cli.codes import Code
from jobyard.cli.jobs import staying
from jobyard.cli.jobs.naming import job_id, job_ids
from jobyard.cli.reach import QUICK, Where, house

_HERE = Where()


def logs(
    job: str,
    /,
    *,
    follow: Annotated[bool, Parameter(name=["--follow", "-f"], negative=())] = False,
    attempt: int | None = None,
    where: Where = _HERE,
) -> int:
    """Print a job's log. On a terminal control characters are spelled out; elsewhere lines stay as they are.

    Parameters
    ----------
    job
        Its number or id.
    follow
        Stay until the job has ended, printing what comes.
    attempt
        Which try; the newest when it is left out.
    """
    with house(where, indoors=not follow, patience=staying.STEADFAST if follow else QUICK) as client:
        id_ = job_id(client, job)
        if follow and attempt is None:
            staying.follow(client, client.job(id_), json=where.json)
            return Code.OK
        for line in client.log(id_, attempt=attempt, follow=follow):
            staying.print_line(line, json=where.json)
    return Code.OK


def wait(job: str, /, *jobs: str, timeout: float | None = None, where: Where = _HERE) -> int:
    """Wait until jobs have ended: 0 when all succeeded, 1 when one failed or was cancelled, 5 when time was over.

    Parameters
    ----------
    job
        Number or id of the job.
    jobs
        Further jobs.
    timeout
        Seconds to wait at most.
    """
    with house(where, patience=staying.STEADFAST) as client:
        ended = staying.waited(client, job_ids(client, [job, *jobs]), timeout)
    return staying.conclude(ended, json=where.json)
