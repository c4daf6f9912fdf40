"""Each test of this face has a house of its own, with people in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jobyard.server import PACKAGES
from jobyard.store.contract import Store
from jobyard.store.postgres import PostgresStore
from jobyard.store.sqlite import SqliteStore
from tests.faces.clearml.house import Caller, House
from tests.sqlite_file import LayOut


@pytest.fixture
def built(tmp_path: Path, sqlite_folder: LayOut) -> Iterator[Callable[..., House]]:
    """Build houses with settings of the test's own, in which nobody lives yet."""
    houses = list[House]()

    def build(store: Store | None = None, **settings: Any) -> House:
        folder = sqlite_folder(tmp_path / f"house{len(houses)}", *PACKAGES)
        houses.append(
            House(store or SqliteStore.open(folder, packages=PACKAGES, synchronous="OFF"), folder, **settings)
        )
        return houses[-1]

    yield build
    for house in houses:
        house.store.close()


@pytest.fixture
async def house(built: Callable[..., House]) -> House:
    """A house with people in it."""
    house = built()
    await house.people()
    return house


@pytest.fixture(params=["sqlite", "postgres"])
async def any_house(request: pytest.FixtureRequest, built: Callable[..., House]) -> AsyncIterator[House]:
    """A house on each database in turn."""
    if request.param == "sqlite":
        house = built()
        await house.people()
        yield house
        return
    house = built(PostgresStore.open(request.getfixturevalue("emptied_rooms"), packages=PACKAGES, threads=4))
    await house.people()
    yield house


@pytest.fixture
def mia(house: House) -> Caller:
    """A member, who calls in the newest version."""
    return house.caller()


@pytest.fixture
async def running(any_house: House) -> tuple[Caller, str]:
    """Somebody with a task that runs."""
    mia = any_house.caller(worker="laptop")
    return mia, await mia.task(status="in_progress")
