"""Reading .yxdb, the original's own form of tables."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, BinaryIO

import polars as pl

from jobyard.workflows.fields.columns import convert, stored
from jobyard.workflows.fields.record import DATES, Field, FieldType, declared, field
from jobyard.workflows.refusals import FileUnreadable, WorkflowRefused
from jobyard.workflows.table import Table, made

_HEAD, _META_AT, _META_MOST = 512, 80, 16 * 1024**2
_MAGIC = b"Alteryx Database File"
_PIECE = 16_384
_MOST = 4 * 1024**3
_AS_TEXT = {**{one.value: field("", one).size for one in DATES}, FieldType.FIXED_DECIMAL.value: 0}
"""Fields whose values are texts in the file, with the letters of each; a fixed decimal says how many it has."""


def read(file: BinaryIO, name: str, limit: int, check: Callable[[], None]) -> Table:
    """Return a file as a table. Raises FileUnreadable, also for the newer form that only the newer engine writes."""
    data = file.read(_MOST + 1)
    _look(data, name)
    try:
        reader = _reader(io.BytesIO(data))
        found = reader.list_fields()
        told = _told(reader.meta_info_str)
        fields = [declared(one.name, *told.get(one.name, ("", ""))) for one in found]
    except WorkflowRefused as refusal:
        raise FileUnreadable(file=name, reason=refusal.data["reason"]) from None
    except Exception as error:  # noqa: BLE001 - the reader raises plain exceptions for files that are not whole
        raise FileUnreadable(file=name, reason=str(error)[:300]) from None
    pieces: list[list[pl.Series]] = [[] for _ in fields]
    values: list[list[Any]] = [[] for _ in fields]
    count = 0
    try:
        while (not limit or count < limit) and reader.next():
            for place in range(len(fields)):
                values[place].append(reader.read_index(place))
            count += 1
            if count % _PIECE == 0:
                check()
                _keep(fields, values, pieces, name)
        _keep(fields, values, pieces, name)
    except FileUnreadable:
        raise
    except Exception as error:  # noqa: BLE001 - the same
        raise FileUnreadable(file=name, reason=f"it breaks off behind record {count:,} ({str(error)[:200]})") from None
    return made(fields, [pl.concat(column) for column in pieces])


def _reader(data: io.BytesIO) -> Any:
    """Return a reader that gives dates, times and fixed decimals as the texts that they are in the file."""
    from yxdb._metainfo_field import MetaInfoField
    from yxdb.yxdb_reader import YxdbReader

    class Reader(YxdbReader):  # type: ignore[misc]
        def _get_fields(self) -> None:
            super()._get_fields()
            for place, one in enumerate(self._fields):
                if one.data_type in _AS_TEXT:
                    size = _AS_TEXT[one.data_type] or one.size
                    self._fields[place] = MetaInfoField(one.name, "String", size, 0)

    return Reader(stream=data)


def _look(data: bytes, name: str) -> None:
    """Look at the file before its reader does, which takes the description of its fields at its word."""
    size = int.from_bytes(data[_META_AT : _META_AT + 4], "little") * 2
    if not data.startswith(_MAGIC) or len(data) < _HEAD:
        raise FileUnreadable(file=name, reason="it is no .yxdb of a form that is read here")
    if len(data) > _MOST or size > _META_MOST:
        raise FileUnreadable(file=name, reason="it, or the description of its fields, is too large")
    described = data[_HEAD : _HEAD + size].decode("utf-16-le", "replace")
    if "<!" in described:
        raise FileUnreadable(file=name, reason="the description of its fields declares a document type or entities")


def _told(described: str) -> dict[str, tuple[str, str]]:
    from jobyard.workflows.document.markup import read as markup

    root = markup(described.encode(), "the description of its fields")
    info = root if root.name == "RecordInfo" else root.first("RecordInfo")
    found = {}
    for one in [] if info is None else info.every("Field"):
        size, scale = one.attributes.get("size", ""), one.attributes.get("scale", "")
        found[one.attributes.get("name", "")] = (
            one.attributes.get("type", ""),
            f"{size}.{scale}" if scale else size,
        )
    return found


def _keep(fields: list[Field], values: list[list[Any]], pieces: list[list[pl.Series]], file: str) -> None:
    for place, one in enumerate(fields):
        if one.type in _AS_TEXT:
            texts = pl.Series(one.name, values[place], dtype=pl.String)
            column = convert(texts.str.strip_chars(), one)[0]
            if column.null_count() > texts.null_count():
                raise FileUnreadable(file=file, reason=f"a value of {one.name!r} is no {one.type}")
        else:
            plain = values[place]
            if one.type is FieldType.BLOB:
                plain = [None if value is None else bytes(value) for value in plain]  # an empty one is no `bytes`
            column = pl.Series(one.name, plain, dtype=stored(one), strict=False)
        pieces[place].append(column)
        values[place] = []
