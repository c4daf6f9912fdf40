from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.store.contract import Store
from tests.workflows.library.yard import Yard


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def yard(every_store: Store, tmp_path: Path) -> Yard:
    yard = Yard(every_store, tmp_path)
    await yard.people()
    return yard
