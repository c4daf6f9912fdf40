"""Running what waits: jobs a second from first start to last, what they cost, the memory held at the end."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from bench import processes
from bench.engines import Engine, House
from bench.engines.floor import Floor
from bench.figures import Sizes, Step

NAME = "drain"
_SLOTS = (1, 2)
_LIMIT = 300.0
_LEAST = 5
_BUSY = 16


def steps(sizes: Sizes, engines: Iterable[Engine]) -> list[Step]:
    """Return a step for each engine, and one for the floor."""
    found = [Step(measure=NAME, engine=one.name, run=partial(_measured, one, sizes)) for one in engines]
    return [*found, Step(measure=NAME, engine="floor", run=partial(_floor, sizes))]


def _measured(engine: Engine, sizes: Sizes, folder: Path) -> dict[str, float]:
    values: dict[str, float] = {}
    count = max(_LEAST, int(sizes.drain * engine.weight))
    for slots in _SLOTS:
        own = folder / str(slots)
        own.mkdir()
        with engine.opened(own) as house:
            house.submit(count, _BUSY)
            values |= _drained(house, count, slots)
    return values


def _drained(house: House, count: int, slots: int) -> dict[str, float]:
    unit = "1 slot" if slots == 1 else f"{slots} slots"
    with house.working(slots) as workers:
        everybody = [*house.servers, *workers]
        house.records.wait(1, _LIMIT)
        first, spent = house.records.count(), processes.processor(everybody)
        house.records.wait(count, _LIMIT)
        spent = processes.processor(everybody) - spent
        processes.until_quiet(everybody)
        held = processes.memory(everybody)
    begun = house.records.begun()
    if sorted(number for number, _ in begun) != list(range(count)):
        raise RuntimeError(f"{len(begun)} starts of {count} jobs: not each of them once")
    moments = sorted(moment for _, moment in begun)
    values = {
        f"{unit}: jobs/s": (count - 1) / (moments[-1] - moments[0]),
        f"{unit}: CPU µs a job": spent / max(1, count - first) * 1e6,
    }
    return values | ({"after a drain: RSS MiB": held.rss, "after a drain: PSS MiB": held.pss} if slots == 1 else {})


def _floor(sizes: Sizes, folder: Path) -> dict[str, float]:
    floor = Floor(folder)
    floor.submit(sizes.drain, sizes.drain)
    count, seconds, spent = floor.drain(1)
    floor.close()
    return {"1 slot: jobs/s": count / seconds, "1 slot: CPU µs a job": spent / count * 1e6}
