"""How a name or a number from a foreign file is told in a sentence."""

from __future__ import annotations

import math

from jobyard.datasets.paths import shown
from jobyard.job.errors import FileBroken

_TOLD = 120


def told(text: str) -> str:
    """Return a foreign text as one short line."""
    if len(text) <= _TOLD and text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return shown(text.encode("utf-8", "surrogatepass"), _TOLD)


class Thing:
    """Something in a foreign file, told only when there is something to tell of it: most things are as they should."""

    __slots__ = ("_name", "_sort")

    def __init__(self, sort: str, name: object) -> None:
        self._sort = sort
        self._name = name

    def __str__(self) -> str:
        return f"{self._sort} {told(str(self._name))}"


def number(text: object, file: str, what: object) -> float:
    """Return a finite number. Raises FileBroken naming what should have been one."""
    try:
        value = float(text)  # type: ignore[arg-type]  # whatever is none is refused
    except (TypeError, ValueError, OverflowError):
        value = math.nan
    if not math.isfinite(value) or isinstance(text, bool):
        raise FileBroken(file=file, reason=f"{what} is no number: {told(str(text))}")
    return value


def whole(text: object, file: str, what: object) -> int:
    """Return a whole number. Raises FileBroken naming what should have been one."""
    if type(text) is int:
        return text
    value = number(text, file, what)
    if value != int(value):
        raise FileBroken(file=file, reason=f"{what} is no whole number: {told(str(text))}")
    return int(value)
