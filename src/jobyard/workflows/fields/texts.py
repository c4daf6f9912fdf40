"""How values are written as text and read from it, one at a time: the rules that columns follow too."""

from __future__ import annotations

import re  # noqa: TID251 - fixed patterns over bounded pieces, none of them nested
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import Any

_WHOLE = re.compile(r"[ \t\r\n]*([+-]?[0-9]+)")
_NUMBER = re.compile(r"[ \t\r\n]*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6})[0-9]*)?")
_EARLIEST = 1400


def number_text(value: float, digits: int = 15) -> str:
    """Return a number as the original writes it: up to 15 digits, large and small ones with an exponent."""
    if isinstance(value, int):
        return str(int(value))
    return format(value + 0.0, f".{digits}g")


def value_text(value: Any) -> str:
    """Return any value as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return stamp_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def stamp_text(value: datetime) -> str:
    """Return a moment as text; fractions of a second only where there are some."""
    text = value.strftime("%Y-%m-%d %H:%M:%S") if value.year > 999 else value.isoformat(" ", "seconds")
    return f"{text}.{value.microsecond:06d}".rstrip("0") if value.microsecond else text


def whole(text: str) -> tuple[int | None, int]:
    """Return the whole number a text begins with, or None, and how many characters that took."""
    found = _WHOLE.match(text[:64])
    return (int(found.group(1)), found.end()) if found else (None, 0)


def number(text: str) -> tuple[float | None, int]:
    """Return the number a text begins with, or None, and how many characters that took."""
    found = _NUMBER.match(text[:400])
    if not found:
        return None, 0
    value = float(found.group(1))
    return (value if isfinite(value) else None), found.end()


def day(text: str) -> date | None:
    """Return the date that a text is, written yyyy-mm-dd; what follows is left away."""
    found = _DATE.match(text)
    if not found or int(found.group(1)) < _EARLIEST:
        return None
    try:
        return date(int(found.group(1)), int(found.group(2)), int(found.group(3)))
    except ValueError:
        return None


def clock(text: str) -> time | None:
    """Return the time of day that a text is, written HH:MM:SS."""
    found = _TIME.fullmatch(text)
    if not found:
        return None
    try:
        micro = int((found.group(4) or "0").ljust(6, "0"))
        return time(int(found.group(1)), int(found.group(2)), int(found.group(3)), micro)
    except ValueError:
        return None


def moment(text: str) -> datetime | None:
    """Return the moment that a text is, written yyyy-mm-dd HH:MM:SS; a date alone is its midnight."""
    found = day(text[:10])
    if found is None or len(text) < 10:
        return None
    if len(text) == 10:
        return datetime(found.year, found.month, found.day)  # noqa: DTZ001 - the original knows no zones
    later = clock(text[11:]) if text[10] in " T" else None
    return None if later is None else datetime.combine(found, later)
