"""Each test of a face has a served house of its own. A face says in a fixture `face` which module builds its houses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from jobyard.server import PACKAGES
from jobyard.store.sqlite import SqliteStore
from tests.sqlite_file import LayOut


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def built(tmp_path: Path, sqlite_folder: LayOut, face: ModuleType) -> Iterator[Callable[..., Any]]:
    """Build houses that are not served yet, with settings of the test's own."""
    houses = list[Any]()

    def build(**settings: Any) -> Any:
        folder = sqlite_folder(tmp_path / f"house{len(houses)}", *PACKAGES)
        houses.append(face.House(SqliteStore.open(folder, packages=PACKAGES, synchronous="OFF"), folder, **settings))
        return houses[-1]

    yield build
    for house in houses:
        house.leave()
        house.store.close()


@pytest.fixture
async def house(built: Callable[..., Any], face: ModuleType) -> AsyncIterator[Any]:
    """A served house with people in it."""
    async with face.served(built()) as house:
        await house.people()
        yield house
