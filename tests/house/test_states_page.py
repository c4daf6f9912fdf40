"""The picture of the states is the table of the states, read back from the page as a reader would."""

from __future__ import annotations

import re

from jobyard.job.states import FINAL, TABLE, Arrow, State
from tests.house import reference

PAGE = (reference.REFERENCE / "states.md").read_text(encoding="utf-8")


def section(name: str) -> str:
    """Return a generated part of the page."""
    return PAGE.split(f"<!-- {name}: written by make docs -->")[1].split(f"<!-- {name}: end -->")[0]


def rows(name: str) -> list[list[str]]:
    """Return the cells of a table of the page, its heading left out."""
    lines = [line for line in section(name).splitlines() if line.startswith("|")][2:]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def test_the_picture_shows_exactly_the_arrows_between_states() -> None:
    drawn = {
        (source, arrow.strip()): target
        for source, target, arrows in re.findall(r"^    (\w+) --> (\w+): (.+)$", section("diagram"), re.MULTILINE)
        for arrow in arrows.split(",")
    }
    meant = {(a.value, arrow.value): b.value for (a, arrow), b in TABLE.items() if a is not b}
    assert drawn == meant


def test_the_picture_shows_where_a_life_begins_and_ends() -> None:
    assert set(re.findall(r"^    \[\*\] --> (\w+)$", section("diagram"), re.MULTILINE)) == {"draft", "queued"}
    ends = re.findall(r"^    (\w+) --> \[\*\]$", section("diagram"), re.MULTILINE)
    assert set(ends) == {state.value for state in FINAL}


def test_the_table_of_the_page_is_the_table_of_the_house() -> None:
    states = list(State)
    shown = {
        (state, Arrow(arrow)): State(target)
        for arrow, *targets in rows("table")
        for state, target in zip(states, targets, strict=True)
        if target != "–"
    }
    assert shown == dict(TABLE)


def test_every_state_and_arrow_has_a_sentence_on_the_page() -> None:
    for name, members in (("states", list(State)), ("arrows", list(Arrow))):
        listed = dict(rows(name))
        assert list(listed) == [member.value for member in members]
        assert [said for said in listed.values() if not said.endswith(".")] == []
