"""Sort: records in the order of some fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import TEXTS
from jobyard.workflows.formula.functions.dictionary import key
from jobyard.workflows.table import Table
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.work import Work

_PLAIN = frozenset({"", "0"})
_ENGLISH = frozenset({"1033", "2057", "4105", "3081"})
"""Languages whose dictionary order is the one known here."""


def ordered(table: Table, names: Sequence[str], descending: Sequence[bool] = ()) -> Table:
    """Return the records sorted, equal ones as they came; nulls are the least."""
    downwards = list(descending) or [False] * len(names)
    columns = [table.field(name).name for name in names]
    if not columns or table.height < 2:
        return table
    return table.rows(table.frame.sort(columns, descending=downwards, nulls_last=downwards, maintain_order=True))


class Sort(Craft):
    """By code points, or as a dictionary does: small letters before capitals, numbers in texts by their value."""

    plugins: ClassVar[frozenset[str]] = frozenset({"Sort"})

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return the language, when its order is not known here."""
        info = configuration.first("SortInfo")
        locale = info.attributes.get("locale", "") if info else ""
        return [] if locale in _PLAIN | _ENGLISH else [f"the dictionary order of language {locale}"]

    def run(self, work: Work) -> dict[str, Table]:
        """Return all records."""
        table = work.table()
        listed = work.configuration.every("SortInfo", "Field")
        names = [one.attributes.get("field", "") for one in listed]
        downwards = [one.attributes.get("order", "").startswith("Desc") for one in listed]
        info = work.configuration.first("SortInfo")
        if info is None or info.attributes.get("locale", "") in _PLAIN:
            return {"Output": ordered(table, names, downwards)}
        return {"Output": _by_dictionary(work, table, names, downwards)}


def _by_dictionary(work: Work, table: Table, names: Sequence[str], downwards: list[bool]) -> Table:
    keys = []
    for place, name in enumerate(names):
        field = table.field(name)
        column = table.frame[field.name]
        keys.append((_ranks(work, column) if field.type in TEXTS else column).alias(str(place)))
    if not keys or table.height < 2:
        return table
    by = pl.DataFrame(keys)
    turns = by.with_row_index("place").sort(by.columns, descending=downwards, nulls_last=downwards, maintain_order=True)
    return table.rows(table.frame[turns["place"]])


def _ranks(work: Work, column: pl.Series) -> pl.Series:
    """Return for each text its place among all different ones."""
    texts = column.drop_nulls().unique().to_list()
    work.check()
    # Of two texts that differ in case alone, the small letters come first.
    texts.sort(key=lambda text: (key(text), text.swapcase()))
    return column.replace_strict(texts, range(len(texts)), default=None, return_dtype=pl.Int64)
