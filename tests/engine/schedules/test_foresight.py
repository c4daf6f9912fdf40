"""The next runs are found once and told again until the schedule changes."""

from __future__ import annotations

from typing import Any

import pytest

from jobyard.engine.schedules import foresight
from jobyard.engine.schedules.foresight import Foresight
from jobyard.job import timetable
from jobyard.job.schedule import Schedule

pytestmark = pytest.mark.anyio
HOUR = 3_600_000_000


def hourly(cron: str = "@hourly", next_at: int | None = HOUR, **fields: Any) -> Schedule:
    return Schedule(id="a", name="a", owner="mia", kind="k", cron=cron, next_at=next_at, **fields)


async def test_times_are_found_once_and_anew_after_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[str | None]()

    def counted(schedule: Schedule, after: int, count: int) -> list[int]:
        asked.append(schedule.cron)
        return upcoming(schedule, after, count)

    upcoming = timetable.upcoming
    monkeypatch.setattr(timetable, "upcoming", counted)
    known = Foresight()
    five = [HOUR * number for number in range(1, 6)]
    assert await known.upcoming([hourly(), hourly(next_at=None)]) == [five, []]
    assert await known.upcoming([hourly("0 * * * *"), hourly(), hourly("0 * * * *")]) == [five, five, five]
    assert asked == ["@hourly", "0 * * * *"]
    assert await known.upcoming([hourly(next_at=2 * HOUR)]) == [[HOUR * number for number in range(2, 7)]]
    assert await known.upcoming([hourly(ends_at=2 * HOUR)]) == [five[:2]]
    assert asked[2:] == ["@hourly", "@hourly"]


async def test_it_forgets_what_was_asked_longest_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foresight, "_REMEMBERED", 3)
    known = Foresight()
    for number in range(10):
        assert len((await known.upcoming([hourly(f"{number} * * * *")]))[0]) == foresight.COUNT
    assert [str(key[0]).split()[0] for key in known._known] == ["7", "8", "9"]
    assert len(await known.upcoming([hourly(f"{number} * * * *") for number in range(10)])) == 10
    assert len(known._known) == 3
