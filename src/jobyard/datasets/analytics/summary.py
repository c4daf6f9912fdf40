"""Events summed up: who made how much in which time. Takes any stream whose times grow for each user."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from msgspec import Struct, field

from jobyard.datasets.analytics.events import Activity

PAUSE = 100_000_000
"""Microseconds without an event after which somebody is away; as in CVAT."""
DAY = 86_400_000_000
_HOUR = 3_600_000_000
_MADE = frozenset({"create:shapes", "create:tags", "create:tracks"})
_CHANGED = frozenset({"update:shapes", "update:tags", "update:tracks"})
_LOOKED = frozenset({"change:frame", "annotate:frames"})
_DELETED = frozenset({"delete:shapes", "delete:tags", "delete:tracks"})


class Work(Struct, kw_only=True):
    """What one person did, or all of them."""

    objects: int = 0
    """Annotations made."""
    changed: int = 0
    deleted: int = 0
    frames: int = 0
    """Pictures worked on or looked at, each time anew."""
    working: int = 0
    """Microseconds at work: from each event to the next, unless they lie too far apart."""
    events: int = 0

    @property
    def objects_per_hour(self) -> float:
        """Annotations made in an hour of work; 0 where there was none."""
        return self.objects * _HOUR / self.working if self.working else 0.0

    @property
    def frames_per_hour(self) -> float:
        """Pictures worked on in an hour of work."""
        return self.frames * _HOUR / self.working if self.working else 0.0

    def add(self, other: Work) -> None:
        """Add somebody else's work, or another time's."""
        self.objects += other.objects
        self.changed += other.changed
        self.deleted += other.deleted
        self.frames += other.frames
        self.working += other.working
        self.events += other.events


class Summary(Struct, kw_only=True):
    """All that was summed up."""

    users: dict[str, Work] = field(default_factory=dict)
    days: dict[str, Work] = field(default_factory=dict)
    """By the day in universal time, as in `2026-11-28`."""
    scopes: dict[str, int] = field(default_factory=dict)
    """How often what was done."""
    first: int | None = None
    last: int | None = None

    @property
    def total(self) -> Work:
        """Return everybody's work together."""
        whole = Work()
        for work in self.users.values():
            whole.add(work)
        return whole


def followed(activities: Iterable[Activity], summary: Summary) -> Iterator[Activity]:
    """Pass activities on, and sum them up on the way, so that a table and a summary need one reading."""
    seen = dict[str, int]()
    for activity in activities:
        _count(activity, summary, seen)
        yield activity


def summed(activities: Iterable[Activity]) -> Summary:
    """Return the summary of a stream."""
    summary = Summary()
    for _ in followed(activities, summary):
        pass
    return summary


def _count(activity: Activity, summary: Summary, seen: dict[str, int]) -> None:
    moment, user = activity.timestamp, activity.user_name
    work = _work(activity)
    work.working = _worked(activity, seen.get(user))
    seen[user] = max(moment + activity.duration * 1_000, seen.get(user, 0))
    summary.users.setdefault(user, Work()).add(work)
    summary.days.setdefault(_day(moment), Work()).add(work)
    summary.scopes[activity.scope] = summary.scopes.get(activity.scope, 0) + 1
    summary.first = moment if summary.first is None else min(summary.first, moment)
    summary.last = moment if summary.last is None else max(summary.last, moment)


def _work(activity: Activity) -> Work:
    count = 1 if activity.count is None else activity.count
    work = Work(events=1)
    if activity.scope in _MADE:
        work.objects = count
    elif activity.scope in _CHANGED:
        work.changed = count
    elif activity.scope in _DELETED:
        work.deleted = count
    elif activity.scope in _LOOKED:
        work.frames = count
    return work


def _worked(activity: Activity, last: int | None) -> int:
    """Return what an event adds to the time at work: since the last one's end, and what it took itself."""
    end = activity.timestamp + activity.duration * 1_000
    if last is None or activity.timestamp - last > PAUSE:
        return activity.duration * 1_000
    return max(0, end - last)


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment // DAY * DAY / 1e6, UTC).strftime("%Y-%m-%d")
