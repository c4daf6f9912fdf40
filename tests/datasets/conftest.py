from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.store.sqlite import SqliteStore
from tests.datasets.yard import Yard


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    store = SqliteStore.open(tmp_path / "data", packages=["jobyard.datasets"], synchronous="NORMAL")
    try:
        yield Yard(store, tmp_path)
    finally:
        store.close()
