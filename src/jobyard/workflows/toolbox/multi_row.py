"""Multi-Row Formula: a field computed from this record and its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.columns import Losses, stored
from jobyard.workflows.fields.record import NUMBERS, Field, declared
from jobyard.workflows.fields.values import converted
from jobyard.workflows.formula.rowwise import compute
from jobyard.workflows.table import Table
from jobyard.workflows.toolbox.craft import Craft, names
from jobyard.workflows.work import Work

_BEYOND = {"": "Null", "null": "Null", "empty": "Empty", "nearestrow": "NearestRow", "nearest": "NearestRow"}
"""What rows that do not exist are, as documents say it, in small letters."""
_LOOK = 1_024


class MultiRowFormula(Craft):
    """Records before this one are seen as they were computed, those behind it as they came."""

    plugins: ClassVar[frozenset[str]] = frozenset({"MultiRowFormula"})

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return what rows beyond the first and the last shall be, when that is not known here."""
        beyond = configuration.said("OtherRows").strip()
        return [] if beyond.lower() in _BEYOND else [f"rows that do not exist being {beyond!r}"]

    @classmethod
    def formulas(cls, configuration: Element) -> list[str]:
        """Return the formula."""
        return [configuration.said("Expression")]

    def run(self, work: Work) -> dict[str, Table]:
        """Return the table with the field; the records stay in their order."""
        table, configuration = work.table(), work.configuration
        updates = configuration.flag("UpdateField")
        field = table.field(configuration.said("UpdateField_Name").strip()) if updates else _created(configuration)
        groups = [table.field(name).name for name in names(configuration, "GroupByFields", "Field")]
        node = work.binder(table, [] if updates else [field], other_rows=True).bound(configuration.said("Expression"))
        beyond = _BEYOND[configuration.said("OtherRows").strip().lower()]
        neighbours = _Neighbours(work, table, field, beyond)
        column = neighbours.computed(node, _runs(table, groups))
        return {"Output": table.set(field, column)}


def _created(configuration: Element) -> Field:
    type_ = configuration.said("CreateField_Type").strip() or "V_WString"
    return declared(
        configuration.said("CreateField_Name").strip(), type_, configuration.value("CreateField_Size"), "MultiRow:"
    )


def _runs(table: Table, groups: Sequence[str]) -> list[list[int]]:
    """Return the numbers of the records of each group, in their order."""
    if not groups:
        return [list(range(table.height))]
    numbered = table.frame.select(*groups, pl.int_range(pl.len()).alias("\0place"))
    found = numbered.group_by(groups, maintain_order=True).agg(pl.col("\0place"))
    return [list(places) for places in found["\0place"].to_list()]


class _Neighbours:
    """Columns as lists, so that a record is looked up quickly."""

    def __init__(self, work: Work, table: Table, field: Field, beyond: str) -> None:
        self._work, self._field, self._beyond = work, field, beyond
        self._types = {one.name: one for one in (*table.fields, field)}
        self._columns: dict[str, list[Any]] = {one.name: table.frame[one.name].to_list() for one in table.fields}
        self._columns.setdefault(field.name, [None] * table.height)

    def computed(self, node: Any, runs: Sequence[Sequence[int]]) -> pl.Series:
        values = self._columns[self._field.name]
        turn = 0
        for places in runs:
            for at, place in enumerate(places):
                if turn % _LOOK == 0:
                    self._work.check()
                turn += 1
                found = compute(node, partial(self._seen, places, at), self._tell)
                values[place], told = converted(found, self._field)
                if told:
                    self._tell(told)
        return pl.Series(self._field.name, values, dtype=stored(self._field), strict=False)

    def _seen(self, run: Sequence[int], here: int, name: str, away: int) -> Any:
        at = here + away
        if 0 <= at < len(run):
            return self._columns[name][run[at]]
        if self._beyond == "NearestRow":
            return self._columns[name][run[0 if at < 0 else -1]]
        if self._beyond == "Empty":
            return 0 if self._types[name].type in NUMBERS else ""
        return None

    def _tell(self, text: str) -> None:
        self._work.lost(self._field.name, Losses(1, (text,)))
