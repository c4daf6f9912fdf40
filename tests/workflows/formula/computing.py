"""Both ways of computing a formula, for tests that hold them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import polars as pl

from jobyard.workflows.fields.record import Field, FieldType, field
from jobyard.workflows.formula.binding import Binder
from jobyard.workflows.formula.compiling import evaluated
from jobyard.workflows.formula.functions.catalog import functions
from jobyard.workflows.formula.rowwise import compute
from tests.workflows.drawing import NOW

FIELDS: tuple[Field, ...] = (
    field("n", FieldType.INT32),
    field("x", FieldType.DOUBLE),
    field("s", FieldType.VARIABLE_WIDE_STRING),
    field("d", FieldType.DATE),
    field("t", FieldType.DATE_TIME),
    field("b", FieldType.BOOL),
)
ROWS: tuple[tuple[Any, ...], ...] = (
    (1, 1.5, "Hello World", date(2020, 1, 31), datetime(2020, 1, 31, 10, 11, 12), True),
    (2, None, "", None, None, False),
    (None, 0.0, None, date(1999, 12, 31), datetime(1999, 12, 31), None),
    (-7, -2.25, "12a", date(2024, 2, 29), datetime(2024, 2, 29, 23, 59, 59), True),
)
_TYPES: dict[str, Any] = {
    "n": pl.Int32,
    "x": pl.Float64,
    "s": pl.String,
    "d": pl.Date,
    "t": pl.Datetime("us"),
    "b": pl.Boolean,
}


def frame(rows: Sequence[Sequence[Any]] = ROWS) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=_TYPES, orient="row")


def values(formula: str, rows: Sequence[Sequence[Any]] = ROWS) -> list[Any]:
    """Return a formula's values, after both ways were found to agree on them and on what they tell."""
    node = Binder(FIELDS, functions(NOW)).bound(formula)
    table = frame(rows)
    column, losses = evaluated(node, table, lambda: None)
    told: list[str] = []
    single = [compute(node, _lookup(row), told.append) for row in table.iter_rows(named=True)]
    assert column.to_list() == single, formula
    assert losses.count == len(told), formula
    return single


def _lookup(row: Mapping[str, Any]) -> Any:
    return lambda name, _: row[name]


def value(formula: str) -> Any:
    """Return what a formula without columns is."""
    found = values(formula)
    assert all(one == found[0] for one in found)
    return found[0]


def told(formula: str) -> tuple[str, ...]:
    """Return what a formula tells."""
    return evaluated(Binder(FIELDS, functions(NOW)).bound(formula), frame(), lambda: None)[1].told
