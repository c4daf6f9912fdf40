"""Submitting no-op jobs while nothing runs: one by one, and over sixteen connections at once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from bench import processes
from bench.engines import Engine
from bench.engines.floor import Floor
from bench.figures import Sizes, Step

NAME = "submit"
_CONNECTIONS = (1, 16)


def steps(sizes: Sizes, engines: Iterable[Engine]) -> list[Step]:
    """Return a step for each engine, and one for the floor."""
    found = [Step(measure=NAME, engine=one.name, run=partial(_measured, one, sizes)) for one in engines]
    return [*found, Step(measure=NAME, engine="floor", run=partial(_floor, sizes))]


def _measured(engine: Engine, sizes: Sizes, folder: Path) -> dict[str, float]:
    values: dict[str, float] = {}
    for connections in _CONNECTIONS:
        own = folder / str(connections)
        own.mkdir()
        with engine.opened(own) as house:
            spent = processes.processor(house.servers)
            told = house.submit(sizes.submit, connections)
            spent = processes.processor(house.servers) - spent
        values[f"{connections} at a time: jobs/s"] = told["count"] / told["seconds"]
        values[f"{connections} at a time: server CPU µs a job"] = spent / sizes.submit * 1e6
        values[f"{connections} at a time: client CPU µs a job"] = told["cpu"] / told["count"] * 1e6
    return values


def _floor(sizes: Sizes, folder: Path) -> dict[str, float]:
    values = {}
    for together in _CONNECTIONS:
        own = folder / str(together)
        own.mkdir()
        floor = Floor(own)
        count = max(sizes.submit // together, 1) * together
        values[f"{together} at a time: jobs/s"] = count / floor.submit(count, together)
        floor.close()
    return values
