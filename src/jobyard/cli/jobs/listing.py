"""`jobyard jobs list` and `jobyard jobs show`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from jobyard.cli import showing
from jobyard.cli.codes import Code
from jobyard.cli.jobs.naming import job_id
from jobyard.cli.jobs.waiting import few_words, sentence
from jobyard.cli.reach import Where, house
from jobyard.job.clock import SECOND, SystemClock

if TYPE_CHECKING:
    from rich.text import Text

    from jobyard.client import Jobyard
    from jobyard.client.shapes import Attempt, Event, Job, JobPage, ResultFile

_HERE = Where()
_NEEDS = 10
_Any = Annotated[list[str] | None, Parameter(negative=())]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which jobs are meant."""

    state: Annotated[
        list[Literal["draft", "queued", "running", "succeeded", "failed", "cancelled"]] | None, Parameter(negative=())
    ] = None
    """Where it is in its life."""
    kind: _Any = None
    """Such as dataset.sync."""
    owner: _Any = None
    """A user's name."""
    project: _Any = None
    """Id or name of a project."""
    queue: _Any = None
    """A queue's name."""
    face: _Any = None
    """The door it came through: native, clearml, cvat, alteryx or modelarts."""
    label: _Any = None
    """NAME or NAME=VALUE."""
    schedule: str | None = None
    """Id of the schedule that submitted it."""
    parent: str | None = None
    """Id of the job that submitted it."""
    origin: str | None = None
    """Id of the job that it runs again with changes."""
    after: str | None = None
    """Id of the job that it waits for, or waited for."""
    text: str | None = None
    """Words that begin words of the job: its name, kind, number, parameters, failure."""


_ALL = Filters()


def listed(
    *,
    filters: Filters = _ALL,
    order: Annotated[
        Literal["-number", "number", "-priority", "-finished_at"], Parameter(allow_leading_hyphen=True)
    ] = "-number",
    limit: int = 50,
    where: Where = _HERE,
) -> int:
    """List jobs, newest first. Filters narrow; one said several times means any of its values.

    Parameters
    ----------
    order
        By what the list is sorted; a dash in front means the largest first.
    limit
        The most jobs to list; 0 for all.
    """
    wanted: dict[str, Any] = {name: value for name, value in vars(filters).items() if value}
    rest = ""
    with house(where, indoors=True) as client:
        jobs = list(client.jobs(limit or None, order=order, **wanted))
        if limit and len(jobs) == limit:
            rest = _rest(client.page(limit=1, **wanted), len(jobs))
    if where.json:
        showing.print_json(jobs)
        return Code.OK
    print_jobs(jobs)
    if rest:
        showing.say(rest)
    return Code.OK


def _rest(page: JobPage, listed: int) -> str:
    if page.total <= listed:
        return ""
    return f"{listed} of {page.total}{'' if page.total_exact else ' or more'} jobs; --limit 0 lists all."


def print_jobs(jobs: list[Job]) -> None:
    """Print jobs as a table, one a line."""
    columns = ("NUMBER ", "STATE", "KIND", "NAME", "QUEUE", "OWNER", "CREATED", "TOOK ")
    if any(job.waiting is not None for job in jobs):
        showing.print_table((*columns, "WAITS FOR"), [[*_row(job), few_words(job.waiting)] for job in jobs])
    else:
        showing.print_table(columns, [_row(job) for job in jobs])


def _row(job: Job) -> list[str | Text]:
    return [
        str(job.number),
        showing.state(job),
        job.kind,
        job.name,
        job.queue,
        job.owner,
        showing.when(job.created_at),
        showing.took(job),
    ]


def show(job: str, /, *, where: Where = _HERE) -> int:
    """Show a job with its attempts, events and result files; of one that waits, why, and when it likely starts.

    Parameters
    ----------
    job
        Its number or id.
    """
    with house(where, indoors=True) as client:
        id_ = job_id(client, job)
        found, attempts = client.job(id_), client.attempts(id_)
        events, results = list(client.events(id_)), client.results(id_)
        needs = "" if where.json else _needs(client, found)
    if where.json:
        showing.print_json({"job": found, "attempts": attempts, "events": events, "results": results})
        return Code.OK
    showing.print_fields(_fields(found, needs))
    _print_more(attempts, events, results)
    return Code.OK


def _needs(client: Jobyard, job: Job) -> str:
    from jobyard.client import NotFound

    told = []
    for id_ in job.after[:_NEEDS]:
        try:
            needed = client.job(id_)
        except NotFound:
            told.append(f"{id_} (gone)")
        else:
            told.append(f"job {needed.number} ({needed.state})")
    return ", ".join(told) + (f" and {len(job.after) - _NEEDS} more" if len(job.after) > _NEEDS else "")


def _fields(job: Job, needs: str) -> list[tuple[str, str | Text]]:
    progress = job.progress
    now = datetime.fromtimestamp(SystemClock().now() / SECOND, UTC)
    return [
        ("number", str(job.number)),
        ("id", job.id),
        ("name", job.name),
        ("state", showing.state(job)),
        ("waits", sentence(job.waiting, now) if job.waiting else ""),
        ("kind", job.kind),
        ("parameters", _json(job.parameters)),
        ("owner", job.owner),
        ("project", job.project.name if job.project else ""),
        ("queue", job.queue),
        ("priority", str(job.priority) if job.priority else ""),
        ("after", needs),
        ("on failure", job.on_failure if job.after else ""),
        ("unique key", job.unique or ""),
        ("schedule", job.schedule or ""),
        ("runs again", job.origin or ""),
        ("labels", " ".join(f"{name}={value}" if value else name for name, value in job.labels.items())),
        ("came through", job.face + (", run by its own client" if job.external else "")),
        ("works on", f"{job.resource.type} {job.resource.name or job.resource.id}" if job.resource else ""),
        ("created", showing.when(job.created_at)),
        ("due", showing.when(job.due_at)),
        ("started", showing.when(job.started_at)),
        ("ended", showing.when(job.finished_at)),
        ("took", showing.took(job)),
        ("worker", job.worker or ""),
        ("progress", _told(progress.done, progress.total, progress.text) if progress else ""),
        ("cancel asked by", job.cancel_asked_by or ""),
        ("failure", f"{job.failure.message} ({job.failure.reason})" if job.failure else ""),
        ("result", _json(job.result) if job.result is not None else ""),
        ("results until", "expired" if job.results_expired else showing.when(job.results_until)),
        ("kept", "for good" if job.kept else ""),
    ]


def _told(done: float, total: float | None, text: str) -> str:
    amount = f"{done:g}" if total is None else f"{done:g} of {total:g}"
    return f"{amount} {text}".rstrip()


def _json(value: Any) -> str:
    import msgspec

    return msgspec.json.encode(value).decode()


def _print_more(attempts: list[Attempt], events: list[Event], results: list[ResultFile]) -> None:
    if attempts:
        print("\nattempts")
        rows = [
            (str(one.number), one.worker, showing.when(one.claimed_at), one.outcome or "running", _why(one))
            for one in attempts
        ]
        showing.print_table(("NUMBER ", "WORKER", "STARTED", "OUTCOME", "WHY"), rows)
    if results:
        print("\nresults")
        files = [(file.name, showing.size(file.size), file.sha256[:12], str(file.attempt)) for file in results]
        showing.print_table(("NAME", "SIZE ", "SHA-256", "ATTEMPT "), files)
    if events:
        print("\nevents")
        told = [(showing.when(event.at), event.type, event.actor, event.state) for event in events]
        showing.print_table(("AT", "EVENT", "BY", "STATE AFTER"), told)


def _why(attempt: Attempt) -> str:
    return attempt.failure.message if attempt.failure else ""
