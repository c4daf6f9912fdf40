"""The order of a line: priority first, then fair turns between owners, then first come; and nothing waits for ever.

A job gets its turn when it joins the line, and within one queue and one priority the lower turn goes first. An owner's
next job stands one turn behind his last, but never before the turn that is being served, so that owners alternate
however many jobs each of them brings.

What waits in one queue with one priority is a level. The higher one goes first, but a level that is given nothing grows
more urgent by a point of priority a minute, and begins anew once it was served. Queues of one priority take turns.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from heapq import heapify, heappop, heappush
from itertools import islice

from jobyard.job.clock import SECOND
from jobyard.job.record import Job
from jobyard.job.states import State

AGING = 60 * SECOND
"""Waiting that counts as much as one point of priority."""
LEVEL_LIMIT = 256
"""The most levels of one queue that a claim compares; those that have nothing for it do not count."""
_OTHERS = 8
"""One in so many of them is not among the best: the rest of the levels are compared in turn."""
_PRIORITIES, _STEP = 2_001, 31
"""How many priorities people can give, and by how many of them the turn moves on in a second."""
_KNOWN_LIMIT = 10_000


class Served:
    """When each level was served last, as far as one process knows.

    It is kept apart for workers that ask for different kinds, so that none of them makes a level look served to the
    others. What is not known, after a start or because another server gave a job out, costs the others one job at most.
    """

    def __init__(self) -> None:
        self._last: dict[tuple[frozenset[str], str, int], int] = {}
        self._newest = 0

    def note(self, job: Job, kinds: frozenset[str], now: int) -> None:
        """Say that a job was given to a worker that asked for these kinds."""
        if len(self._last) >= _KNOWN_LIMIT:
            self._last.clear()
        self._newest = self.after(now)
        self._last[kinds, job.queue, job.priority] = self._newest

    def last(self, job: Job, kinds: frozenset[str]) -> int:
        """Return when the level of a job was served last; 0 for not known."""
        return self._last.get((kinds, job.queue, job.priority), 0)

    def after(self, now: int) -> int:
        """Return a time behind now and all that were noted, so that levels take turns within one moment too."""
        return max(now, self._newest) + 1


class Offers:
    """What one work is offered from the line; the levels it took from count as served once it has ended well."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._offered: dict[str, frozenset[str]] = {}
        self._taken: list[tuple[Job, frozenset[str]]] = []

    def best(self, levels: Sequence[Sequence[Job]], kinds: Collection[str], now: int, limit: int) -> list[Job]:
        """Return the first jobs of the line; see `merged`."""
        asked = frozenset(kinds)
        jobs = list(islice(merged(levels, asked, now, self._served), limit))
        self._offered |= dict.fromkeys((job.id for job in jobs), asked)
        return jobs

    def follow(self, job: Job) -> None:
        """Look at a job that was changed: it is taken when it was offered and runs now."""
        if job.state is State.RUNNING and job.id in self._offered:
            self._taken.append((job, self._offered.pop(job.id)))

    def settle(self) -> None:
        """Say that the work has ended well."""
        for job, kinds in self._taken:
            self._served.note(job, kinds, job.started_at or 0)
        self._taken = []


def next_turn(front: int | None, last: int | None) -> int:
    """Return the turn of a job that joins the line now.

    `front` is the lowest turn that stands in line in its queue with its priority, `last` the highest that its owner has
    in line there.
    """
    behind_own = 0 if last is None else last + 1
    return max(behind_own, front or 0)


def compared() -> tuple[int, int]:
    """Return how many levels of one queue a claim compares: of the best, and of the others."""
    others = LEVEL_LIMIT // _OTHERS
    return LEVEL_LIMIT - others, others


def others_in_turn(priorities: Sequence[int], now: int) -> list[int]:
    """Return priorities that are not among the best, highest first, in the order in which a claim looks at them now.

    Every second another one comes first. So each is compared before long, however many there are, and what has waited
    for long enough is served.
    """
    first = _PRIORITIES // 2 - now // SECOND * _STEP % _PRIORITIES
    return sorted(priorities, key=lambda priority: (priority > first, -priority))


def weight(job: Job, served: int) -> tuple[int, int]:
    """Return by what the first jobs of two levels compare; the lower goes first.

    A point of priority counts as a minute of waiting, which begins when the level was `served` last.
    """
    return (max(job.queued_at or job.created_at, served) - job.priority * AGING, job.number)


def merged(levels: Sequence[Sequence[Job]], kinds: frozenset[str], now: int, served: Served) -> Iterator[Job]:
    """Give the jobs of several levels in the order in which a worker that asks for these kinds is given them.

    Each level holds waiting jobs of one queue and one priority in their turns; that order is kept.
    """
    heads = [(weight(level[0], served.last(level[0], kinds)), at, 0) for at, level in enumerate(levels) if level]
    heapify(heads)
    moment = served.after(now)
    while heads:
        _, at, place = heappop(heads)
        yield levels[at][place]
        if place + 1 < len(levels[at]):
            heappush(heads, (weight(levels[at][place + 1], moment), at, place + 1))
        moment += 1
