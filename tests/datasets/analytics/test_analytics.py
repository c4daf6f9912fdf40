from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.datasets.analytics.events import COLUMNS, Activity, write
from jobyard.datasets.analytics.summary import PAUSE, Summary, followed, summed

SECOND = 1_000_000
START = 1_764_288_000 * SECOND
"""2025-11-28, midnight."""


def activity(second: float, scope: str = "change:frame", user: str = "ada", **more: Any) -> Activity:
    return Activity(scope=scope, timestamp=START + int(second * SECOND), user_name=user, **more)


def test_the_table_has_cvats_columns(tmp_path: Path) -> None:
    one = Activity(
        scope="create:shapes",
        timestamp=START + 1_234_567,
        count=3,
        duration=12,
        user_id=4,
        user_name="=cmd|' /C calc'!A0",
        obj_val='a "quoted", value',
        payload='{"a":1}',
    )
    assert write(tmp_path / "a.csv", iter([one])) == 1
    with (tmp_path / "a.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert tuple(row) == COLUMNS
    assert row["timestamp"] == "2025-11-28 00:00:01.234+00:00"
    assert (row["count"], row["duration"], row["user_id"], row["task_id"]) == ("3", "12", "4", "")
    assert row["user_name"].startswith("'=")
    assert (row["obj_val"], row["payload"]) == ('a "quoted", value', '{"a":1}')


def test_who_made_what_is_summed_up() -> None:
    stream = [
        activity(0),
        activity(10, "create:shapes", count=4),
        activity(20, "create:tags"),
        activity(30, "update:shapes", count=2),
        activity(40, "delete:tracks"),
        activity(50, "login", "bob"),
    ]
    summary = summed(stream)
    ada = summary.users["ada"]
    assert (ada.objects, ada.changed, ada.deleted, ada.frames, ada.events) == (5, 2, 1, 1, 5)
    assert ada.working == 40 * SECOND
    assert ada.objects_per_hour == 450
    assert ada.frames_per_hour == 90
    assert summary.users["bob"].objects_per_hour == 0
    assert summary.total.events == 6
    assert summary.scopes["change:frame"] == 1
    assert (summary.first, summary.last) == (START, START + 50 * SECOND)


def test_a_pause_is_no_work_but_a_long_action_is() -> None:
    away = PAUSE / SECOND + 1
    assert summed([activity(0), activity(away)]).total.working == 0
    assert summed([activity(0), activity(away - 2)]).total.working == (away - 2) * SECOND
    assert summed([activity(0, duration=5_000), activity(3)]).total.working == 5 * SECOND
    assert summed([activity(0, duration=1_000), activity(away + 1, duration=2_000)]).total.working == 3 * SECOND


def test_days_are_those_of_universal_time() -> None:
    summary = summed([activity(-1), activity(0), activity(86_399), activity(86_400)])
    assert [(day, work.frames) for day, work in summary.days.items()] == [
        ("2025-11-27", 1),
        ("2025-11-28", 2),
        ("2025-11-29", 1),
    ]


def test_one_reading_makes_a_table_and_a_summary(tmp_path: Path) -> None:
    summary = Summary()
    assert write(tmp_path / "a.csv", followed((activity(n) for n in range(5)), summary)) == 5
    assert summary.total.frames == 5


@pytest.mark.property
@given(st.lists(st.tuples(st.integers(0, 1_000), st.sampled_from("ab"), st.integers(0, 90_000)), max_size=20))
def test_nobody_works_longer_than_there_is_time(events: list[tuple[int, str, int]]) -> None:
    stream = [activity(second, user=user, duration=took) for second, user, took in sorted(events)]
    summary = summed(stream)
    for work in summary.users.values():
        assert 0 <= work.working <= (1_000 + 90) * SECOND
    assert sum(work.working for work in summary.days.values()) == summary.total.working
