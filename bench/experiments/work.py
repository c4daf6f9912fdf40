"""The work that both sides do. It stands on Python alone, since each side has an environment of its own."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from statistics import median

CURVES = 20
SCALARS = 50
"""Values that each of many small tasks reports."""
PAGE = 50
SAMPLES = 2_000
"""Points of each curve that is drawn."""
LOOKS = 11
_LONG = 5.0
TEAMS = 10


def value(curve: int, step: int) -> float:
    """Return what a curve is at a step; no two are alike."""
    return curve + math.exp(-step / 10_000) + math.sin(step * (curve + 1) / 700) / (curve + 2)


def points(count: int, size: int) -> Iterator[list[tuple[int, int]]]:
    """Give out curves and steps of one long run, so many points in all, a part at a time, as a program meets them."""
    part = list[tuple[int, int]]()
    for step in range(count // CURVES):
        part += [(curve, step) for curve in range(CURVES)]
        if len(part) >= size:
            yield part
            part = []
    if part:
        yield part


def team(number: int) -> str:
    """Return a tag of a task."""
    return f"team{number % TEAMS}"


def looked(look: Callable[[], int]) -> tuple[float, int]:
    """Return the median seconds of several looks, and how much was seen; one look where one takes very long."""
    began = time.perf_counter()
    look()
    patient = time.perf_counter() - began < _LONG
    seconds, seen = list[float](), 0
    for _ in range(LOOKS if patient else 1):
        began = time.perf_counter()
        seen = look()
        seconds.append(time.perf_counter() - began)
    return median(seconds), seen


def taken(turn: Callable[[int], tuple[float | None, int]]) -> None:
    """Take the turn that the command line counts, and print its seconds and how much was done or seen."""
    # The clients write on standard output as they like.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    began = time.perf_counter()
    seconds, seen = turn(int(sys.argv[3]))
    seconds = time.perf_counter() - began if seconds is None else seconds
    answer.write(json.dumps({"seconds": seconds, "seen": seen}) + "\n")
    answer.close()
