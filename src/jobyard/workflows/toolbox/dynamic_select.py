"""Dynamic Select: the fields for which a formula about their names, types and sizes holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import DATES, FLOATS, INTEGERS, NUMBERS, TEXTS, Field, FieldType, field
from jobyard.workflows.table import Table, made
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.toolbox.field_info import described
from jobyard.workflows.work import Work

_TESTS: dict[str, frozenset[FieldType]] = {
    "IsNumeric": NUMBERS,
    "IsInteger": frozenset(INTEGERS),
    "IsFloat": FLOATS,
    "IsString": TEXTS,
    "IsDateOrTime": DATES,
    "IsStringOrDate": TEXTS | DATES,
    "IsSpatialObj": frozenset(),
}


class DynamicSelect(Craft):
    """The formula sees name, type, size and scale of a field, its number from 1 on, and tests such as `IsNumeric`."""

    plugins: ClassVar[frozenset[str]] = frozenset({"DynamicSelect"})

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return any other way of choosing."""
        mode = configuration.said("Mode").strip()
        return [] if mode == "Formula" else [f"choosing fields by {mode!r}"]

    @classmethod
    def formulas(cls, configuration: Element) -> list[str]:
        """Return the formula."""
        return [configuration.said("Expression")]

    def run(self, work: Work) -> dict[str, Table]:
        """Return the table with these fields alone, in their order."""
        table = work.table()
        about = _about(table.fields)
        holds = work.column(work.binder(about).condition(work.configuration.said("Expression")), about, "DynamicSelect")
        kept = [one for one, chosen in zip(table.fields, holds.to_list(), strict=True) if chosen]
        return {"Output": made(kept, [table.frame[one.name] for one in kept])}


def _about(fields: tuple[Field, ...]) -> Table:
    table = described(fields)
    table = table.set(field("FieldNumber", FieldType.INT32), _column(range(1, len(fields) + 1), pl.Int32()))
    for name, types in _TESTS.items():
        table = table.set(field(name, FieldType.BOOL), _column((one.type in types for one in fields), pl.Boolean()))
    return table


def _column(values: Iterable[int], kind: pl.DataType) -> pl.Series:
    return pl.Series(list(values), dtype=kind)
