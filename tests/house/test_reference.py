"""Every state, arrow, setting, error, event, kind, command and route is documented, in the code's own words."""

from __future__ import annotations

import pytest

from jobyard import settings
from jobyard.job.events import EventType
from jobyard.job.record import Reason
from tests.house import reference


@pytest.mark.parametrize("page", reference.PAGES)
def test_the_generated_parts_of_each_page_are_up_to_date(page: str) -> None:
    text = (reference.REFERENCE / page).read_text(encoding="utf-8")
    assert reference.renewed(page, text) == text, "run make docs"


@pytest.mark.parametrize("page", reference.PAGES)
def test_no_row_of_a_reference_is_left_without_a_sentence(page: str) -> None:
    for name, write in reference.PAGES[page].items():
        if name == "shapes":
            continue  # most of a shape's fields say enough by their names
        for line in write().splitlines():
            assert not line.endswith("|  |"), line


def test_every_setting_stands_on_its_page() -> None:
    text = (reference.REFERENCE / "settings.md").read_text(encoding="utf-8")
    for name in settings.Settings.__struct_fields__:
        assert f"| `{name.replace('_', '-')}` | `JOBYARD_{name.upper()}` |" in text


def test_every_event_and_reason_stands_on_its_page() -> None:
    told = (reference.REFERENCE / "events.md").read_text(encoding="utf-8")
    said = (reference.REFERENCE / "states.md").read_text(encoding="utf-8")
    assert [type_ for type_ in EventType if f"| `{type_.value}` |" not in told] == []
    assert [reason for reason in Reason if f"| `{reason.value}` |" not in said] == []


def test_every_error_stands_on_its_page() -> None:
    text = (reference.REFERENCE / "errors.md").read_text(encoding="utf-8")
    assert [error for error in reference.all_errors() if f"| `{error().code}` |" not in text] == []


def test_a_page_without_a_place_for_its_part_is_told() -> None:
    with pytest.raises(LookupError, match="no place for events"):
        reference.renewed("events.md", "# Events\n")


def test_writing_a_page_twice_changes_nothing() -> None:
    text = "<!-- events: written by make docs -->\nANCIENT\n<!-- events: end -->\nrest\n"
    once = reference.renewed("events.md", text)
    assert once.endswith("<!-- events: end -->\nrest\n")
    assert "ANCIENT" not in once
    assert reference.renewed("events.md", once) == once
