"""What an expression can be: fewer kinds than columns have types, since all numbers are reckoned as doubles."""

from __future__ import annotations

from enum import StrEnum

from jobyard.workflows.fields.record import FLOATS, INTEGERS, TEXTS, FieldType


class Kind(StrEnum):
    """The kind of a value inside a formula."""

    BOOL = "a truth value"
    INTEGER = "a whole number"
    NUMBER = "a number"
    TEXT = "text"
    DATE = "a date"
    TIME = "a time"
    MOMENT = "a date and time"
    BLOB = "a blob"
    NOTHING = "null"


NUMERIC = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.BOOL})
DATED = frozenset({Kind.DATE, Kind.TIME, Kind.MOMENT})
_KINDS = {
    FieldType.BOOL: Kind.BOOL,
    FieldType.DATE: Kind.DATE,
    FieldType.TIME: Kind.TIME,
    FieldType.DATE_TIME: Kind.MOMENT,
    FieldType.BLOB: Kind.BLOB,
}


def kind_of(type_: FieldType) -> Kind:
    """Return the kind of a column's values."""
    if type_ in INTEGERS:
        return Kind.INTEGER
    if type_ in FLOATS or type_ is FieldType.FIXED_DECIMAL:
        return Kind.NUMBER
    return Kind.TEXT if type_ in TEXTS else _KINDS[type_]
