"""Schedules and collections as the real clients of the Alteryx face see them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import RunningHouse
from tests.clients.asking import ask
from tests.clients.test_alteryx import FAMILY, PROGRAMS, settings
from tests.workflows.test_practice import packed


@pytest.fixture(scope="module")
def told(any_house: RunningHouse, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What both clients saw."""
    folder: Path = tmp_path_factory.mktemp("drawn")
    other = any_house.call("users", "add", "other", "--json").json["user"]["id"]
    given = settings(any_house) | {"flow": str(packed("orders", folder)), "other": other}
    return ask(FAMILY, PROGRAMS / "sharing.py", given, any_house.folder) | {"other": other}


def test_schedules_are_made_switched_and_changed(told: Any) -> None:
    assert told["schedule"] == ["mornings", True, "High", "2090-01-02T08:30:00.000Z", True]
    assert told["off"] is False
    assert told["on"] == [True, "evenings", "after work", "2090-01-02T08:30:00.000Z"]
    assert told["schedules"] == ["evenings"] and told["gone"] == []


def test_collections_are_filled_shared_and_emptied(told: Any) -> None:
    assert told["filled"] == [True, True]
    assert told["listed"] == ["reports"]
    assert told["shared"] == ["monthly", told["other"]]
    assert told["left"] == [] and told["deleted"] == []


def test_people_and_credentials_are_read(told: Any) -> None:
    assert told["people"] == ["Curator", "Artisan"]
    assert told["credentials"] == []
