"""Writing .yxdb. Its blocks stay unpacked, which the form allows."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import quoteattr

import polars as pl
from msgspec.structs import replace

from jobyard.workflows.fields.record import TEXTS, Field, FieldType
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table

_MAGIC, _SORT, _VERSION = b"Alteryx Database File", 0x00440204, 1
_HEAD = struct.Struct("<64sIIIIIIqqqI")
_HEAD_SIZE = 512
_BLOCK, _UNPACKED = 262_144, 0x80000000
_INDEXED = 65_536
"""Records from one entry of the index to the next; a block begins with each."""
_PIECE = 16_384
_LONGEST_FIXED = 8_192
"""Letters of a text that has its room in every record."""
_EMPTY, _NULL = struct.pack("<I", 0), struct.pack("<I", 1)
_TINY, _SMALL, _LARGEST = 3, 127, 2**28 - 1
_NUMBER = struct.Struct("<I")
_BOOLS = {None: b"\2", True: b"\1", False: b"\0"}
_NUMBERS = {
    FieldType.BYTE: struct.Struct("<Bx"),
    FieldType.INT16: struct.Struct("<hx"),
    FieldType.INT32: struct.Struct("<ix"),
    FieldType.INT64: struct.Struct("<qx"),
    FieldType.FLOAT: struct.Struct("<fx"),
    FieldType.DOUBLE: struct.Struct("<dx"),
}
_DATES = {FieldType.DATE: "%Y-%m-%d", FieldType.TIME: "%H:%M:%S", FieldType.DATE_TIME: "%Y-%m-%d %H:%M:%S"}
_FIXED = {FieldType.STRING: FieldType.VARIABLE_STRING, FieldType.WIDE_STRING: FieldType.VARIABLE_WIDE_STRING}
_WIDE = frozenset({FieldType.WIDE_STRING, FieldType.VARIABLE_WIDE_STRING})
_VARIABLE = frozenset({*_FIXED.values(), FieldType.BLOB})
_NO_MARKUP = dict.fromkeys({*range(32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF} - set(b"\t\n\r"), "?")

Cell = tuple[bytes, bytes]
"""What stands in a record's fixed part, empty where that only points; and what it points at."""


def write(table: Table, target: Path, check: Callable[[], None]) -> None:
    """Write a table. Raises WorkflowRefused for a value that the form has no room for."""
    fields = [_written(one, table.frame[one.name]) for one in table.fields]
    described = f"<RecordInfo>\n{''.join(map(_described, fields))}</RecordInfo>\n\0".encode("utf-16-le")
    places = list[int]()
    with target.open("wb") as file:
        file.write(bytes(_HEAD_SIZE))
        file.write(described)
        waiting = bytearray()
        for start in range(0, table.height, _PIECE):
            check()
            if start % _INDEXED == 0:
                _put(file, waiting, everything=True)
                places.append(file.tell())
            for record in _records(fields, table.frame.slice(start, _PIECE)):
                waiting += record
                if len(waiting) >= _BLOCK:
                    _put(file, waiting)
        _put(file, waiting, everything=True)
        index = file.tell()
        file.write(struct.pack(f"<I{len(places)}q", len(places), *places))
        file.seek(0)
        file.write(
            _HEAD.pack(_MAGIC, _SORT, 0, 0, 0, len(described) // 2, 0, 0, index, table.height, _VERSION),
        )


def _put(file: BinaryIO, waiting: bytearray, *, everything: bool = False) -> None:
    """Write full blocks, and also what is no full one, and leave the rest waiting."""
    done = len(waiting) if everything else len(waiting) - len(waiting) % _BLOCK
    for start in range(0, done, _BLOCK):
        block = waiting[start : min(start + _BLOCK, done)]
        file.write(_NUMBER.pack(len(block) | _UNPACKED))
        file.write(block)
    del waiting[:done]


def _written(field: Field, column: pl.Series) -> Field:
    """Return the field of the file: with room for every text of the column, which may be of any length if need be."""
    if field.type not in _FIXED:
        return field
    lengths = column.str.len_chars()
    if field.type in _WIDE:
        lengths = lengths + column.str.count_matches(r"[\x{10000}-\x{10FFFF}]")
    longest = lengths.max()
    size = max(field.size, longest if isinstance(longest, int) else 0)
    if size > _LONGEST_FIXED or column.str.contains("\0", literal=True).any():
        return replace(field, type=_FIXED[field.type], size=size)
    return replace(field, size=size)


def _described(field: Field) -> str:
    said = {"name": field.name, "source": field.source, "type": field.type.value, "description": field.description}
    if field.type in TEXTS or field.type in {FieldType.BLOB, FieldType.FIXED_DECIMAL}:
        said["size"] = str(field.size)
    if field.type is FieldType.FIXED_DECIMAL:
        said["scale"] = str(field.scale)
    words = (f" {name}={quoteattr(value.translate(_NO_MARKUP))}" for name, value in said.items() if value)
    return f"\t<Field{''.join(words)}/>\n"


def _records(fields: list[Field], frame: pl.DataFrame) -> Iterator[bytes]:
    columns = [_cells(field, frame[field.name]) for field in fields]
    if not any(field.type in _VARIABLE for field in fields):
        yield from (b"".join(fixed for fixed, _ in cells) for cells in zip(*columns, strict=True))
        return
    behind = sum(map(_room, fields)) + _NUMBER.size
    for cells in zip(*columns, strict=True):
        head, tail = bytearray(), bytearray()
        for fixed, pointed in cells:
            head += fixed or _NUMBER.pack(behind + len(tail) - len(head))
            tail += pointed
            if len(tail) > _LARGEST - behind:
                raise WorkflowRefused(reason=f"a record of a .yxdb has {_LARGEST:,} bytes at most")
        yield bytes(head + _NUMBER.pack(len(tail)) + tail)


def _room(field: Field) -> int:
    """Return how many bytes a field has in the fixed part of every record."""
    if field.type is FieldType.BOOL:
        return 1
    if field.type in _VARIABLE:
        return _NUMBER.size
    return field.size * (2 if field.type in _WIDE else 1) + 1


def _cells(field: Field, column: pl.Series) -> Iterable[Cell]:
    if field.type is FieldType.BOOL:
        return ((_BOOLS[value], b"") for value in column.to_list())
    if field.type in _VARIABLE:
        return map(_pointed, _bytes(field, column))
    room = _room(field)
    null = bytes(room - 1) + b"\1", b""
    if field.type in _NUMBERS:
        pack = _NUMBERS[field.type].pack
        return (null if value is None else (pack(value), b"") for value in column.to_list())
    return (null if value is None else (_fitting(field, value, room), b"") for value in _bytes(field, column))


def _bytes(field: Field, column: pl.Series) -> Iterable[bytes | None]:
    if field.type is FieldType.BLOB:
        values: list[bytes | None] = column.to_list()
        return values
    page = "utf-16-le" if field.type in _WIDE else "latin-1"
    if field.type in _DATES:
        column = column.dt.strftime(_DATES[field.type])
    elif field.type is FieldType.FIXED_DECIMAL:
        return (None if value is None else format(value, "f").encode() for value in column.to_list())
    return (None if value is None else value.encode(page, "replace") for value in column.to_list())


def _fitting(field: Field, value: bytes, room: int) -> bytes:
    if len(value) >= room:
        raise WorkflowRefused(reason=f"{value[:64]!r} does not fit into the field {field.name!r} of a .yxdb")
    return value.ljust(room, b"\0")


def _pointed(value: bytes | None) -> Cell:
    if value is None:
        return _NULL, b""
    size = len(value)
    if not size:
        return _EMPTY, b""
    if size <= _TINY:
        return value.ljust(3, b"\0") + bytes([size << 4]), b""
    if size <= _SMALL:
        return b"", bytes([size << 1 | 1]) + value
    if size > _LARGEST:
        raise WorkflowRefused(reason=f"a record of a .yxdb has {_LARGEST:,} bytes at most")
    return b"", _NUMBER.pack(size << 1) + value
