"""How one kind becomes another inside a formula."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any

import polars as pl

from jobyard.workflows.fields import texts
from jobyard.workflows.fields.columns import convert
from jobyard.workflows.fields.record import Field, FieldType, field
from jobyard.workflows.fields.texts import value_text
from jobyard.workflows.formula.bound import Function
from jobyard.workflows.formula.kinds import NUMERIC, Kind
from jobyard.workflows.formula.signatures import anything

DTYPES: dict[Kind, pl.DataType] = {
    Kind.BOOL: pl.Boolean(),
    Kind.INTEGER: pl.Int64(),
    Kind.NUMBER: pl.Float64(),
    Kind.TEXT: pl.String(),
    Kind.DATE: pl.Date(),
    Kind.TIME: pl.Time(),
    Kind.MOMENT: pl.Datetime("us"),
    Kind.BLOB: pl.Binary(),
    Kind.NOTHING: pl.Null(),
}
"""How the kinds are kept in columns."""


def conversion(given: Kind, wanted: Kind) -> Function | None:
    """Return the function that makes one kind of another; None where nothing is to be done."""
    if given is wanted:
        return None
    if given is Kind.NOTHING:
        return Function("as", anything(wanted), lambda value: value, _cast(wanted))
    if wanted in NUMERIC:
        return _numeric(wanted)
    if wanted is Kind.TEXT:
        return Function("as text", anything(Kind.TEXT), value_text, _text_column)
    return _dated(given, wanted)


def _cast(wanted: Kind) -> Callable[[Sequence[pl.Expr], Sequence[Any]], pl.Expr]:
    target = DTYPES[wanted]
    return lambda given, known: given[0].cast(target)


def _numeric(wanted: Kind) -> Function:
    if wanted is Kind.BOOL:
        return Function("as truth", anything(Kind.BOOL), bool, lambda given, known: given[0] != 0)
    make = int if wanted is Kind.INTEGER else float
    target = DTYPES[wanted]
    return Function("as number", anything(wanted), make, lambda given, known: given[0].cast(target, strict=False))


def _dated(given: Kind, wanted: Kind) -> Function:
    said = '"{0}" is not a valid ' + {Kind.DATE: "Date", Kind.TIME: "Time", Kind.MOMENT: "DateTime"}[wanted]
    if given is Kind.TEXT:
        type_ = {Kind.DATE: FieldType.DATE, Kind.TIME: FieldType.TIME, Kind.MOMENT: FieldType.DATE_TIME}[wanted]
        row = {Kind.DATE: lambda text: texts.day(text[:10]), Kind.TIME: texts.clock, Kind.MOMENT: texts.moment}[wanted]
        return Function("as date", anything(wanted), row, _series(field("x", type_), wanted), complaint=said)
    target = DTYPES[wanted]
    if wanted is Kind.MOMENT:
        return Function("as moment", anything(wanted), _midnight, lambda given, known: given[0].cast(target))
    part = (lambda value: value.date()) if wanted is Kind.DATE else (lambda value: value.time())
    return Function("as part", anything(wanted), part, lambda given, known: _part(given[0], wanted))


def _part(column: pl.Expr, wanted: Kind) -> pl.Expr:
    return column.dt.date() if wanted is Kind.DATE else column.dt.time()


def _midnight(value: date) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time())


def _series(target: Field, wanted: Kind) -> Callable[[Sequence[pl.Expr], Sequence[Any]], pl.Expr]:
    def column(given: Sequence[pl.Expr], known: Sequence[Any]) -> pl.Expr:
        return given[0].map_batches(lambda series: convert(series, target)[0], return_dtype=DTYPES[wanted])

    return column


def _text_column(given: Sequence[pl.Expr], known: Sequence[Any]) -> pl.Expr:
    wide = field("x", FieldType.VARIABLE_WIDE_STRING)
    return given[0].map_batches(lambda series: convert(series, wide)[0], return_dtype=pl.String())
