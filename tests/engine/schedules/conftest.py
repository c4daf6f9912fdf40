"""Schedules are held to the same on every store: memory, SQLite and PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.store.contract import Store
from tests.engine.schedules.calendar import Calendar


@pytest.fixture
async def calendar(store: Store, tmp_path: Path) -> Calendar:
    made = Calendar(store, tmp_path)
    await made.move_in()
    return made
