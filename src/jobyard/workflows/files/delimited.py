"""Texts with a record a line."""

from __future__ import annotations

import codecs
import csv
import io
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.columns import convert
from jobyard.workflows.fields.record import FieldType, field
from jobyard.workflows.files.frames import texts
from jobyard.workflows.refusals import FileUnreadable
from jobyard.workflows.table import Table, unlike

_PAGES = {"": "latin-1", "28591": "latin-1", "1252": "cp1252", "65001": "utf-8", "1200": "utf-16-le", "20127": "ascii"}
_PAGES |= {"1250": "cp1250", "1251": "cp1251", "1253": "cp1253", "1254": "cp1254", "28605": "iso8859-15"}
_ESCAPES = {"\\t": "\t", "\\s": " ", "\\0": "", "\\n": "\n"}
_QUOTES = {"": '"', "DoubleQuotes": '"', "False": '"', "SingleQuotes": "'", "None": None, "True": None}
_ENDS = {"": "\r\n", "CRLF": "\r\n", "LF": "\n", "CR": "\r"}
_NEVER = "\x01"
"""A delimiter that no text holds."""
_MOST_LINE_BY_LINE = 256 * 1024 * 1024
"""Bytes of a file that is read by the slower reader, which holds every value by itself."""
MOST = 2 * 1024**3
"""Bytes of one file that are read."""


def unsupported(configuration: Element, *, writes: bool) -> list[str]:
    """Return what a file of this form is to be like and is not done here."""
    options = configuration.first("FormatSpecificOptions") or Element("")
    found = []
    if options.said("CodePage").strip() not in _PAGES:
        found.append(f"the code page {options.said('CodePage').strip()}")
    if len(_delimiter(options)) > 1:
        found.append("a delimiter of several letters")
    if writes:
        if options.said("LineEndStyle").strip() not in _ENDS:
            found.append(f"lines that end with {options.said('LineEndStyle').strip()!r}")
        return found
    if options.said("IgnoreQuotes").strip() not in _QUOTES:
        found.append(f"quotes that are {options.said('IgnoreQuotes').strip()!r}")
    return found


def _delimiter(options: Element) -> str:
    said = options.said("Delimeter", otherwise=options.said("Delimiter", otherwise=","))
    return _ESCAPES.get(said, said)


def read(file: BinaryIO, name: str, configuration: Element, limit: int) -> Table:
    """Return a file as a table of texts; an empty value is null. Raises FileUnreadable."""
    options = configuration.first("FormatSpecificOptions") or Element("")
    page = _PAGES[options.said("CodePage").strip()]
    data = file.read(MOST + 1)
    if len(data) > MOST:
        raise FileUnreadable(file=name, reason=f"it has more than {MOST:,} bytes")
    plain, page = _as_utf8(data, page, name)
    if not plain.strip():
        return Table((), pl.DataFrame())
    frame = _frame(plain, name, options, limit)
    size = options.said("FieldLen").strip()
    header = options.flag("HeaderRow", otherwise=True)
    names = frame.columns if header else [f"Field_{place + 1}" for place in range(frame.width)]
    length = int(size) if size.isascii() and size.isdigit() and 0 < len(size) < 10 else 254
    return texts(names, frame.get_columns(), length, wide=page.startswith("utf"))


def _frame(plain: bytes, name: str, options: Element, limit: int) -> pl.DataFrame:
    first = options.said("ImportLine").strip()
    skipped = max(0, int(first) - 1) if first.isascii() and first.isdigit() and len(first) < 10 else 0
    delimiter = _delimiter(options)
    # Where nothing parts a line, nothing has to be kept together by quotes: each line is taken as it is.
    quote = _QUOTES[options.said("IgnoreQuotes").strip()] if delimiter else None
    try:
        return pl.read_csv(
            io.BytesIO(plain),
            has_header=options.flag("HeaderRow", otherwise=True),
            separator=delimiter or _NEVER,
            quote_char=quote,
            infer_schema=False,
            skip_lines=skipped,
            n_rows=limit or None,
            truncate_ragged_lines=options.flag("IgnoreErrors"),
        )
    except (pl.exceptions.PolarsError, ValueError, OSError) as error:
        if quote is None or quote.encode() not in plain or len(plain) > _MOST_LINE_BY_LINE:
            raise FileUnreadable(file=name, reason=str(error).splitlines()[0][:300]) from None
    return _line_by_line(plain, name, options, (skipped, limit, delimiter, quote))


def _line_by_line(plain: bytes, name: str, options: Element, told: tuple[int, int, str, str]) -> pl.DataFrame:
    """Read what the fast reader does not: a quote within a value, such as that of inches, is a letter of it."""
    skipped, limit, delimiter, quote = told
    lines = io.TextIOWrapper(io.BytesIO(plain), encoding="utf-8", newline="")
    reader = csv.reader(islice(lines, skipped, None), delimiter=delimiter, quotechar=quote, strict=True)
    try:
        rows = list(islice((row for row in reader if row), limit + 1 if limit else None))
    except csv.Error as error:
        raise FileUnreadable(file=name, reason=f"line {skipped + reader.line_num:,}: {error}") from None
    header = options.flag("HeaderRow", otherwise=True)
    titles = rows.pop(0) if header and rows else [f"column_{place}" for place in range(len(rows[0]) if rows else 0)]
    rows = rows[:limit] if limit else rows
    longer = next((row for row in rows if len(row) > len(titles)), None)
    if longer is not None and not options.flag("IgnoreErrors"):
        raise FileUnreadable(file=name, reason=f"a line has {len(longer)} values, and {len(titles)} are wanted")
    columns = [[row[place] or None if place < len(row) else None for row in rows] for place in range(len(titles))]
    return pl.DataFrame(
        [pl.Series(title, column, dtype=pl.String) for title, column in zip(_apart(titles), columns, strict=True)]
    )


def _apart(titles: list[str]) -> list[str]:
    found = list[str]()
    for title in titles:
        found.append(unlike(title, found))
    return found


def _as_utf8(data: bytes, page: str, name: str) -> tuple[bytes, str]:
    """Return a file in UTF-8, and the code page that it has; a mark at its beginning says more than the document."""
    if data.startswith(codecs.BOM_UTF8):
        page, data = "utf-8", data[3:]
    if data.startswith(codecs.BOM_UTF16_LE):
        page, data = "utf-16-le", data[2:]
    if page == "utf-8":
        try:
            codecs.utf_8_decode(data, "strict", True)
        except UnicodeDecodeError as error:
            raise FileUnreadable(file=name, reason=f"byte {error.start:,} is not UTF-8") from None
        return data, page
    try:
        return data.decode(page).encode(), page
    except UnicodeDecodeError as error:
        raise FileUnreadable(file=name, reason=f"byte {error.start:,} does not belong to its code page") from None


def write(table: Table, target: Path, configuration: Element) -> None:
    """Write a table; every value is written as it would be read as a text, a null as nothing."""
    options = configuration.first("FormatSpecificOptions") or Element("")
    page = _PAGES[options.said("CodePage", otherwise="65001").strip()]
    wide = field("x", FieldType.VARIABLE_WIDE_STRING)
    columns = [convert(table.frame[one.name], wide)[0].alias(one.name) for one in table.fields]
    delimiter = _delimiter(options) or _NEVER
    data = io.BytesIO()
    pl.DataFrame(columns).write_csv(
        data,
        include_header=options.flag("HeaderRow", otherwise=True),
        separator=delimiter,
        line_terminator=_ENDS[options.said("LineEndStyle").strip()],
        quote_style="always" if options.flag("ForceQuotes") else "necessary",
    )
    with target.open("wb") as file:
        if page == "utf-8":
            file.write(codecs.BOM_UTF8 if options.flag("WriteBOM", otherwise=False) else b"")
            file.write(data.getbuffer())
            return
        file.write(codecs.BOM_UTF16_LE if page == "utf-16-le" and options.flag("WriteBOM") else b"")
        file.write(data.getvalue().decode().encode(page, "replace"))
