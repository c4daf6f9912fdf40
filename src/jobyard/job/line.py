"""The order of a line: priority first, which grows with waiting, then fair turns between owners, then first come.

A job gets its turn when it joins the line, and within one queue and one priority the lower turn goes first. An owner's
next job stands one turn behind his last, but never before the turn that is being served, so that owners alternate
however many jobs each of them brings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush

from jobyard.job.clock import SECOND
from jobyard.job.record import Job

AGING = 60 * SECOND
"""Waiting that counts as much as one point of priority."""
LEVEL_LIMIT = 64
"""The most priorities of one queue that a claim looks at, best first."""


def next_turn(front: int | None, last: int | None) -> int:
    """Return the turn of a job that joins the line now.

    `front` is the lowest turn that waits in its queue with its priority, `last` the highest that its owner has there.
    """
    behind_own = 0 if last is None else last + 1
    return max(behind_own, front or 0)


def weight(job: Job) -> tuple[int, int]:
    """Return by what jobs of different priorities compare; the lower goes first.

    A point of priority counts as a minute of waiting, so that nothing waits for ever behind what is more urgent.
    """
    return ((job.queued_at or job.created_at) - job.priority * AGING, job.number)


def merged(levels: Sequence[Sequence[Job]]) -> Iterator[Job]:
    """Give the jobs of several levels in the order in which they are claimed.

    A level holds the waiting jobs of one queue and one priority in their turns; that order is kept.
    """
    heads = [(weight(level[0]), at, 0) for at, level in enumerate(levels) if level]
    heapify(heads)
    while heads:
        _, at, place = heappop(heads)
        yield levels[at][place]
        if place + 1 < len(levels[at]):
            heappush(heads, (weight(levels[at][place + 1]), at, place + 1))
