"""From a file to a table, and from a table to a file of another form."""

from __future__ import annotations

import html
import posixpath
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.columns import convert
from jobyard.workflows.fields.record import FieldType, field
from jobyard.workflows.files import columnar, delimited, forms, workbook, yxdb_file, yxdb_writing
from jobyard.workflows.refusals import FileUnreadable, WorkflowRefused
from jobyard.workflows.table import Table

_MOST_UNPACKED = 1024**3
_FIRST = 64 * 1024
_LARGEST_TEXT = "999999999"
_DELIMITERS = ",\t;|"


def make(source: Path, name: str, form: str, target: Path) -> None:
    """Write what a file holds in another form. Raises FileUnreadable, OSError or MemoryError."""
    table = _read(source, name)
    if form == forms.WORKBOOK:
        _require_sheet(table, name)
    try:
        _WRITERS[form](table, posixpath.splitext(name)[0], target)
    except WorkflowRefused as refusal:
        raise FileUnreadable(file=name, reason=refusal.data["reason"]) from None


def _read(source: Path, name: str) -> Table:
    form = forms.form_of_name(name)
    with source.open("rb") as file:
        if form == forms.DELIMITED:
            return delimited.read(file, name, _told(file, name), 0)
        if form == forms.WORKBOOK:
            _look(file, name)
            return workbook.read(file, name, Element("Configuration"), 0)
        if form == forms.YXDB:
            return yxdb_file.read(file, name, 0, _go_on)
        return columnar.read_json(file, name, 0) if form == forms.JSON else columnar.read_parquet(file, name, 0)


def _told(file: BinaryIO, name: str) -> Element:
    """Return how a text is to be read: by the delimiter that its first line has most of, in UTF-8 where it is that."""
    data = file.read()
    file.seek(0)
    if data.startswith(b"\xfe\xff"):
        raise FileUnreadable(file=name, reason="it is in UTF-16 with the large byte first")
    wide = data.startswith(b"\xff\xfe")
    page = "1200" if wide else "65001" if _is_utf8(data) else "1252"
    first = data[:_FIRST].decode("utf-16" if wide else "utf-8", "replace").partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    said = {"CodePage": page, "Delimeter": delimiter, "FieldLen": _LARGEST_TEXT}
    options = tuple(Element(key, text=value) for key, value in said.items())
    return Element("Configuration", children=(Element("FormatSpecificOptions", children=options),))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _look(file: BinaryIO, name: str) -> None:
    try:
        with zipfile.ZipFile(file) as book:
            size = sum(one.file_size for one in book.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise FileUnreadable(file=name, reason=f"it is no workbook ({error})") from None
    if size > _MOST_UNPACKED:
        raise FileUnreadable(file=name, reason=f"it unpacks to more than {_MOST_UNPACKED:,} bytes")
    file.seek(0)


def _require_sheet(table: Table, name: str) -> None:
    if table.height > workbook.MOST_ROWS or len(table.fields) > workbook.MOST_COLUMNS:
        raise FileUnreadable(
            file=name, reason=f"a sheet holds {workbook.MOST_ROWS:,} records of {workbook.MOST_COLUMNS:,} fields"
        )


def _delimited(table: Table, title: str, target: Path) -> None:
    delimited.write(table, target, Element("Configuration"))


def _workbook(table: Table, title: str, target: Path) -> None:
    workbook.write(target, [("Sheet1", table)], _go_on)


def _json(table: Table, title: str, target: Path) -> None:
    columnar.write_json(table, target)


def _parquet(table: Table, title: str, target: Path) -> None:
    columnar.write_parquet(table, target)


def _yxdb(table: Table, title: str, target: Path) -> None:
    yxdb_writing.write(table, target, _go_on)


def _page(table: Table, title: str, target: Path) -> None:
    wide = field("x", FieldType.VARIABLE_WIDE_STRING)
    columns = [convert(table.frame[one.name], wide)[0] for one in table.fields]
    with target.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>')
        file.write("</head><body><table>\n<thead><tr>")
        file.writelines(f"<th>{html.escape(one.name)}</th>" for one in table.fields)
        file.write("</tr></thead>\n<tbody>\n")
        for row in zip(*columns, strict=True):
            cells = "".join(f"<td>{'' if value is None else html.escape(value)}</td>" for value in row)
            file.write(f"<tr>{cells}</tr>\n")
        file.write("</tbody></table></body></html>\n")


_WRITERS: Mapping[str, Callable[[Table, str, Path], None]] = MappingProxyType(
    {
        forms.DELIMITED: _delimited,
        forms.WORKBOOK: _workbook,
        forms.JSON: _json,
        forms.PARQUET: _parquet,
        forms.YXDB: _yxdb,
        "html": _page,
    }
)


def _go_on() -> None:
    """Nobody stops this but its bounds."""
