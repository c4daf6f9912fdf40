"""One house for all tests of commands that do not stop it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.running import RunningHouse, running


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    with running(tmp_path_factory.mktemp("house")) as made:
        yield made
