"""Each test of this face has a served house of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jobyard.store.sqlite import SqliteStore
from tests.faces.native.house import House, served
from tests.sqlite_file import LayOut

PACKAGES = ("jobyard.datasets", "jobyard.experiments", "jobyard.workflows")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def built(tmp_path: Path, sqlite_folder: LayOut) -> Iterator[Callable[..., House]]:
    """Build houses that are not served yet, with settings of the test's own."""
    houses = list[House]()

    def build(**settings: Any) -> House:
        folder = sqlite_folder(tmp_path / f"house{len(houses)}", *PACKAGES)
        houses.append(House(SqliteStore.open(folder, packages=PACKAGES, synchronous="OFF"), folder, **settings))
        return houses[-1]

    yield build
    for house in houses:
        house.leave()
        house.store.close()


@pytest.fixture
async def house(built: Callable[..., House]) -> AsyncIterator[House]:
    """A served house with people in it."""
    async with served(built()) as house:
        await house.people()
        yield house
