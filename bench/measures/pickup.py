"""Pickup: from the moment a submission begins until the job's own code runs, in a house that has nothing else to do."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from bench import processes
from bench.engines import Engine
from bench.figures import Sizes, Step, percentile

NAME = "pickup"
_WARMING = 3
_SETTLING = 1.0
_LIMIT = 60.0


def steps(sizes: Sizes, engines: Iterable[Engine]) -> list[Step]:
    """Return a step for each engine."""
    return [Step(measure=NAME, engine=one.name, run=partial(_measured, one, sizes)) for one in engines]


def _measured(engine: Engine, sizes: Sizes, folder: Path) -> dict[str, float]:
    with engine.opened(folder) as house, house.working(1) as workers:
        house.pickup(_WARMING)
        house.records.wait(_WARMING, _LIMIT)
        time.sleep(_SETTLING)
        held = processes.memory([*house.servers, *workers])
        house.records.path.write_bytes(b"")
        asked = house.pickup(sizes.pickup)
        house.records.wait(sizes.pickup, _LIMIT)
        begun = dict(house.records.begun())
    waited = [(begun[number] - moment) * 1e3 for number, moment in asked]
    return {
        "p50 ms": percentile(waited, 0.5),
        "p95 ms": percentile(waited, 0.95),
        "idle: RSS MiB": held.rss,
        "idle: PSS MiB": held.pss,
    }
