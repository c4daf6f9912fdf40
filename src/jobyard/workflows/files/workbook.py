"""Workbooks of sheets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.files.forms import place
from jobyard.workflows.files.frames import tabled
from jobyard.workflows.refusals import FileUnreadable
from jobyard.workflows.table import Table

_MOST_BYTES = 512 * 1024**2
MOST_ROWS = 1_048_575
MOST_COLUMNS = 16_384
_LONGEST = 32_767
_SHEET_LONGEST = 31
_LARGEST = 1e15
"""Whole numbers beyond it are written as texts, since a sheet keeps 15 digits."""


def unsupported(configuration: Element, *, writes: bool) -> list[str]:
    """Return what a workbook is to be like and is not done here."""
    part, options = place(configuration)[1], configuration.first("FormatSpecificOptions") or Element("")
    found = []
    if "<" in part:
        found.append("a list of sheets")
    if not part.endswith("$") and "$" in part:
        found.append(f"the range {part!r}")
    if writes and options.said("OutputOption").strip() not in {"", "Create", "Remove", "Overwrite"}:
        found.append(f"the output option {options.said('OutputOption').strip()!r}")
    if writes and options.flag("PreserveFormat"):
        found.append("the format of a sheet that is there already")
    return found


def sheet(configuration: Element) -> str:
    """Return the sheet that is meant; empty for the first one."""
    return place(configuration)[1].removesuffix("$").strip("'")


def read(file: BinaryIO, name: str, configuration: Element, limit: int) -> Table:
    """Return a sheet as a table. Raises FileUnreadable."""
    import fastexcel

    data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise FileUnreadable(file=name, reason=f"it has more than {_MOST_BYTES:,} bytes")
    options = configuration.first("FormatSpecificOptions") or Element("")
    first = options.said("ImportLine").strip()
    skipped = int(first) - 1 if first.isascii() and first.isdigit() and len(first) < 8 else 0
    header = not options.flag("FirstRowData")
    try:
        book = fastexcel.read_excel(data)
        found = book.load_sheet(
            sheet(configuration) or 0,
            header_row=skipped if header else None,
            skip_rows=None if header else skipped,
            schema_sample_rows=None,
            n_rows=limit or None,
        )
        frame = found.to_polars()
    except (fastexcel.FastExcelError, ValueError, pl.exceptions.PolarsError) as error:
        raise FileUnreadable(file=name, reason=str(error).splitlines()[0][:300]) from None
    if not header:
        frame = frame.rename({old: f"F{place + 1}" for place, old in enumerate(frame.columns)})
    return tabled(frame, name)


def write(target: Path, sheets: Sequence[tuple[str, Table]], check: Callable[[], None]) -> None:
    """Write tables as the sheets of one workbook. A text is never a formula, whatever it begins with."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(target), {**options, "strings_to_numbers": False}) as book:
        formats = {
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            time: book.add_format({"num_format": "hh:mm:ss"}),
        }
        for number, (name, table) in enumerate(sheets, start=1):
            page = book.add_worksheet(name[:_SHEET_LONGEST] or f"Sheet{number}")
            for column, field in enumerate(table.fields):
                page.write_string(0, column, field.name[:_LONGEST])
            for row, values in enumerate(table.frame.iter_rows(), start=1):
                if row % 1024 == 0:
                    check()
                for column, value in enumerate(values):
                    _cell(page, row, column, value, formats)


def _cell(page: Any, row: int, column: int, value: Any, formats: dict[type, Any]) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif isinstance(value, str | bytes):
        page.write_string(row, column, (value.hex() if isinstance(value, bytes) else value)[:_LONGEST])
    elif isinstance(value, date | time):
        early = isinstance(value, date) and value.year < 1900
        if early:
            page.write_string(row, column, str(value))
        else:
            page.write_datetime(row, column, value, formats[type(value)])
    elif isinstance(value, int) and abs(value) >= _LARGEST:
        page.write_string(row, column, str(value))
    else:
        page.write_number(row, column, float(value))
