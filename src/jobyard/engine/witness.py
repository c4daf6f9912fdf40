"""Sees whatever became durable: counts it, and says it in the log, one word a change, with the job and who did it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from types import MappingProxyType

from jobyard.engine.meters import Meters
from jobyard.job.events import Event, EventType
from jobyard.job.record import Job, Reason

Happening = tuple[Event, Job | None]
"""An event, and the job after it where there still is one."""

_log = logging.getLogger("jobyard.jobs")

_LEVELS = MappingProxyType(
    {
        EventType.FAILED: logging.INFO,
        EventType.BACKED_OFF: logging.INFO,
        EventType.CANCEL_ASKED: logging.INFO,
        EventType.REFUSED: logging.WARNING,
    }
)
"""What is worth a line in a busy house, where thousands of jobs an hour go well; the rest is for debugging."""


class Witness:
    """Told after each write of one process."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters

    def saw_commit(self, works: int, seconds: float) -> None:
        """Note a commit of the store; from any thread."""
        self._meters.committed(works, seconds)

    def saw(self, happened: Sequence[Happening], seconds: float) -> None:
        """Count and log what a write of so many seconds has changed."""
        self._meters.wrote(seconds)
        for event, job in happened:
            self._meters.happened(event, job)
            _say(event, job)


def _say(event: Event, job: Job | None) -> None:
    lost = job is not None and job.failure is not None and job.failure.reason is Reason.LOST
    level = _LEVELS.get(event.type, logging.DEBUG)
    if lost and event.type in {EventType.FAILED, EventType.BACKED_OFF}:
        level = logging.WARNING
    if not _log.isEnabledFor(level):
        return
    told: dict[str, object] = {"job": event.job, "actor": event.actor, "state": event.state.value}
    if event.attempt:
        told["attempt"] = event.attempt
    if job is not None:
        told |= {"number": job.number, "kind": job.kind, "queue": job.queue}
    if event.type in {EventType.FAILED, EventType.BACKED_OFF} and job is not None and job.failure is not None:
        told["reason"] = job.failure.reason.value
    _log.log(level, "lost" if lost and level == logging.WARNING else event.type.value, extra=told)
