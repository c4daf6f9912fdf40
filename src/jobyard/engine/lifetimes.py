"""How long result files live, and how long a job rests between two tries: as its kind has it, or a rule."""

from __future__ import annotations

from jobyard.engine.retention import DAY, Retention
from jobyard.job.clock import SECOND
from jobyard.job.record import Job
from jobyard.kinds.registry import Registry
from jobyard.store.contract import View

DEFAULT_RESULTS = 30 * 86_400.0
"""Seconds result files live where the kind does not say."""
_PAUSE, _LONGEST_PAUSE = 2.0, 600.0


class Lifetimes:
    """Asks the kinds and the rules."""

    def __init__(self, registry: Registry, retention: Retention) -> None:
        self._registry = registry
        self._retention = retention

    def pause(self, job: Job) -> int:
        """Return the microseconds before the next try, doubling with each burnt one."""
        first, longest = _PAUSE, _LONGEST_PAUSE
        if job.kind in self._registry.names():
            kind = self._registry.kind(job.kind)
            first, longest = kind.pause, kind.longest_pause
        return int(min(first * 2 ** min(job.failures, 40), longest) * SECOND)

    def results_until(self, view: View, job: Job, now: int, *, fresh: bool = False) -> int | None:
        """Return when the result files of a job that ends now expire; None where there are none or they never do.

        `fresh` says that this attempt brings some; else those of earlier attempts are looked for.
        """
        if not fresh and (job.attempt == 0 or not view.files(job.id)):
            return None
        days = self._retention.known(view).for_results(job.kind, job.project)
        if days is not None:
            return now + int(days * DAY) if days > 0 else None
        seconds: float | None = DEFAULT_RESULTS
        if job.kind in self._registry.names():
            seconds = self._registry.kind(job.kind).results_for
        return None if seconds is None else now + int(seconds * SECOND)
