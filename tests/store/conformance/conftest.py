"""Every case here runs on every store and must come out the same."""

from __future__ import annotations

import pytest

from jobyard.store.contract import Store
from tests.store.making import Hand


@pytest.fixture
def hand(store: Store) -> Hand:
    return Hand(store)
