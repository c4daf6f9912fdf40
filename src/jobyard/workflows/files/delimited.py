"""Texts with a record a line."""

from __future__ import annotations

import codecs
import io
from pathlib import Path
from typing import BinaryIO

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.columns import convert
from jobyard.workflows.fields.record import FieldType, field
from jobyard.workflows.files.frames import texts
from jobyard.workflows.refusals import FileUnreadable
from jobyard.workflows.table import Table

_PAGES = {"": "latin-1", "28591": "latin-1", "1252": "cp1252", "65001": "utf-8", "1200": "utf-16-le", "20127": "ascii"}
_PAGES |= {"1250": "cp1250", "1251": "cp1251", "1253": "cp1253", "1254": "cp1254", "28605": "iso8859-15"}
_ESCAPES = {"\\t": "\t", "\\s": " ", "\\0": "", "\\n": "\n"}
_QUOTES = {"": '"', "DoubleQuotes": '"', "False": '"', "SingleQuotes": "'", "None": None, "True": None}
_ENDS = {"": "\r\n", "CRLF": "\r\n", "LF": "\n", "CR": "\r"}
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
    first = options.said("ImportLine").strip()
    skipped = int(first) - 1 if first.isascii() and first.isdigit() and len(first) < 10 else 0
    header = options.flag("HeaderRow", otherwise=True)
    if not plain.strip():
        return Table((), pl.DataFrame())
    try:
        frame = pl.read_csv(
            io.BytesIO(plain),
            has_header=header,
            separator=_delimiter(options) or "\x01",
            quote_char=_QUOTES[options.said("IgnoreQuotes").strip()],
            infer_schema=False,
            skip_lines=max(0, skipped),
            n_rows=limit or None,
            truncate_ragged_lines=options.flag("IgnoreErrors"),
        )
    except (pl.exceptions.PolarsError, ValueError, OSError) as error:
        raise FileUnreadable(file=name, reason=str(error).splitlines()[0][:300]) from None
    size = options.said("FieldLen").strip()
    names = frame.columns if header else [f"Field_{place + 1}" for place in range(frame.width)]
    length = int(size) if size.isascii() and size.isdigit() and 0 < len(size) < 10 else 254
    return texts(names, frame.get_columns(), length, wide=page.startswith("utf"))


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
    delimiter = _delimiter(options) or "\x01"
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
