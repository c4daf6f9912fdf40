"""The verbs of jobs: submit, look, wait, cancel, retry, edit, run again, keep, delete, log, results."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypedDict, Unpack

import msgspec
from msgspec import UNSET, Struct

from jobyard.client.bulk import BulkVerb, asked_of_many
from jobyard.client.downloads import Download
from jobyard.client.errors import NotFinished, NotFound, Unreachable
from jobyard.client.exchange import Call, Exchange, segment
from jobyard.client.requests import JobEdit, Keeping, Meant, NewJob, Releasing, RunAgain
from jobyard.client.shapes import (
    FINAL,
    Attempt,
    Bulk,
    Event,
    EventPage,
    Job,
    JobPage,
    LogLine,
    LogPage,
    OnFailure,
    ResultFile,
)
from jobyard.client.stream import follow
from jobyard.job.ids import new_id

LONGEST_WAIT = 20.0
"""Seconds one request waits for a job to end; longer waits are made of several."""


class Wishes(TypedDict, total=False):
    """What else may be said of a new job; what is left out is as its kind has it."""

    name: str
    queue: str
    priority: int
    """Higher goes first; -1000 to 1000."""
    project: str
    """Id or name of a project."""
    labels: dict[str, str]
    parent: str
    after: list[str]
    """Ids of jobs that have to end first."""
    on_failure: OnFailure
    """What becomes of it when one of these does not end well: `cancel` (the default), `run` or `wait`."""
    unique: str
    """At most one queued or running job of the project, or of yours where there is none, has this key."""
    draft: bool
    """Only write it down; `release` puts it in line."""
    due_at: datetime
    """Not to be run before."""
    tries: int
    time_limit: float
    """Seconds one attempt may run."""
    memory_limit: int
    """Bytes one attempt may hold."""


class Changes(TypedDict, total=False):
    """What shall be different about a job; what is left out stays as it is."""

    name: str
    queue: str
    priority: int
    labels: dict[str, str]
    """All of them; the old ones go."""
    due_at: datetime | None
    """Not to be run before; None for at once."""


class Narrowing(TypedDict, total=False):
    """Which jobs are meant; each filter narrows, a list means any of them."""

    state: str | list[str]
    kind: str | list[str]
    owner: str | list[str]
    project: str | list[str]
    queue: str | list[str]
    face: str | list[str]
    label: str | list[str]
    """`name` or `name=value`; all of them must be there."""
    worker: str | list[str]
    parent: str
    """The id of the job that submitted them."""
    schedule: str
    """The id of the schedule that submitted them."""
    origin: str
    """The id of the job that they run again with changes."""
    after: str
    """The id of the job that they wait for, or waited for."""
    resource_type: str
    resource_id: str
    created_from: datetime
    created_to: datetime
    finished_from: datetime
    finished_to: datetime
    text: str
    """Every word must begin a word of the job."""


class Filters(Narrowing, total=False):
    """Which jobs are meant, and in which order."""

    order: str
    """`-number` (newest first, the default), `number`, `-priority` or `-finished_at`."""


class JobVerbs:
    """What may be asked of jobs."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def submit(
        self, kind: str, parameters: dict[str, Any] | None = None, *, key: str | None = None, **wishes: Unpack[Wishes]
    ) -> Job:
        """Submit a job and return it; when this returns it is safe on the house's disk.

        Under one `key` (1 to 200 characters, yours alone) only one job is ever made, however often it is asked for;
        without one a fresh key is used, so that a lost answer never makes two jobs. Raises Invalid for an unknown
        kind or wrong parameters, Conflict when the key was used for another request or the unique key is taken,
        TooMuch where a limit is reached.
        """
        body = NewJob(kind=kind, parameters=parameters or {}, **wishes)
        return self._submit(body, key)

    def job(self, id_: str) -> Job:
        """Return a job. Raises NotFound."""
        return self._exchange.ask(Call(path=_path(id_)), Job)

    def jobs(self, limit: int | None = None, **filters: Unpack[Filters]) -> Iterator[Job]:
        """Give out jobs, newest first unless `order` says otherwise, page after page, up to `limit`."""
        left, cursor = limit, None
        while left is None or left > 0:
            page = self.page(limit=100 if left is None else min(left, 100), cursor=cursor, **filters)
            yield from page.jobs
            left = None if left is None else left - len(page.jobs)
            cursor = page.next
            if cursor is None:
                return

    def page(self, *, limit: int = 50, cursor: str | None = None, **filters: Unpack[Filters]) -> JobPage:
        """Return one page of jobs with the total."""
        query = {name: _written(value) for name, value in filters.items()} | {"limit": limit, "cursor": cursor}
        return self._exchange.ask(Call(path="/jobs", query=query), JobPage)

    def wait(self, id_: str, timeout: float | None = None, on_news: Callable[[Job], None] | None = None) -> Job:
        """Wait until a job has ended and return it, however it ended.

        With `on_news`, the job is handed over about twice a second. Raises NotFinished after `timeout` seconds.
        """
        until = None if timeout is None else time.monotonic() + timeout
        step = LONGEST_WAIT if on_news is None else 0.5
        while True:
            left = step if until is None else max(0.0, min(step, until - time.monotonic()))
            call = Call(path=_path(id_), query={"wait": round(left, 3)}, within=left + 30.0)
            job = self._exchange.ask(call, Job)
            if on_news is not None:
                on_news(job)
            if job.state in FINAL:
                return job
            if until is not None and time.monotonic() >= until:
                raise NotFinished(job)

    def changed(self, job: Job, timeout: float = LONGEST_WAIT) -> Job:
        """Return a job as soon as it differs from what `job` says, its progress included.

        After `timeout` seconds, at most 30, it is returned as it is. Raises NotFound once it is deleted.
        """
        query = {"wait": round(timeout, 3), "revision": job.revision}
        return self._exchange.ask(Call(path=_path(job.id), query=query, within=timeout + 30.0), Job)

    def release(self, id_: str, due_at: datetime | None = None) -> Job:
        """Put a draft in line, not to be run before `due_at`. Raises Conflict for a job that is no draft."""
        return self._asked(id_, "release", lambda job: job.state != "draft", Releasing(due_at=due_at))

    def withdraw(self, id_: str) -> Job:
        """Take a queued job out of the line; it is a draft again. Raises Conflict for a job that is not queued."""
        return self._asked(id_, "withdraw", lambda job: job.state == "draft")

    def cancel(self, id_: str) -> Job:
        """End a job: at once when it waits, within seconds when it runs. Raises Conflict when it has ended."""
        return self._asked(id_, "cancel", lambda job: job.cancelling or job.state == "cancelled")

    def retry(self, id_: str) -> Job:
        """Run an ended job once more, under a new attempt. Raises Conflict while it has not ended."""
        return self._asked(id_, "retry", lambda job: job.state in ("queued", "running"))

    def edit(self, id_: str, **changes: Unpack[Changes]) -> Job:
        """Give a waiting job another name, queue, priority, time or labels. Raises Conflict once it runs."""
        return self._exchange.ask(Call(method="PATCH", path=_path(id_), body=JobEdit(**changes)), Job)

    def again(
        self, id_: str, parameters: dict[str, Any] | None = None, *, key: str | None = None, **changes: Unpack[Changes]
    ) -> Job:
        """Submit a job like this one, with other parameters or other changes; this one stays as it is.

        `key` and what is raised are as with `submit`. Raises Conflict for a job that its own client runs.
        """
        body = RunAgain(parameters=UNSET if parameters is None else parameters, **changes)
        headers = {"Idempotency-Key": key if key is not None else new_id()}
        return self._exchange.ask(Call(method="POST", path=_path(id_, "again"), body=body, headers=headers), Job)

    def bulk(
        self,
        verb: BulkVerb,
        *,
        ids: list[str] | None = None,
        edits: Changes | None = None,
        dry_run: bool = False,
        on_news: Callable[[Bulk], None] | None = None,
        **filters: Unpack[Narrowing],
    ) -> Bulk:
        """Ask one verb of every job that the filters mean, of all that you may see where there are none.

        A dry run only counts. A job that refuses harms no other; `refused` says why. With `on_news`, what was done so
        far is handed over from time to time. `edits` says what `edit` shall make different.
        """
        return asked_of_many(self._exchange, verb, _meant(filters, ids), edits, dry_run=dry_run, on_news=on_news)

    def keep(self, id_: str, until: datetime | None = None, *, always: bool = False) -> Job:
        """Let a job's result files live until a time, or without end; `always` also spares the record from pruning."""
        body = Keeping(until=until, always=always)
        return self._exchange.ask(Call(method="POST", path=_path(id_, "keep"), body=body), Job)

    def delete(self, id_: str) -> None:
        """Remove a draft or ended job with its log and results. Raises Conflict while it is live."""
        call = Call(method="DELETE", path=_path(id_), again=False)
        try:
            self._exchange.tell(call)
        except Unreachable:
            # The answer may be lost and the deed done; then the job is gone, which is what was asked for.
            try:
                self._exchange.tell(call)
            except NotFound:
                return

    def events(self, id_: str) -> Iterator[Event]:
        """Give out what happened to a job, oldest first."""
        after: int | None = None
        while True:
            page = self._exchange.ask(Call(path=_path(id_, "events"), query={"after": after}), EventPage)
            yield from page.events
            after = page.next
            if after is None:
                return

    def attempts(self, id_: str) -> list[Attempt]:
        """Return a job's attempts, first one first."""
        return self._exchange.ask(Call(path=_path(id_, "attempts")), list[Attempt])

    def log(self, id_: str, *, attempt: int | None = None, after: int = 0, follow: bool = False) -> Iterator[LogLine]:
        """Give out the lines of one attempt (the newest when None) above a number.

        With `follow`, stay until the attempt has ended, and go on behind the last line after a lost connection.
        """
        if follow:
            return self._followed(id_, attempt, after)
        return self._logged(id_, attempt, after)

    def log_page(self, id_: str, *, attempt: int | None = None, after: int = 0, limit: int = 1_000) -> LogPage:
        """Return the lines of one attempt that are there already, up to `limit`."""
        query = {"attempt": attempt, "after": after or None, "limit": limit}
        return self._exchange.ask(Call(path=_path(id_, "log"), query=query), LogPage)

    def results(self, id_: str) -> list[ResultFile]:
        """Return a job's result files, the newest attempt's first."""
        return self._exchange.ask(Call(path=_path(id_, "results")), list[ResultFile])

    def download(
        self,
        id_: str,
        name: str,
        target: str | Path = ".",
        *,
        overwrite: bool = False,
        on_bytes: Callable[[int, int], None] | None = None,
    ) -> Path:
        """Fetch a result file into `target` (a folder, or the file's path) and return where it lies.

        The file appears whole, with the checksum the house promised, or not at all; what an earlier try fetched is
        used. `on_bytes(done, total)` tells how far it is. Raises NotFound, Damaged, or FileExistsError when another
        file is there and `overwrite` is not said.
        """
        found = [file for file in self.results(id_) if file.name == name]
        if not found:
            raise NotFound(404, "not_found", f"There is no result file {name}.")
        newest = max(found, key=lambda file: file.attempt)
        download = Download(self._exchange, _path(id_, "results", name), newest, Path(target), overwrite=overwrite)
        return download.run(on_bytes or _nobody)

    def _submit(self, body: NewJob, key: str | None) -> Job:
        headers = {"Idempotency-Key": key if key is not None else new_id()}
        return self._exchange.ask(Call(method="POST", path="/jobs", body=body, headers=headers), Job)

    def _asked(self, id_: str, verb: str, happened: Callable[[Job], bool], body: Struct | None = None) -> Job:
        call = Call(method="POST", path=_path(id_, verb), body=body, again=False)
        try:
            return self._exchange.ask(call, Job)
        except Unreachable:
            # The answer was lost, the deed perhaps done: look before asking a second time.
            job = self.job(id_)
            return job if happened(job) else self._exchange.ask(call, Job)

    def _logged(self, id_: str, attempt: int | None, after: int) -> Iterator[LogLine]:
        while True:
            page = self.log_page(id_, attempt=attempt, after=after)
            yield from page.lines
            if page.next is None:
                return
            attempt, after = page.attempt, page.next

    def _followed(self, id_: str, attempt: int | None, after: int) -> Iterator[LogLine]:
        query: dict[str, object] = {"attempt": attempt, "after": after or None, "follow": "true"}
        for frame in follow(self._exchange, _path(id_, "log"), query):
            if frame.event == "line":
                yield msgspec.json.decode(frame.data, type=LogLine)


def _path(id_: str, *rest: str) -> str:
    return "/".join(["/jobs", segment(id_), *map(segment, rest)])


def _meant(filters: Narrowing, ids: list[str] | None) -> Meant:
    several = {"state", "kind", "owner", "project", "queue", "face", "worker", "label"}
    said: dict[str, Any] = {
        name: [value] if name in several and isinstance(value, str) else value for name, value in filters.items()
    }
    return Meant(ids=ids or [], **said)


def _written(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _nobody(done: int, total: int) -> None:
    return None
