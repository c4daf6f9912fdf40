"""Houses for the clients: a real server with a real worker, on each of the two databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.running import RunningHouse, running
from tests.postgres_server import database


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def any_house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A house on each database in turn."""
    folder = tmp_path_factory.mktemp("house")
    if request.param == "sqlite":
        with running(folder) as house:
            yield house
        return
    with (
        database(request.getfixturevalue("postgres_server"), "template0") as address,
        running(folder, JOBYARD_DATABASE=address) as house,
    ):
        yield house


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A house on SQLite."""
    with running(tmp_path_factory.mktemp("house")) as house:
        yield house
