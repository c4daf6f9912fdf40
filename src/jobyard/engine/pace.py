"""How fast the house goes: how many jobs ended lately, looked up again after a few seconds only."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct, field

from jobyard.job.clock import SECOND
from jobyard.job.states import State
from jobyard.store.contract import Ends, View

SHORT, LONG = 300, 3_600
"""The two lengths of time, in seconds, for which ends are counted."""
LIMIT = 10_000
"""Of all queues together so many of the newest ends are counted, however many more there were."""
COURSE_LIMIT = 50_000
"""The same for a course."""
_KNOWN_FOR = 3 * SECOND


class Ended(Struct, frozen=True):
    """How many jobs of a queue ended."""

    short: int = 0
    """In the last five minutes."""
    long: int = 0
    """In the last hour."""


class Span(StrEnum):
    """How far back a course reaches."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


STEPS = {Span.HOUR: (60, 60), Span.DAY: (96, 900), Span.WEEK: (168, 3_600)}
"""How many steps a course has, and the seconds of each."""

Line = dict[State, list[int]]
"""How many jobs ended in each step, by the state they ended in."""


class Course(Struct, frozen=True, kw_only=True):
    """How many jobs ended over time, step by step; the last step is the one that is going on."""

    since: int
    """When the first step began."""
    step: int
    """How long one is."""
    steps: int
    whole_from: int
    """When the first step began of which every end was counted; steps before it may lack some."""
    queues: dict[str, Line] = field(default_factory=dict)
    workers: dict[str, Line] = field(default_factory=dict)


class Pace:
    """Remembers what it found for a moment, so that many who look cost no more than one."""

    def __init__(self) -> None:
        self._known: dict[str, Ended] = {}
        self._known_until = 0
        self._courses: dict[Span, tuple[int, Course]] = {}

    def ended(self, view: View, now: int) -> dict[str, Ended]:
        """Return how many jobs ended lately, by queue; queues where none did are left out."""
        if now >= self._known_until:
            short = view.finishes(now - SHORT * SECOND, LIMIT)
            long = view.finishes(now - LONG * SECOND, LIMIT)
            self._known = {name: Ended(short.get(name, 0), long.get(name, 0)) for name in short | long}
            self._known_until = now + _KNOWN_FOR
        return self._known

    def course(self, view: View, now: int, span: Span) -> Course:
        """Return how many jobs ended in each step of the last hour, day or week; nothing that had no end is named."""
        until, known = self._courses.get(span, (0, None))
        if known is None or now >= until:
            steps, seconds = STEPS[span]
            step = seconds * SECOND
            since = (now // step + 1 - steps) * step
            known = _course(view.ends(since, step, COURSE_LIMIT), since, step, steps)
            self._courses[span] = (now + _KNOWN_FOR, known)
        return known


def _course(ends: list[Ends], since: int, step: int, steps: int) -> Course:
    whole_from = since
    if sum(one.count for one in ends) >= COURSE_LIMIT:
        oldest = min(one.first for one in ends)
        whole_from = since + ((oldest - since) // step + 1) * step
    return Course(
        since=since,
        step=step,
        steps=steps,
        whole_from=whole_from,
        queues=_lines(ends, steps, lambda one: one.queue),
        workers=_lines([one for one in ends if one.worker], steps, lambda one: one.worker),
    )


def _lines(ends: list[Ends], steps: int, name: Callable[[Ends], str]) -> dict[str, Line]:
    lines: dict[str, Line] = {}
    for one in ends:
        line = lines.setdefault(name(one), {})
        # A clock that was put back has ends ahead of now; they count as just now.
        line.setdefault(one.state, [0] * steps)[min(one.step, steps - 1)] += one.count
    return dict(sorted(lines.items()))
