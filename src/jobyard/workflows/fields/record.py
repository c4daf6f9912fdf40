"""A column: its name, its type and its size. The names of the types are those of the original."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from jobyard.workflows.refusals import WorkflowRefused

LONGEST_TEXT = 1_073_741_823
"""Characters of a text whose size nobody bounds."""


class FieldType(StrEnum):
    """What a column holds."""

    BOOL = "Bool"
    BYTE = "Byte"
    INT16 = "Int16"
    INT32 = "Int32"
    INT64 = "Int64"
    FIXED_DECIMAL = "FixedDecimal"
    FLOAT = "Float"
    DOUBLE = "Double"
    STRING = "String"
    WIDE_STRING = "WString"
    VARIABLE_STRING = "V_String"
    VARIABLE_WIDE_STRING = "V_WString"
    DATE = "Date"
    TIME = "Time"
    DATE_TIME = "DateTime"
    BLOB = "Blob"


INTEGERS = {
    FieldType.BYTE: (0, 255),
    FieldType.INT16: (-(2**15), 2**15 - 1),
    FieldType.INT32: (-(2**31), 2**31 - 1),
    FieldType.INT64: (-(2**63), 2**63 - 1),
}
"""Whole numbers, and which of them fit."""
FLOATS = frozenset({FieldType.FLOAT, FieldType.DOUBLE})
NUMBERS = frozenset(INTEGERS) | FLOATS | {FieldType.FIXED_DECIMAL}
NARROW = frozenset({FieldType.STRING, FieldType.VARIABLE_STRING})
"""Texts of Latin-1 characters only."""
TEXTS = NARROW | {FieldType.WIDE_STRING, FieldType.VARIABLE_WIDE_STRING}
DATES = frozenset({FieldType.DATE, FieldType.TIME, FieldType.DATE_TIME})
_SIZES = {
    FieldType.BOOL: 1,
    FieldType.BYTE: 1,
    FieldType.INT16: 2,
    FieldType.INT32: 4,
    FieldType.INT64: 8,
    FieldType.FLOAT: 4,
    FieldType.DOUBLE: 8,
    FieldType.DATE: 10,
    FieldType.TIME: 8,
    FieldType.DATE_TIME: 19,
}


class Field(Struct, frozen=True, kw_only=True):
    """One column of a table."""

    name: str
    type: FieldType
    size: int = 0
    """Characters of a text, or of a FixedDecimal with its sign and point; bytes of the others."""
    scale: int = 0
    """Digits behind the point of a FixedDecimal."""
    source: str = ""
    description: str = ""


def field(name: str, type_: FieldType, size: int = 0, scale: int = 0, source: str = "") -> Field:
    """Return a field with the size that its type has, or with the given one where the type leaves it open."""
    if type_ in _SIZES:
        return Field(name=name, type=type_, size=_SIZES[type_], source=source)
    if type_ is FieldType.FIXED_DECIMAL:
        return Field(name=name, type=type_, size=size or 19, scale=scale if size else 6, source=source)
    return Field(name=name, type=type_, size=size or LONGEST_TEXT, source=source)


def declared(name: str, type_: str, size: str, source: str = "") -> Field:
    """Return a field as a configuration says it, the size as text. Raises WorkflowRefused for a type not known here."""
    try:
        found = FieldType(type_)
    except ValueError:
        raise WorkflowRefused(reason=f"the field {name!r} has the type {type_!r}, which is not known here") from None
    whole, _, rest = size.strip().partition(".")
    number = int(whole) if whole.isascii() and whole.isdigit() and len(whole) < 12 else 0
    scale = int(rest) if rest.isascii() and rest.isdigit() and len(rest) < 3 else 0
    return field(name, found, min(number, 2_147_483_647), scale, source)
