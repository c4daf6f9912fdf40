"""Staying with jobs until they have ended: their log as it comes, bars that move, and what became of them."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import msgspec

from jobyard.cli import showing
from jobyard.cli.codes import Code
from jobyard.cli.escape import visible

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from jobyard.client import Jobyard
    from jobyard.client.shapes import Job, LogLine

STEADFAST = 120.0
"""Seconds a command that waits bears a lost connection: a restart of the house does not end it."""
_LOOK_EVERY = 0.4


def follow(client: Jobyard, job: Job, *, json: bool) -> Job:
    """Print a job's log as it comes, try after try, until the job has ended; return the job."""
    printed = 0
    while True:
        if job.attempt > printed:
            printed = job.attempt
            for line in client.log(job.id, attempt=printed, follow=True):
                print_line(line, json=json)
        elif job.final:
            return job
        else:
            time.sleep(_LOOK_EVERY)
        job = client.job(job.id)


def print_line(line: LogLine, *, json: bool) -> None:
    """Print a line of a log: as JSON, spelled out on a terminal, or as it is."""
    if json:
        showing.print_json(line)
    else:
        print(visible(line.text.expandtabs()) if sys.stdout.isatty() else line.text, flush=True)


def waited(client: Jobyard, ids: list[str], timeout: float | None) -> list[Job]:
    """Wait until jobs have ended, with a bar for each on a terminal; return them. Raises NotFinished."""
    until = None if timeout is None else time.monotonic() + timeout
    if not sys.stderr.isatty():
        return [client.wait(id_, _left(until)) for id_ in ids]
    with showing.bars() as progress:
        bars = {id_: progress.add_task(id_[:8], total=None, told="") for id_ in ids}
        return [client.wait(id_, _left(until), lambda job: _move_all(client, progress, bars, job)) for id_ in ids]


def _move_all(client: Jobyard, progress: Progress, bars: dict[str, TaskID], job: Job) -> None:
    move(progress, bars[job.id], job)
    for id_, bar in bars.items():
        if id_ != job.id and not progress.tasks[progress.task_ids.index(bar)].finished:
            move(progress, bar, client.job(id_))


def move(progress: Progress, bar: TaskID, job: Job) -> None:
    """Let a bar say what is known of a job."""
    told, now = job.progress, "stopping" if job.cancelling else job.state
    total = done = None
    if job.final:
        total = done = 1.0
    elif told is not None and job.state == "running":
        total, done = told.total, told.done
    text = told.text if told is not None and job.state == "running" else ""
    title = visible(f"{job.number} {job.name}")[:40]
    progress.update(bar, description=title, total=total, completed=done or 0.0, told=visible(f"{now} {text}".strip()))


def conclude(jobs: list[Job], *, json: bool) -> int:
    """Print what became of jobs and return the exit code: 1 when one of them did not succeed."""
    for job in jobs:
        if json:
            showing.print_json(job)
        else:
            print(visible(outcome(job)), flush=True)
    return Code.OK if all(job.state == "succeeded" for job in jobs) else Code.ENDED_BADLY


def outcome(job: Job) -> str:
    """Return what became of an ended job, in one line."""
    took = f" after {showing.took(job)}" if showing.took(job) else ""
    line = f"job {job.number} {job.state}{took}"
    if job.failure is not None and job.state == "failed":
        return f"{line}: {job.failure.message}"
    if job.result is not None:
        return f"{line}: {msgspec.json.encode(job.result).decode()}"
    return line


def _left(until: float | None) -> float | None:
    return None if until is None else max(0.0, until - time.monotonic())
