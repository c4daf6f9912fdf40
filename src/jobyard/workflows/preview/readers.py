"""How the first records of a file are read, form by form. Only so much is read as that needs."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from jobyard.workflows.fields.texts import value_text
from jobyard.workflows.preview.record import Preview
from jobyard.workflows.refusals import FileUnreadable

_FIRST = 512 * 1024
"""Bytes at the beginning of a text that are looked at."""
_MOST_JSON = 8 * 1024**2
_MOST_BOOK = 32 * 1024**2
_MOST_UNPACKED = 256 * 1024**2
_MOST_PARQUET = 1024**3
_LONGEST = 500
"""Letters of a value that are shown."""
_MOST_COLUMNS = 200


def read(path: Path, name: str, rows: int) -> Preview:
    """Return the first records of a file. Raises FileUnreadable."""
    try:
        return READERS[ending(name)](path, name, rows)
    except OSError as error:
        raise FileUnreadable(file=name, reason=str(error)) from None


def ending(name: str) -> str:
    """Return what stands behind the last dot of a name, in lower case."""
    return name.rpartition(".")[2].lower()


def _delimited(path: Path, name: str, rows: int) -> Preview:
    with path.open("rb") as file:
        data = file.read(_FIRST + 1)
    cut = len(data) > _FIRST
    text = _decoded(data[:_FIRST])
    if cut:
        text = text[: text.rfind("\n") + 1]
    first = text.partition("\n")[0]
    delimiter = max(",\t;|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter if first.count(delimiter) else ",")
    found = list[list[str]]()
    try:
        for row in reader:
            found.append(row)
            if len(found) > rows + 1:
                break
    except csv.Error as error:
        raise FileUnreadable(file=name, reason=str(error)) from None
    if not found:
        return Preview(columns=(), rows=(), more=False)
    columns, body = found[0], [[value or None for value in row] for row in found[1:]]
    return _shown(columns, body, rows, more=cut)


def _json(path: Path, name: str, rows: int) -> Preview:
    if path.stat().st_size > _MOST_JSON:
        raise FileUnreadable(file=name, reason=f"it has more than {_MOST_JSON:,} bytes")
    try:
        found = msgspec.json.decode(path.read_bytes(), type=list[dict[str, Any]])
    except (msgspec.DecodeError, RecursionError):
        raise FileUnreadable(file=name, reason="it is no list of records") from None
    columns = list(dict.fromkeys(key for row in found[: rows + 1] for key in row))
    return _shown(columns, [[row.get(key) for key in columns] for row in found[: rows + 1]], rows)


def _workbook(path: Path, name: str, rows: int) -> Preview:
    import fastexcel
    import polars as pl

    if path.stat().st_size > _MOST_BOOK:
        raise FileUnreadable(file=name, reason=f"it has more than {_MOST_BOOK:,} bytes")
    try:
        with zipfile.ZipFile(path) as book:
            if sum(one.file_size for one in book.infolist()) > _MOST_UNPACKED:
                raise FileUnreadable(file=name, reason=f"it unpacks to more than {_MOST_UNPACKED:,} bytes")
        frame = fastexcel.read_excel(path).load_sheet(0, n_rows=rows + 1).to_polars()
    except (fastexcel.FastExcelError, zipfile.BadZipFile, ValueError, pl.exceptions.PolarsError) as error:
        raise FileUnreadable(file=name, reason=str(error).splitlines()[0][:300]) from None
    return _shown(frame.columns, [list(row) for row in frame.rows()], rows)


def _parquet(path: Path, name: str, rows: int) -> Preview:
    import polars as pl

    if path.stat().st_size > _MOST_PARQUET:
        raise FileUnreadable(file=name, reason=f"it has more than {_MOST_PARQUET:,} bytes")
    try:
        frame = pl.scan_parquet(path, n_rows=rows + 1).collect()
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise FileUnreadable(file=name, reason=str(error).splitlines()[0][:300]) from None
    return _shown(frame.columns, [list(row) for row in frame.rows()], rows)


APART = frozenset({"json", "xlsx", "parquet"})
"""The forms that are read by a process of its own: a damaged one may end it, or grow far beyond its file."""
READERS: Mapping[str, Callable[[Path, str, int], Preview]] = MappingProxyType(
    {
        "csv": _delimited,
        "tsv": _delimited,
        "txt": _delimited,
        "tab": _delimited,
        "json": _json,
        "xlsx": _workbook,
        "parquet": _parquet,
    }
)


def _shown(columns: list[str], found: list[list[Any]], rows: int, *, more: bool = False) -> Preview:
    width = min(_MOST_COLUMNS, len(columns))
    return Preview(
        columns=tuple(name[:_LONGEST] for name in columns[:width]),
        rows=tuple(tuple(_text(row[at]) if at < len(row) else None for at in range(width)) for row in found[:rows]),
        more=more or len(found) > rows or len(columns) > width,
    )


def _text(value: Any) -> str | None:
    if value is None:
        return None
    text = value_text(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        # The end may be in the middle of a letter.
        return data.decode("utf-8-sig", "strict" if len(data) < _FIRST else "ignore")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
