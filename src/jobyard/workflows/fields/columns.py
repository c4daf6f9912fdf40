"""Whole columns into fields: by columns where a value is plainly right, one by one where something may be lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
from msgspec import Struct

from jobyard.workflows.fields.record import FLOATS, INTEGERS, LONGEST_TEXT, NARROW, TEXTS, Field, FieldType
from jobyard.workflows.fields.texts import number_text
from jobyard.workflows.fields.values import converted

_STORED: dict[FieldType, pl.DataType] = {
    FieldType.BOOL: pl.Boolean(),
    FieldType.BYTE: pl.UInt8(),
    FieldType.INT16: pl.Int16(),
    FieldType.INT32: pl.Int32(),
    FieldType.INT64: pl.Int64(),
    FieldType.FLOAT: pl.Float32(),
    FieldType.DOUBLE: pl.Float64(),
    FieldType.DATE: pl.Date(),
    FieldType.TIME: pl.Time(),
    FieldType.DATE_TIME: pl.Datetime("us"),
    FieldType.BLOB: pl.Binary(),
}
_FLOAT_TEXT_EXACT = 1e15
_DAY = r"^\d{4}-\d{2}-\d{2}"
_MOMENT = r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$"
_EARLIEST = 1400
_MANY = 1_000
_TOLD = 100
"""Losses of one column that are worded; the others are only counted."""


class Losses(Struct, frozen=True):
    """What a conversion lost."""

    count: int = 0
    told: tuple[str, ...] = ()
    """The first of them in words."""


def stored(field: Field) -> pl.DataType:
    """Return how a field is kept in a frame."""
    if field.type in TEXTS:
        return pl.String()
    if field.type is FieldType.FIXED_DECIMAL:
        return pl.Decimal(38, field.scale)
    return _STORED[field.type]


def convert(series: pl.Series, field: Field, check: Callable[[], None] = lambda: None) -> tuple[pl.Series, Losses]:
    """Return a column as a field keeps it, under the field's name, and what was lost."""
    target = stored(field)
    if series.dtype == pl.Null:
        return pl.Series(field.name, [None] * len(series), dtype=target), Losses()
    plain = _plain(series, field)
    result = plain.cast(target, strict=False)
    doubtful = _doubtful(series, result, field)
    if not doubtful.any():
        return result.alias(field.name), Losses()
    return _one_by_one(series, result, doubtful, field, check)


def _one_by_one(
    series: pl.Series, result: pl.Series, doubtful: pl.Series, field: Field, check: Callable[[], None]
) -> tuple[pl.Series, Losses]:
    known: dict[Any, tuple[Any, str]] = {}
    values, told, count = [], list[str](), 0
    digits = 7 if series.dtype == pl.Float32 and field.type in TEXTS else 0
    for turn, value in enumerate(series.filter(doubtful).to_list()):
        if turn % 4096 == 0:
            check()
        if value not in known:
            known[value] = converted(number_text(value, digits) if digits else value, field)
        new, sentence = known[value]
        values.append(new)
        if sentence:
            count += 1
            if len(told) < _TOLD:
                told.append(sentence)
    patch = pl.Series(values, dtype=result.dtype, strict=False)
    whole = result.scatter(doubtful.arg_true(), patch)
    return whole.alias(field.name), Losses(count, tuple(told))


def _doubtful(series: pl.Series, result: pl.Series, field: Field) -> pl.Series:
    """Return where the plain way may have lost something."""
    doubtful = series.is_not_null() & result.is_null()
    if field.type in TEXTS - NARROW and field.size >= LONGEST_TEXT:
        return doubtful
    if field.type in TEXTS:
        lengths = result.str.len_chars()
        if field.type in NARROW and (result.str.len_bytes() != lengths).any():
            doubtful |= result.str.contains(r"[^\x{00}-\x{FF}]").fill_null(value=False)
        return doubtful | (lengths > field.size).fill_null(value=False)
    if field.type in FLOATS and series.dtype.is_integer():
        exact = 2**23 if field.type is FieldType.FLOAT else 2**52
        wide = series.cast(pl.Int64, strict=False)
        return doubtful | ((wide > exact) | (wide < -exact)).fill_null(value=False)
    return doubtful


def _plain(series: pl.Series, field: Field) -> pl.Series:
    """Return what is plainly right in a type that casts to the target, and null for what is not."""
    kind = series.dtype
    if field.type in TEXTS:
        return _as_text(series)
    if field.type in INTEGERS:
        return _rounded(series) if kind.is_float() else _numeric(series, pl.Int64())
    if field.type in FLOATS:
        found = _numeric(series, pl.Float64())
        return found.set(~found.is_finite(), None) if found.dtype.is_float() else found
    if field.type is FieldType.BOOL:
        return _as_bool(series)
    if field.type is FieldType.FIXED_DECIMAL:
        return _as_decimal(series, field)
    if field.type is FieldType.BLOB:
        return series if kind == pl.Binary else _nothing(series, pl.Binary())
    return _as_date(series, field.type)


def _nothing(series: pl.Series, kind: pl.DataType) -> pl.Series:
    return pl.Series(series.name, [None], dtype=kind).new_from_index(0, len(series))


def _numeric(series: pl.Series, target: pl.DataType) -> pl.Series:
    kind = series.dtype
    if kind.is_integer() or kind.is_float() or kind == pl.Boolean:
        return series
    if kind == pl.Decimal and target.is_float():
        return series.cast(target)
    if kind == pl.String:
        return series.cast(target, strict=False)
    return _nothing(series, target)


def _rounded(series: pl.Series) -> pl.Series:
    frame = pl.DataFrame({"x": series.cast(pl.Float64)})
    x = pl.col("x")
    away = pl.when(x >= 0).then((x + 0.5).floor()).otherwise(-((-x + 0.5).floor()))
    return frame.select(away.cast(pl.Int64, strict=False)).to_series()


def _as_bool(series: pl.Series) -> pl.Series:
    if series.dtype == pl.Boolean:
        return series
    if series.dtype == pl.String:
        return series.str.contains(r"^[1-9Tt]")
    if series.dtype.is_float():
        return (series != 0).set(~series.is_finite(), None)
    if series.dtype.is_numeric():
        return series != 0
    return series.is_not_null().set(series.is_null(), None)


def _as_decimal(series: pl.Series, field: Field) -> pl.Series:
    if series.dtype.is_integer() and len(series):
        room = 10 ** max(0, min(field.size - field.scale - 2, 18))
        fits = series.cast(pl.Int64, strict=False).is_between(-room + 1, room - 1)
        return series.cast(pl.Int64, strict=False).set(~fits, None).cast(pl.Decimal(38, field.scale), strict=False)
    if series.dtype == pl.Decimal(38, field.scale):
        room = 10 ** max(0, min(field.size - field.scale - 2, 30))
        return series.set((series.cast(pl.Float64).abs() >= room / 10).fill_null(value=False), None)
    return _nothing(series, pl.Decimal(38, field.scale))


def _as_date(series: pl.Series, type_: FieldType) -> pl.Series:
    kind = series.dtype
    if kind == pl.String:
        return _parsed(series, type_)
    if kind == pl.Time:
        return series if type_ is FieldType.TIME else _nothing(series, _STORED[type_])
    if kind == pl.Date:
        return _nothing(series, pl.Time()) if type_ is FieldType.TIME else series
    if isinstance(kind, pl.Datetime):
        return series.dt.time() if type_ is FieldType.TIME else series
    return _nothing(series, _STORED[type_])


def _parsed(series: pl.Series, type_: FieldType) -> pl.Series:
    if type_ is FieldType.TIME:
        fits = series.str.contains(r"^\d{2}:\d{2}:\d{2}$")
        return series.set(~fits, None).str.to_time("%H:%M:%S", strict=False)
    if type_ is FieldType.DATE:
        texts = series.set(~series.str.contains(_DAY), None).str.slice(0, 10)
        days = texts.str.to_date("%Y-%m-%d", strict=False)
        return days.set((days.dt.year() < _EARLIEST).fill_null(value=False), None)
    texts = series.set(~series.str.contains(_MOMENT), None)
    moments = texts.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    return moments.set((moments.dt.year() < _EARLIEST).fill_null(value=False), None)


def _as_text(series: pl.Series) -> pl.Series:
    kind = series.dtype
    if kind == pl.String:
        return series
    if kind.is_float():
        whole = (series.is_finite() & (series.abs() < _FLOAT_TEXT_EXACT) & (series == series.round(0))).fill_null(
            value=False
        )
        return series.set(~whole, None).cast(pl.Int64, strict=False).cast(pl.String)
    if kind == pl.Boolean:
        frame = pl.DataFrame({"x": series})
        x = pl.col("x")
        return frame.select(
            pl.when(x.is_null()).then(None).when(x).then(pl.lit("True")).otherwise(pl.lit("False"))
        ).to_series()
    if isinstance(kind, pl.Datetime):
        return series.set((series.dt.microsecond() != 0).fill_null(value=False), None).dt.strftime("%Y-%m-%d %H:%M:%S")
    if kind == pl.Time:
        return series.set((series.dt.nanosecond() != 0).fill_null(value=False), None).dt.strftime("%H:%M:%S")
    if kind == pl.Binary:
        return _nothing(series, pl.String())
    if kind == pl.Date and len(series) > _MANY:
        days = series.unique()  # there are few different days, and writing one is slow
        return series.replace_strict(days, days.cast(pl.String), return_dtype=pl.String)
    return series.cast(pl.String)
