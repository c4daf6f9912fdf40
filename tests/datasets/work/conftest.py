from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.store.contract import Store
from tests.datasets.work.shop import Shop


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    return Shop(store, tmp_path)
