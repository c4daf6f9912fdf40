"""One page of the 25 newest ended jobs, with a status filter, among many."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import closing
from functools import partial
from pathlib import Path

import msgspec

from bench import wire
from bench.engines import Engine
from bench.engines.floor import Floor
from bench.engines.jobyard import server
from bench.figures import FIRST, Sizes, Step, percentile
from jobyard.job import moves
from jobyard.job.filters import Filter, Query
from jobyard.job.ids import new_id
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.server import PACKAGES
from jobyard.store.contract import Transaction, View
from jobyard.store.sqlite import SqliteStore

NAME = "list"
PAGE = 25
_TOGETHER = 250
_OWNERS = 20
_SECOND = 1_000_000
_LONGEST = 10
"""Looks at a page that takes seconds."""


def steps(sizes: Sizes, engines: Iterable[Engine]) -> list[Step]:
    """Return the steps: Jobyard over HTTP and in its store, the first RQ there is, and the floor."""
    found = [
        Step(measure=NAME, engine=FIRST, run=partial(_house, sizes), once=True),
        Step(measure=NAME, engine="floor", run=partial(_floor, sizes), once=True),
    ]
    peer = next((one for one in engines if one.name.startswith("RQ")), None)
    if peer is not None:
        found.append(Step(measure=NAME, engine="RQ, as a page must", run=partial(_peer, peer, sizes), once=True))
    return found


def _house(sizes: Sizes, folder: Path) -> dict[str, float]:
    values, there = dict[str, float](), 0
    for count in sizes.listed:
        store = SqliteStore.open(folder / "data", packages=PACKAGES)
        _fill(store, there, count)
        there = count
        looked = [_look(store) for _ in range(sizes.pages)]
        store.close()
        with server(folder) as (_, where), closing(wire.Connection(where["url"], where["token"])) as connection:
            asked = [_ask(connection, min(PAGE, count)) for _ in range(sizes.pages)]
        values |= _named(count, asked) | {f"{count:,}, the store alone: p50 ms": percentile(looked, 0.5) * 1e3}
    return values


def _fill(store: SqliteStore, there: int, count: int) -> None:
    """Let jobs live through submission, claim and end, as many as are missing, by the house's own moves."""

    def some(numbers: range, transaction: Transaction) -> None:
        for number in numbers:
            at, owner = number * _SECOND, f"user{number % _OWNERS}"
            job = Job(id=new_id(), kind="bench.append", owner=owner, name=f"Job {number}", state=State.QUEUED)
            job = transaction.insert(moves.submit(job, at, owner))
            job = transaction.apply(moves.claim(job, at, "bench", 30 * _SECOND))
            transaction.apply(moves.finish(job, job.attempt, at + _SECOND))

    for start in range(there, count, _TOGETHER):
        store.write(partial(some, range(start, min(count, start + _TOGETHER)))).result()


def _look(store: SqliteStore) -> float:
    chosen = Filter(states=frozenset({State.SUCCEEDED}))

    def work(view: View) -> None:
        view.find(Query(filter=chosen, limit=PAGE))

    began = time.perf_counter()
    store.read(work).result()
    return time.perf_counter() - began


def _ask(connection: wire.Connection, wanted: int) -> float:
    began = time.perf_counter()
    body = connection.ask("GET", f"/v1/jobs?state=succeeded&limit={PAGE}")
    took = time.perf_counter() - began
    if len(msgspec.json.decode(body)["jobs"]) != wanted:
        raise RuntimeError("the page is not full")
    return took


def _floor(sizes: Sizes, folder: Path) -> dict[str, float]:
    floor, values, there = Floor(folder), dict[str, float](), 0
    for count in sizes.listed:
        floor.fill(count - there)
        there = count
        values |= _named(count, floor.pages(sizes.pages))
    floor.close()
    return values


def _peer(engine: Engine, sizes: Sizes, folder: Path) -> dict[str, float]:
    values: dict[str, float] = {}
    with engine.opened(folder) as house:
        for told in house.listing(min(sizes.pages, _LONGEST), sizes.listed):
            values |= _named(told["count"], told["seconds"])
    return values


def _named(count: int, seconds: list[float]) -> dict[str, float]:
    return {f"{count:,}: p50 ms": percentile(seconds, 0.5) * 1e3, f"{count:,}: p95 ms": percentile(seconds, 0.95) * 1e3}
