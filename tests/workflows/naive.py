"""Tools done the slow and plain way: records are dicts in lists, every step is a loop. Knows nothing of the runner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Record = dict[str, Any]
Records = list[Record]


def first(value: Any) -> tuple[bool, Any]:
    """Sort nulls before everything else."""
    return (value is not None, value if value is not None else 0)


def filtered(records: Records, holds: Callable[[Record], bool]) -> tuple[Records, Records]:
    yes, no = Records(), Records()
    for record in records:
        (yes if holds(record) else no).append(record)
    return yes, no


def computed(records: Records, name: str, compute: Callable[[Record], Any]) -> Records:
    return [{**record, name: compute(record)} for record in records]


def ordered(records: Records, names: Sequence[str], *, descending: bool = False) -> Records:
    found = list(records)
    for name in reversed(names):
        found.sort(key=lambda record: first(record[name]), reverse=descending)
    return found


def unique(records: Records, names: Sequence[str]) -> tuple[Records, Records]:
    seen = set[tuple[Any, ...]]()
    kept, others = Records(), Records()
    for record in ordered(records, names):
        key = tuple(record[name] for name in names)
        (others if key in seen else kept).append(record)
        seen.add(key)
    return kept, others


def joined(left: Records, right: Records, key: str) -> tuple[Records, Records, Records]:
    left, right = ordered(left, [key]), ordered(right, [key])
    pairs, lonely = [], []
    for one in left:
        partners = [other for other in right if one[key] is not None and other[key] == one[key]]
        pairs += [{**one, **{f"Right_{name}": value for name, value in other.items()}} for other in partners]
        if not partners:
            lonely.append(one)
    keys = {one[key] for one in left if one[key] is not None}
    return lonely, pairs, [other for other in right if other[key] not in keys]


def summed(records: Records, group: str, value: str) -> Records:
    groups: dict[Any, Records] = {}
    for record in records:
        groups.setdefault(record[group], []).append(record)
    found = []
    for key in sorted(groups, key=first):
        values = [record[value] for record in groups[key] if record[value] is not None]
        found.append(
            {
                group: key,
                "sum": sum(values) if values else None,
                "count": len(groups[key]),
                "known": len(values),
                "least": min(values, default=None),
                "last": groups[key][-1][value],
            }
        )
    return found


def sampled(records: Records, group: str, count: int) -> Records:
    seen: dict[Any, int] = {}
    kept = []
    for record in records:
        seen[record[group]] = seen.get(record[group], 0) + 1
        if seen[record[group]] <= count:
            kept.append(record)
    return kept


def running(records: Records, group: str, value: str) -> Records:
    totals: dict[Any, float] = {}
    found = []
    for record in records:
        totals[record[group]] = totals.get(record[group], 0) + (record[value] or 0)
        found.append({**record, f"RunTot_{value}": totals[record[group]]})
    return found


def numbered(records: Records) -> Records:
    return [{"RecordID": number, **record} for number, record in enumerate(records, start=1)]


def transposed(records: Records, key: str, names: Sequence[str]) -> Records:
    return [{key: record[key], "Name": name, "Value": record[name]} for record in records for name in names]


def multi_row(records: Records, value: str) -> Records:
    found, before = [], 0
    for record in records:
        before = before * 2 + (record[value] or 0)
        before %= 1000
        found.append({**record, "seen": before})
    return found
