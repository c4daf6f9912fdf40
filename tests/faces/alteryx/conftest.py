"""Where this face's houses are built."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.faces.alteryx import house


@pytest.fixture
def face() -> ModuleType:
    return house
