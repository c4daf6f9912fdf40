"""Progress is told often and is no event.

Jobs whose progress changed wait here until the feed sends the newest of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

LIMIT = 10_000
"""The most jobs that wait; above it further ones are left out, as each next report tells again."""


class Ticks:
    """Ids of jobs whose progress changed since the last look. Used from the event loop only."""

    def __init__(self) -> None:
        self._jobs: set[str] = set()
        self.on_note: Callable[[], None] = _nobody

    def note(self, jobs: Iterable[str]) -> None:
        """Remember that these jobs told something."""
        if len(self._jobs) < LIMIT:
            self._jobs.update(jobs)
        self.on_note()

    def take(self) -> list[str]:
        """Return the remembered ids and forget them."""
        jobs, self._jobs = sorted(self._jobs), set()
        return jobs

    def __bool__(self) -> bool:
        return bool(self._jobs)


def _nobody() -> None:
    return None
