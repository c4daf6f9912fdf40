"""What a column of texts might be, looked at as a whole."""

from __future__ import annotations

import polars as pl

from jobyard.workflows.fields.record import INTEGERS, Field, FieldType, field

_WHOLE = r"^[+-]?(0|[1-9][0-9]{0,18})$"
_NUMBER = r"^[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$"
_DAY = r"^\d{4}-\d{2}-\d{2}$"
_MOMENT = r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$"
_WHOLES = (FieldType.BYTE, FieldType.INT16, FieldType.INT32, FieldType.INT64)


def inferred(name: str, texts: pl.Series, source: str = "") -> Field:
    """Return the smallest field that holds a column of texts: whole numbers, numbers, dates, or text.

    Numbers that begin with a zero stay text, since the zero would be lost.
    """
    known = texts.drop_nulls()
    known = known.filter(known != "")
    if len(known) == 0:
        return field(name, FieldType.STRING, 1, source=source)
    if known.str.contains(_WHOLE).all():
        wide = known.cast(pl.Int64, strict=False)
        if wide.null_count() == 0:
            return field(name, _smallest(wide), source=source)
    if known.str.contains(_NUMBER).all():
        return field(name, FieldType.DOUBLE, source=source)
    if known.str.contains(_DAY).all() and known.str.to_date("%Y-%m-%d", strict=False).null_count() == 0:
        return field(name, FieldType.DATE, source=source)
    if known.str.contains(_MOMENT).all():
        moments = known.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
        if moments.null_count() == 0:
            return field(name, FieldType.DATE_TIME, source=source)
    lengths = known.str.len_chars()
    wide_ones = (known.str.len_bytes() != lengths).any() and known.str.contains(r"[^\x{00}-\x{FF}]").any()
    return field(name, FieldType.WIDE_STRING if wide_ones else FieldType.STRING, _longest(lengths), source=source)


def _smallest(numbers: pl.Series) -> FieldType:
    least, most = int(numbers.min()), int(numbers.max())  # type: ignore[arg-type]  # whole numbers, none of them null
    return next(type_ for type_ in _WHOLES if INTEGERS[type_][0] <= least and most <= INTEGERS[type_][1])


def _longest(lengths: pl.Series) -> int:
    found = lengths.max()
    return int(found) if isinstance(found, int) else 1
