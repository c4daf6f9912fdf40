"""Reading .yxdb, the original's own form of tables."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, BinaryIO

import polars as pl

from jobyard.workflows.fields.columns import stored
from jobyard.workflows.fields.record import DATES, FieldType, declared
from jobyard.workflows.fields.values import converted
from jobyard.workflows.refusals import FileUnreadable, WorkflowRefused
from jobyard.workflows.table import Table, made

_HEAD, _META_AT, _META_MOST = 512, 80, 16 * 1024**2
_MAGIC = b"Alteryx Database File"
_PIECE = 16_384
_MOST = 4 * 1024**3


def read(file: BinaryIO, name: str, limit: int, check: Callable[[], None]) -> Table:
    """Return a file as a table. Raises FileUnreadable, also for the newer form that only the newer engine writes."""
    from yxdb.yxdb_reader import YxdbReader

    data = file.read(_MOST + 1)
    _look(data, name)
    try:
        reader = YxdbReader(stream=io.BytesIO(data))
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
            for place, field in enumerate(fields):
                values[place].append(_value(reader.read_index(place), field))
            count += 1
            if count % _PIECE == 0:
                check()
                _keep(fields, values, pieces)
    except FileUnreadable:
        raise
    except Exception as error:  # noqa: BLE001 - the same
        raise FileUnreadable(file=name, reason=f"it breaks off behind record {count:,} ({str(error)[:200]})") from None
    _keep(fields, values, pieces)
    return made(fields, [pl.concat(column) for column in pieces])


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
    for field in [] if info is None else info.every("Field"):
        size, scale = field.attributes.get("size", ""), field.attributes.get("scale", "")
        found[field.attributes.get("name", "")] = (
            field.attributes.get("type", ""),
            f"{size}.{scale}" if scale else size,
        )
    return found


def _value(value: Any, field: Any) -> Any:
    if field.type is FieldType.FIXED_DECIMAL or field.type in DATES:
        return converted(value, field)[0]
    return value


def _keep(fields: list[Any], values: list[list[Any]], pieces: list[list[pl.Series]]) -> None:
    for place, field in enumerate(fields):
        pieces[place].append(pl.Series(field.name, values[place], dtype=stored(field), strict=False))
        values[place] = []
