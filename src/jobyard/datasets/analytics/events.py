"""One thing that somebody did, and the table of them."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

_COMMANDING = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so would be a formula to a spreadsheet."""


class Activity(Struct, frozen=True, kw_only=True):
    """Something that somebody did at a moment, or for a while."""

    scope: str
    """What was done to what, such as `create:shapes` or `change:frame`."""
    timestamp: int
    """Microseconds since 1970, in universal time."""
    obj_name: str = ""
    obj_id: int | None = None
    obj_val: str = ""
    source: str = "server"
    """Who tells it: the `server`, or a `client`."""
    count: int | None = None
    """How many things."""
    duration: int = 0
    """Milliseconds it took."""
    project_id: int | None = None
    task_id: int | None = None
    job_id: int | None = None
    user_id: int | None = None
    user_name: str = ""
    user_email: str = ""
    org_id: int | None = None
    org_slug: str = ""
    payload: str = ""
    """What else there is to say, as JSON."""
    access_token_id: int | None = None


COLUMNS = (
    "scope",
    "obj_name",
    "obj_id",
    "obj_val",
    "source",
    "timestamp",
    "count",
    "duration",
    "project_id",
    "task_id",
    "job_id",
    "user_id",
    "user_name",
    "user_email",
    "org_id",
    "org_slug",
    "payload",
    "access_token_id",
)
"""The columns of CVAT's export, in its order."""


def write(target: Path, activities: Iterable[Activity]) -> int:
    """Write a line for each activity and return their number. Text is harmless to a spreadsheet."""
    count = 0
    with target.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)
        for activity in activities:
            lines.writerow([_cell(name, getattr(activity, name)) for name in COLUMNS])
            count += 1
    return count


def moment(microseconds: int) -> str:
    """Return a time as the table has it: universal, to the millisecond."""
    return datetime.fromtimestamp(microseconds / 1e6, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + "+00:00"


def _cell(name: str, value: str | int | None) -> str | int:
    if value is None:
        return ""
    if name == "timestamp":
        return moment(int(value))
    return f"'{value}" if isinstance(value, str) and value.startswith(_COMMANDING) else value
