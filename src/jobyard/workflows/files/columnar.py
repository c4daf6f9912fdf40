"""Parquet, and JSON with a list of records."""

from __future__ import annotations

import io
from pathlib import Path
from typing import BinaryIO

import polars as pl

from jobyard.workflows.fields.columns import convert
from jobyard.workflows.fields.record import FieldType, field
from jobyard.workflows.files.frames import tabled
from jobyard.workflows.refusals import FileUnreadable
from jobyard.workflows.table import Table

_MOST_JSON = 512 * 1024**2
_MOST = 4 * 1024**3


def read_parquet(file: BinaryIO, name: str, limit: int) -> Table:
    """Return a file as a table. Raises FileUnreadable."""
    data = file.read(_MOST + 1)
    if len(data) > _MOST:
        raise FileUnreadable(file=name, reason=f"it has more than {_MOST:,} bytes")
    try:
        frame = pl.read_parquet(io.BytesIO(data), n_rows=limit or None)
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        raise FileUnreadable(file=name, reason=str(error).splitlines()[0][:300]) from None
    return tabled(frame, name)


def read_json(file: BinaryIO, name: str, limit: int) -> Table:
    """Return a list of records as a table. Raises FileUnreadable, also where a value is no plain one."""
    data = file.read(_MOST_JSON + 1)
    if len(data) > _MOST_JSON:
        raise FileUnreadable(file=name, reason=f"it has more than {_MOST_JSON:,} bytes")
    if not data.lstrip().startswith(b"["):
        raise FileUnreadable(file=name, reason="it is no list of records")
    try:
        frame = pl.read_json(io.BytesIO(data), infer_schema_length=None)
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise FileUnreadable(file=name, reason=str(error).splitlines()[0][:300]) from None
    return tabled(frame.head(limit) if limit else frame, name)


def write_parquet(table: Table, target: Path) -> None:
    """Write a table."""
    table.frame.write_parquet(target)


def write_json(table: Table, target: Path) -> None:
    """Write a table as a list of records; dates and blobs are texts, fixed decimals are numbers."""
    wide = field("x", FieldType.VARIABLE_WIDE_STRING)
    columns = []
    for one in table.fields:
        column = table.frame[one.name]
        if one.type in {FieldType.DATE, FieldType.TIME, FieldType.DATE_TIME, FieldType.BLOB}:
            column = convert(column, wide)[0].alias(one.name)
        elif one.type is FieldType.FIXED_DECIMAL:
            column = column.cast(pl.Float64)
        columns.append(column)
    pl.DataFrame(columns).write_json(target)
