"""Select Records: records by their numbers. Designer brings it as a macro."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.table import Table
from jobyard.workflows.toolbox.asked import answers
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.work import Work

_RANGES = "Ranges"
_MOST = 10_000
"""Ranges that one tool may name."""
_DIGITS = 18


class SelectRecords(Craft):
    """A line is a number, or a range as `3-5`, `-5` (to the fifth) or `5+` (from the fifth on)."""

    plugins: ClassVar[frozenset[str]] = frozenset({"SelectRecords.yxmc"})
    any_name: ClassVar[bool] = True

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return lines that are no range."""
        lines = _lines(configuration)
        if not lines or len(lines) > _MOST:
            return [f"naming {len(lines):,} ranges"]
        return [f"the range {line[:40]!r}" for line in lines if _range(line) is None][:5]

    def run(self, work: Work) -> dict[str, Table]:
        """Return the records of any of the ranges, in their order."""
        table = work.table()
        place = pl.int_range(1, pl.len() + 1)
        ranges = [found for line in _lines(work.configuration) if (found := _range(line))]
        kept = pl.any_horizontal(
            [place.is_between(first, table.height if last is None else last) for first, last in ranges]
        )
        return {"Output": table.rows(table.frame.filter(kept))}


def _lines(configuration: Element) -> list[str]:
    said = answers(configuration).get(_RANGES, "")
    return [line.strip() for line in said.splitlines() if line.strip()]


def _range(line: str) -> tuple[int, int | None] | None:
    """Return the first and the last number of a range, None for no last one; None where it is no range."""
    first, dash, last = line.removesuffix("+").partition("-")
    numbers = [one.strip() for one in (first, last) if one.strip()]
    if not numbers or not all(one.isascii() and one.isdigit() and len(one) <= _DIGITS for one in numbers):
        return None
    if line.endswith("+"):
        return None if dash else (int(first), None)
    if not dash:
        return int(first), int(first)
    return (int(first or 1), int(last)) if last.strip() else None
