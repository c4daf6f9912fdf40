from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.store.contract import Store
from tests.workflows.sharing.neighbours import Neighbours


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def street(every_store: Store, tmp_path: Path) -> Neighbours:
    found = Neighbours(every_store, tmp_path)
    await found.move_in()
    return found
