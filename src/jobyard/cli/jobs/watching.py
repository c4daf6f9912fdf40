"""`jobyard jobs watch`: what is going on, as it goes on."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from jobyard.cli import showing
from jobyard.cli.codes import Code
from jobyard.cli.escape import visible
from jobyard.cli.jobs import staying
from jobyard.cli.jobs.naming import job_ids
from jobyard.cli.reach import Where, house

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from jobyard.client import Jobyard
    from jobyard.client.shapes import FeedJob, Job

_HERE = Where()
_SHOWN = 30
"""The most bars at once; there are seldom more lines on a screen."""


def watch(*jobs: str, where: Where = _HERE) -> int:
    """Watch jobs live. With jobs named, until all of them have ended: 1 when one of them did not succeed.

    Without any, everything that waits or runs is shown until Ctrl-C. Away from a terminal, and with --json, each
    event is a line.

    Parameters
    ----------
    jobs
        Numbers or ids of jobs.
    """
    with house(where, patience=staying.STEADFAST) as client:
        ids = job_ids(client, list(jobs))
        if not where.json and sys.stdout.isatty():
            return _shown(client, ids)
        return _told(client, set(ids), json=where.json)


def _shown(client: Jobyard, ids: list[str]) -> int:
    if ids:
        return staying.conclude(staying.waited(client, ids, None), json=False)
    with showing.bars() as progress, suppress(KeyboardInterrupt):
        Board(client, progress).follow()
    return Code.OK


def _told(client: Jobyard, ids: set[str], *, json: bool) -> int:
    from jobyard.client.shapes import FINAL, FeedJob

    seen = client.session().last_event
    # Asked for after the feed's place was taken, so that no ending falls between the two.
    states: dict[str, str] = {id_: client.job(id_).state for id_ in ids}
    frames = client.feed(after=seen)
    while not ids or not FINAL.issuperset(states.values()):
        frame = next(frames)
        if not isinstance(frame, FeedJob) or (ids and frame.event.job not in ids):
            continue
        _tell(frame, json=json)
        # What the event says counts: the job in the frame may be further already.
        states[frame.event.job] = frame.event.state
    return Code.OK if set(states.values()) == {"succeeded"} else Code.ENDED_BADLY


def _tell(frame: FeedJob, *, json: bool) -> None:
    if json:
        showing.print_json(frame)
        return
    event, job = frame.event, frame.job
    title = f"job {job.number} {job.name}" if job else f"job {event.job}"
    print(visible(f"{showing.when(event.at)} {title}: {event.type} by {event.actor}"), flush=True)


class Board:
    """A bar for everything that waits or runs; what ends is told above them and leaves."""

    def __init__(self, client: Jobyard, progress: Progress) -> None:
        self._client = client
        self._progress = progress
        self._bars: dict[str, TaskID] = {}

    def follow(self) -> None:
        """Show what happens, for ever."""
        from jobyard.client.shapes import FeedJob, FeedProgress

        seen = self._client.session().last_event
        self._fill()
        for frame in self._client.feed(after=seen):
            if isinstance(frame, FeedJob):
                self._heard(frame.event.job, frame.job)
            elif isinstance(frame, FeedProgress):
                for id_ in frame.jobs.keys() & self._bars.keys():
                    self._heard(id_, self._client.job(id_))
            else:
                self._fill()

    def _fill(self) -> None:
        for bar in self._bars.values():
            self._progress.remove_task(bar)
        self._bars.clear()
        for job in self._client.jobs(_SHOWN, state=["running", "queued"], order="number"):
            self._heard(job.id, job)

    def _heard(self, id_: str, job: Job | None) -> None:
        if job is None or job.final or job.state == "draft":
            if id_ in self._bars:
                self._progress.remove_task(self._bars.pop(id_))
            if job is not None and job.final:
                self._progress.console.print(visible(f"{staying.outcome(job)} ({job.name})"))
            return
        if id_ not in self._bars:
            if len(self._bars) >= _SHOWN:
                return
            self._bars[id_] = self._progress.add_task("", total=None, told="")
        staying.move(self._progress, self._bars[id_], job)
