"""How people name a job: by its id, or by its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobyard.cli.codes import Code, Trouble
from jobyard.job.ids import is_id

if TYPE_CHECKING:
    from jobyard.client import Jobyard
    from jobyard.client.shapes import Job


def job_id(client: Jobyard, reference: str) -> str:
    """Return the id of the job called by its id or number (`12` or `#12`). Raises Trouble where there is none."""
    text = reference.removeprefix("#")
    if is_id(text):
        return text
    if not text.isascii() or not text.isdecimal():
        raise Trouble(f"{reference!r} is neither a job's id nor its number.", Code.USAGE)
    return _numbered(client, int(text)).id


def job_ids(client: Jobyard, references: list[str]) -> list[str]:
    """Return the ids of several jobs, each once, in the order given."""
    return list(dict.fromkeys(job_id(client, reference) for reference in references))


def _numbered(client: Jobyard, number: int) -> Job:
    # A job is found by its number as by any word; what only begins with it comes along and is passed by.
    for job in client.jobs(text=str(number), order="number"):
        if job.number == number:
            return job
        if job.number > number:
            break
    raise Trouble(f"there is no job {number}.", Code.REFUSED)
