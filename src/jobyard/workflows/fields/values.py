"""One value into a field: what fits, what is changed on the way, and in which words that is told.

The rules are those of the original's own open record library: halves are rounded away from zero, a number that does
not fit becomes null, a text that begins with a number is that number, a text too long is cut.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation
from math import floor, isfinite
from typing import Any

from jobyard.workflows.fields import texts
from jobyard.workflows.fields.record import DATES, FLOATS, INTEGERS, NARROW, Field, FieldType
from jobyard.workflows.fields.texts import value_text

_DOUBLE_EXACT = 2**52
_FLOAT_EXACT = 2**23
_SHOWN = 64


def converted(value: Any, field: Field) -> tuple[Any, str]:
    """Return a value as a field holds it, and what is to be told about it ("" when nothing was lost)."""
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return None, ""
    if field.type in INTEGERS:
        return _integer(value, field)
    if field.type in FLOATS:
        return _float(value, field)
    if field.type is FieldType.BOOL:
        return _bool(value), ""
    if field.type is FieldType.FIXED_DECIMAL:
        return _decimal(value, field)
    if field.type in DATES:
        return _date(value, field)
    if field.type is FieldType.BLOB:
        return (value, "") if isinstance(value, bytes) else (None, f"{shown(value)} is no Blob")
    return _text(value, field)


def shown(value: Any) -> str:
    """Return a value as messages show it, long ones cut."""
    text = value_text(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _bool(value: Any) -> bool:
    if isinstance(value, str):
        return value[:1] in set("123456789Tt")
    return bool(value)


def _integer(value: Any, field: Field) -> tuple[int | None, str]:
    least, most = INTEGERS[field.type]
    told = ""
    if isinstance(value, str):
        if not value:
            return None, ""
        found, used = texts.whole(value)
        if found is None:
            return None, f"{shown(value)} is not a number."
        told, value = _rest(value, used, "was not fully converted"), found
    elif isinstance(value, Decimal):
        value = int(value.quantize(Decimal(1), ROUND_HALF_UP))
    elif isinstance(value, float):
        value = floor(value + 0.5) if value >= 0 else -floor(-value + 0.5)
    elif not isinstance(value, int):
        return None, f"{shown(value)} is not a number."
    if not least <= value <= most:
        return None, f"{shown(value)} does not fit in the type {field.type}"
    return int(value), told


def _rest(text: str, used: int, otherwise: str) -> str:
    if used == len(text):
        return ""
    if text[used] == ",":
        return f"{shown(text)} stopped converting at a comma. It might be invalid."
    return f"{shown(text)} {otherwise}"


def _float(value: Any, field: Field) -> tuple[float | None, str]:
    if isinstance(value, str):
        if not value:
            return None, ""
        found, used = texts.number(value)
        if found is None:
            return None, f"{shown(value)} is not a valid number."
        return found, _rest(value, used, "lost information in translation")
    if isinstance(value, int):
        exact = _FLOAT_EXACT if field.type is FieldType.FLOAT else _DOUBLE_EXACT
        return float(value), "" if abs(value) <= exact else f"{value} does not fit in the type {field.type}"
    if isinstance(value, float | Decimal):
        return float(value), ""
    return None, f"{shown(value)} is not a valid number."


def _decimal(value: Any, field: Field) -> tuple[Decimal | None, str]:
    told = ""
    if isinstance(value, str):
        if not value:
            return None, ""
        try:
            exact = Decimal(value) if _is_plain(value) else None
        except InvalidOperation:
            exact = None
        if exact is None:
            return (
                None,
                f'"{shown(value)}" is not a valid FixedDecimal. FixedDecimal values must be of the form: -nnn.nn',
            )
        if len(value.partition(".")[2]) > field.scale:
            told = f'"{shown(value)}" has too many digits after the decimal and was truncated.'
        rounded = exact.quantize(Decimal(1).scaleb(-field.scale), ROUND_HALF_UP)
    elif isinstance(value, bool | int | Decimal):
        rounded = Decimal(value).quantize(Decimal(1).scaleb(-field.scale), ROUND_HALF_UP)
    elif isinstance(value, float) and abs(value) < 1e37:
        rounded = Decimal(value).quantize(Decimal(1).scaleb(-field.scale), ROUND_HALF_EVEN)
    else:
        rounded = None
    if rounded is None or len(format(rounded, "f")) > min(field.size, 39):
        return None, f'"{shown(value)}" does not fit in Fixed Decimal {field.size}.{field.scale}'
    return rounded, told


def _is_plain(text: str) -> bool:
    digits = text[1:] if text[:1] in {"+", "-"} else text
    before, point, after = digits.partition(".")
    whole = before.isascii() and before.isdigit()
    return len(text) <= 60 and (
        (whole and not point) or ((whole or not before) and after.isascii() and after.isdigit())
    )


def _date(value: Any, field: Field) -> tuple[Any, str]:
    if isinstance(value, str):
        if not value:
            return None, ""
        found: Any = _from_text(value, field.type)
        return found, "" if found is not None else f'"{shown(value)}" is not a valid {field.type}'
    if field.type is FieldType.TIME:
        found = value.time() if isinstance(value, datetime) else value if isinstance(value, time) else None
    elif not isinstance(value, date):
        found = None
    elif field.type is FieldType.DATE:
        found = value.date() if isinstance(value, datetime) else value
    else:
        found = value if isinstance(value, datetime) else datetime.combine(value, time())
    return found, "" if found is not None else f'"{shown(value)}" is not a valid {field.type}'


def _from_text(text: str, type_: FieldType) -> Any:
    if type_ is FieldType.DATE:
        return texts.day(text[:10]) if len(text) >= 10 else None
    if type_ is FieldType.TIME:
        moment = texts.moment(text) if len(text) >= 19 else None
        return moment.time() if moment else texts.clock(text)
    return texts.moment(text)


def _text(value: Any, field: Field) -> tuple[str, str]:
    text, told = value_text(value), ""
    if field.type in NARROW and not text.isascii() and any(letter > "\xff" for letter in text):
        told = f'"{shown(text)}" could not be fully converted from a WString to a String.'
        text = "".join("?" if letter > "\xff" else letter for letter in text)
    if len(text) > field.size:
        told = f'"{shown(text)}" was truncated'
        text = text[: field.size]
    return text, told
