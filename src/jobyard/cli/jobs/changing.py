"""`jobyard jobs edit` and `jobyard jobs again`: other words, another place, other parameters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from jobyard.cli.codes import Code, Trouble
from jobyard.cli.jobs import staying, submitting
from jobyard.cli.jobs.acting import each
from jobyard.cli.jobs.listing import Filters
from jobyard.cli.jobs.many import ALL, ONE, Many, by_name, for_many
from jobyard.cli.jobs.naming import job_id
from jobyard.cli.reach import Where, house

if TYPE_CHECKING:
    from jobyard.client.jobs import Changes

_HERE = Where()


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Different:
    """What shall be different about waiting jobs."""

    set_name: str | None = None
    """What people shall call it."""
    set_queue: str | None = None
    """The queue it shall wait in."""
    set_priority: int | None = None
    """Higher goes first, -1000 to 1000."""
    set_label: Annotated[list[str] | None, Parameter(negative=())] = None
    """NAME=VALUE, or a bare NAME; those said here take the place of all labels."""
    set_at: datetime | None = None
    """Not to be run before this time."""
    set_now: Annotated[bool, Parameter(negative=())] = False
    """To be run as soon as it is its turn."""


_SAME = Different()


def edit(
    *jobs: str,
    different: Different = _SAME,
    filters: Filters = ALL,
    many: Many = ONE,
    where: Where = _HERE,
) -> int:
    """Give waiting jobs another name, queue, priority, time or labels.

    Parameters
    ----------
    jobs
        Numbers or ids of jobs.
    """
    changes = _changes(different)
    if by_name(jobs, filters, many):
        return each(list(jobs), where, lambda client, id_: client.edit(id_, **changes))
    return for_many("edit", filters, many, where, changes)


def again(
    job: str,
    /,
    *,
    parameters: str | None = None,
    parameter: Annotated[list[str] | None, Parameter(name=["--parameter", "-p"], negative=())] = None,
    name: str | None = None,
    queue: str | None = None,
    priority: int | None = None,
    label: Annotated[list[str] | None, Parameter(negative=())] = None,
    at: datetime | None = None,
    key: str | None = None,
    wait: Annotated[bool, Parameter(negative=())] = False,
    follow: Annotated[bool, Parameter(name=["--follow", "-f"], negative=())] = False,
    where: Where = _HERE,
) -> int:
    """Submit a job like an old one, with changes; the old one stays as it is.

    With --wait or --follow the command ends with the job: 0 when it succeeded, 1 when it failed or was cancelled.

    Parameters
    ----------
    job
        Number or id of the old job.
    parameters
        All parameters as a JSON object, in place of the old ones; or @FILE to read it from a file.
    parameter
        One parameter as NAME=VALUE, in place of the old one.
    name
        What people call it.
    queue
        The queue.
    priority
        Higher goes first, -1000 to 1000.
    label
        NAME=VALUE, or a bare NAME; those said here take the place of all labels.
    at
        Not to be run before this time.
    key
        Idempotency key: one key makes one job, however often it is asked for.
    wait
        Stay until it has ended, showing how far it is.
    follow
        Stay until it has ended, printing its log.
    """
    changes = _changes(
        Different(set_name=name, set_queue=queue, set_priority=priority, set_label=label, set_at=at), needed=False
    )
    with house(where, indoors=not (wait or follow), patience=staying.STEADFAST if wait or follow else 10.0) as client:
        old = client.job(job_id(client, job))
        given = None
        if parameters is not None or parameter:
            given = old.parameters if parameters is None else submitting.parameters_in(parameters)
            given = given | submitting.named(client, old.kind, parameter or [])
        made = client.again(old.id, given, key=key, **changes)
        return submitting.stayed(client, made, json=where.json, wait=wait, follow=follow)


def _changes(different: Different, *, needed: bool = True) -> Changes:
    if different.set_now and different.set_at is not None:
        raise Trouble("say either --set-at or --set-now.", Code.USAGE)
    changes: Changes = {}
    if different.set_name is not None:
        changes["name"] = different.set_name
    if different.set_queue is not None:
        changes["queue"] = different.set_queue
    if different.set_priority is not None:
        changes["priority"] = different.set_priority
    if different.set_label:
        changes["labels"] = submitting.labels_in(different.set_label) or {}
    if different.set_at is not None or different.set_now:
        changes["due_at"] = None if different.set_at is None else different.set_at.astimezone()
    if needed and not changes:
        raise Trouble("say what shall be different, such as --set-priority 5.", Code.USAGE)
    return changes
