"""Pages of `GET /api/requests` as CVAT's clients ask for them, among many requests of one user."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import closing
from functools import partial
from pathlib import Path

import msgspec

from bench import wire
from bench.engines import Engine
from bench.engines.jobyard import server
from bench.figures import FIRST, Sizes, Step, percentile
from jobyard.job import moves
from jobyard.job.ids import new_id
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.people.record import Role
from jobyard.server import PACKAGES
from jobyard.store.contract import Transaction, View
from jobyard.store.sqlite import SqliteStore

NAME = "requests"
_PAGE, _TOGETHER, _SECOND = 10, 250, 1_000_000
_LONGEST = 10
"""Looks at a list that takes seconds."""
_FORMATS = ("COCO 1.0", "YOLO 1.1", "CVAT for images 1.1", "PASCAL VOC 1.1")


def steps(sizes: Sizes, engines: Iterable[Engine]) -> list[Step]:
    """Return the steps: Jobyard over HTTP, and the first RQ there is, read as CVAT's server reads it."""
    found = [Step(measure=NAME, engine=FIRST, run=partial(_house, sizes), once=True)]
    peer = next((one for one in engines if one.name.startswith("RQ")), None)
    if peer is not None:
        found.append(Step(measure=NAME, engine="RQ, as CVAT reads it", run=partial(_peer, peer, sizes), once=True))
    return found


def _house(sizes: Sizes, folder: Path) -> dict[str, float]:
    values, there = dict[str, float](), 0
    with server(folder, "", str(folder)):  # its first start makes the user that the requests belong to
        pass
    for count in sizes.listed:
        store = SqliteStore.open(folder / "data", packages=PACKAGES)
        _fill(store, there, count)
        store.close()
        there = count
        with server(folder, "", str(folder)) as (_, where), closing(_connected(where)) as connection:
            for name, query in _pages(count).items():
                asked = [_ask(connection, query) for _ in range(sizes.pages)]
                values |= _named(count, name, asked)
    return values


def _connected(where: dict[str, str]) -> wire.Connection:
    return wire.Connection(where["url"], where["token"])


def _pages(count: int) -> dict[str, str]:
    """Return what is asked, by its name."""
    return {
        "first page": "page=1",
        "second page": "page=2",
        "finished": "status=finished",
        "exports": "action=export",
        "oldest first": "sort=created_date",
        "middle page": f"page={count // _PAGE // 2}",
        "last page": f"page={count // _PAGE}",
        "one format": "format=COCO+1.0",
        "one target": "target=task&subresource=annotations",
    }


def _fill(store: SqliteStore, there: int, count: int) -> None:
    """Let exports live through submission, claim and end, as many as are missing, by the house's own moves."""

    def owner(view: View) -> str:
        return next(user.name for user in view.users() if user.role is Role.ADMINISTRATOR)

    name = store.read(owner).result()
    # Of late, or the house would begin to forget them.
    start_of_all = time.time_ns() // 1_000 - 3 * count * _SECOND // 2

    def some(numbers: range, transaction: Transaction) -> None:
        for number in numbers:
            format_ = _FORMATS[number % len(_FORMATS)]
            at = start_of_all + number * _SECOND
            job = Job(
                id=new_id(),
                kind="dataset.export",
                owner=name,
                name=f"Export annotations of {number}",
                state=State.QUEUED,
                face="cvat",
                parameters={"dataset": f"{number % 500:032x}", "format": format_, "pictures": False},
                marks={"cvat": {"target": "task", "task_id": number % 500, "format": format_}},
            )
            job = transaction.insert(moves.submit(job, at, name))
            job = transaction.apply(moves.claim(job, at, "bench", 30 * _SECOND))
            transaction.apply(moves.finish(job, job.attempt, at + _SECOND, result={"file": f"{number}.zip"}))

    for start in range(there, count, _TOGETHER):
        store.write(partial(some, range(start, min(count, start + _TOGETHER)))).result()


def _ask(connection: wire.Connection, query: str) -> float:
    began = time.perf_counter()
    body = connection.ask("GET", f"/api/requests?page_size={_PAGE}&{query}")
    took = time.perf_counter() - began
    if len(msgspec.json.decode(body)["results"]) != _PAGE:
        raise RuntimeError("the page is not full")
    return took


def _peer(engine: Engine, sizes: Sizes, folder: Path) -> dict[str, float]:
    values: dict[str, float] = {}
    with engine.opened(folder) as house:
        for told in house.listing(min(sizes.pages, _LONGEST), sizes.listed):
            # It fetches everything whichever page is asked for.
            for name in _pages(told["count"]):
                values |= _named(told["count"], name, told["seconds"])
    return values


def _named(count: int, name: str, seconds: list[float]) -> dict[str, float]:
    return {
        f"{count:,}, {name}: p50 ms": percentile(seconds, 0.5) * 1e3,
        f"{count:,}, {name}: p99 ms": percentile(seconds, 0.99) * 1e3,
    }
