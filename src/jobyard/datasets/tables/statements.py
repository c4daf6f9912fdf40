"""The statements of these tables, and the lines of numbers that they share."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from jobyard.job.errors import Unavailable
from jobyard.store.contract import Transaction
from jobyard.store.queries import Queries

QUERIES = Queries("jobyard.datasets.tables")
LARGEST = 2**31 - 1
"""The largest number that clients of every face take as a whole number."""


class Line(StrEnum):
    """What is counted through the whole house."""

    LABELS = "labels"
    """Labels, their parts and their attributes."""
    ANNOTATIONS = "annotations"
    """Tags, shapes, tracks and their parts."""


def take(transaction: Transaction, line: Line, count: int) -> range:
    """Return the next numbers of a line, never given before. Raises Unavailable when there are no more."""
    if not count:
        return range(0)
    last = int(transaction.rows(QUERIES["take_numbers"], {"line": line.value, "count": count})[0][0])
    if last > LARGEST:
        raise Unavailable(reason=f"there are no numbers left for {line.value}")
    return range(last - count + 1, last + 1)


def listed(numbers: Iterable[int]) -> str:
    """Return numbers as a statement takes them."""
    return msgspec.json.encode(list(numbers)).decode()
