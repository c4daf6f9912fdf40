"""Unique: the first record of each combination of values, and the others."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from jobyard.workflows.table import Table
from jobyard.workflows.toolbox.craft import Craft, names
from jobyard.workflows.toolbox.sort import ordered
from jobyard.workflows.work import Work


class Unique(Craft):
    """Nulls equal each other here, and case matters."""

    plugins: ClassVar[frozenset[str]] = frozenset({"Unique"})
    ports: ClassVar[tuple[str, ...]] = ("Unique", "Duplicates")

    def run(self, work: Work) -> dict[str, Table]:
        """Return both halves, sorted by the fields where the order is promised."""
        table = work.table()
        keys = [table.field(name).name for name in names(work.configuration, "UniqueFields", "Field")]
        if not keys:
            return {"Unique": table, "Duplicates": table.rows(table.frame.clear())}
        if not work.free_order:
            table = ordered(table, keys)
        first = table.frame.select(pl.struct(keys).is_first_distinct()).to_series()
        return {"Unique": table.rows(table.frame.filter(first)), "Duplicates": table.rows(table.frame.filter(~first))}
