"""From frames that readers of files make to tables: which field a column becomes."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from jobyard.workflows.fields.columns import convert
from jobyard.workflows.fields.record import Field, FieldType, field
from jobyard.workflows.refusals import FileUnreadable
from jobyard.workflows.table import Table, made, unlike

_FIELDS: dict[type[pl.DataType] | pl.DataType, FieldType] = {
    pl.Boolean: FieldType.BOOL,
    pl.UInt8: FieldType.BYTE,
    pl.Int8: FieldType.INT16,
    pl.Int16: FieldType.INT16,
    pl.UInt16: FieldType.INT32,
    pl.Int32: FieldType.INT32,
    pl.UInt32: FieldType.INT64,
    pl.Int64: FieldType.INT64,
    pl.UInt64: FieldType.INT64,
    pl.Float32: FieldType.FLOAT,
    pl.Float64: FieldType.DOUBLE,
    pl.String: FieldType.VARIABLE_WIDE_STRING,
    pl.Categorical: FieldType.VARIABLE_WIDE_STRING,
    pl.Null: FieldType.VARIABLE_WIDE_STRING,
    pl.Date: FieldType.DATE,
    pl.Time: FieldType.TIME,
    pl.Binary: FieldType.BLOB,
}


def tabled(frame: pl.DataFrame, file: str) -> Table:
    """Return a frame as a table. Raises FileUnreadable naming the column that is no plain value."""
    fields, columns = list[Field](), list[pl.Series]()
    for name in frame.columns:
        target, column = _field(name, frame[name], file)
        fields.append(_named(target, unlike(name or "Field", [one.name for one in fields])))
        columns.append(convert(column, fields[-1])[0])
    return made(fields, columns)


def _named(target: Field, name: str) -> Field:
    return field(name, target.type, target.size, target.scale, "File:")


def _field(name: str, column: pl.Series, file: str) -> tuple[Field, pl.Series]:
    kind = column.dtype
    if isinstance(kind, pl.Datetime):
        plain = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if kind.time_zone else column
        return field(name, FieldType.DATE_TIME), plain.cast(pl.Datetime("us"))
    if isinstance(kind, pl.Decimal):
        return field(name, FieldType.FIXED_DECIMAL, min(39, (kind.precision or 37) + 2), kind.scale), column
    if kind in {pl.Categorical, pl.Enum}:
        return field(name, FieldType.VARIABLE_WIDE_STRING), column.cast(pl.String)
    found = _FIELDS.get(kind) or _FIELDS.get(type(kind))
    if found is None:
        raise FileUnreadable(file=file, reason=f"its column {name!r} holds {kind}, not plain values")
    return field(name, found), column


def texts(names: Sequence[str], columns: Sequence[pl.Series], size: int, *, wide: bool) -> Table:
    """Return columns of texts as a table of bounded texts."""
    type_ = FieldType.VARIABLE_WIDE_STRING if wide else FieldType.VARIABLE_STRING
    fields = list[Field]()
    for name in names:
        fields.append(field(unlike(name, [one.name for one in fields]), type_, size, source="File:"))
    return made(fields, columns)
