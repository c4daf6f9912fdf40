"""The next runs of schedules, remembered: finding them takes a millisecond or more, and they change seldom."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

from jobyard.job import timetable
from jobyard.job.schedule import Schedule

COUNT = 5
"""How many of the next runs are told."""
_REMEMBERED = 10_000
Key = tuple[str | None, int | None, str, int | None, int | None]
"""All that the runs behind the next one depend on."""


class Foresight:
    """Knows when schedules run next. Used from the event loop; what is not known yet is found beside it."""

    def __init__(self) -> None:
        self._known: OrderedDict[Key, list[int]] = OrderedDict()

    async def upcoming(self, schedules: Sequence[Schedule]) -> list[list[int]]:
        """Return the times of each schedule's next runs, at most COUNT; none while it is paused or over."""
        wanted = {_key(one): one for one in schedules if one.next_at is not None}
        found = {key: self._known[key] for key in wanted if key in self._known}
        new = {key: one for key, one in wanted.items() if key not in found}
        if new:
            times = await asyncio.to_thread(lambda: [_times(one) for one in new.values()])
            fresh = dict(zip(new, times, strict=True))
            found.update(fresh)
            self._known.update(fresh)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return [[] if one.next_at is None else found[_key(one)] for one in schedules]


def _key(schedule: Schedule) -> Key:
    return schedule.cron, schedule.interval, schedule.zone, schedule.ends_at, schedule.next_at


def _times(schedule: Schedule) -> list[int]:
    first = schedule.next_at or 0
    return [first, *timetable.upcoming(schedule, first, COUNT - 1)]
