"""Each test of this room has a house of its own, on each database where that matters."""

from __future__ import annotations

import pytest

from jobyard.people.record import Actor
from tests.experiments.room import Room
from tests.faces import conftest as houses
from tests.faces.clearml import conftest as doors
from tests.faces.clearml.house import House

anyio_backend = houses.anyio_backend
built = doors.built
any_house = doors.any_house
house = doors.house


@pytest.fixture
def room(any_house: House) -> Room:
    """The room on each database in turn."""
    return Room(any_house)


@pytest.fixture
def mia(any_house: House) -> Actor:
    """A member."""
    return any_house.actor("mia")
