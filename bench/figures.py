"""What is measured and how it is kept: steps give figures, and every figure keeps the value of each round."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct, field

FIRST = "jobyard"
"""The engine that the others are compared with."""


class Sizes(Struct, frozen=True, kw_only=True):
    """How much is done."""

    rounds: int
    """Every engine has its turn once a round, so that what else the machine does falls on all alike."""
    submit: int
    drain: int
    pickup: int
    pages: int
    listed: tuple[int, ...]
    """Ended jobs among which is listed."""


FULL = Sizes(rounds=3, submit=3_000, drain=6_000, pickup=150, pages=200, listed=(10_000, 100_000))
QUICK = Sizes(rounds=1, submit=600, drain=1_500, pickup=30, pages=50, listed=(10_000,))


class Figure(Struct, kw_only=True):
    """One number about one engine, in every round."""

    measure: str
    engine: str
    name: str
    """What was measured, with its unit at the end."""
    values: list[float] = field(default_factory=list)
    times_better: float | None = None
    """How many times better Jobyard did, the median over the rounds; below 1 it did worse."""

    @property
    def median(self) -> float:
        """The middle of the rounds."""
        return statistics.median(self.values)

    @property
    def more_is_better(self) -> bool:
        """Whether it is a rate rather than a cost."""
        return self.name.endswith("/s")


class Step(Struct, frozen=True, kw_only=True):
    """One engine's turn in one measure. `run` works in an empty folder and returns values by name."""

    measure: str
    engine: str
    run: Callable[[Path], dict[str, float]]
    once: bool = False
    """Whether one turn in all is enough, as it repeats within itself."""


class Figures:
    """All figures of a run, in the order in which they first came."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], Figure] = {}

    def add(self, step: Step, values: dict[str, float]) -> None:
        """Keep what a step gave."""
        for name, value in values.items():
            measure = "memory" if name.endswith("MiB") else step.measure
            key = (measure, step.engine, name)
            figure = self._found.setdefault(key, Figure(measure=measure, engine=step.engine, name=name))
            figure.values.append(value)

    def compared(self) -> list[Figure]:
        """Return the figures, each compared with Jobyard's own where there is one."""
        for figure in self._found.values():
            own = self._found.get((figure.measure, FIRST, figure.name))
            if own is None:
                continue
            pairs = [(a, b) if own.more_is_better else (b, a) for a, b in zip(own.values, figure.values, strict=False)]
            figure.times_better = statistics.median(a / b for a, b in pairs) if all(b for _, b in pairs) else None
        return list(self._found.values())


def percentile(values: list[float], share: float) -> float:
    """Return the value below which this share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
