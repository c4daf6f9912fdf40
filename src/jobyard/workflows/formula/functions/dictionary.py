"""Comparing texts as a dictionary does: case aside, and pieces that look like numbers by their value."""

from __future__ import annotations

import re  # noqa: TID251 - one fixed pattern without nesting
import unicodedata
from typing import Any

from jobyard.workflows.formula.bound import Chooser, Function
from jobyard.workflows.formula.kinds import Kind
from jobyard.workflows.formula.signatures import fixed

_PIECE = re.compile(r"(?:(?:(?<=\s)|^)-)?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?|[^0-9]", re.ASCII)


def key(text: str) -> list[tuple[Any, ...]]:
    """Return by what a text is sorted in dictionary order."""
    return [_piece(piece) for piece in _PIECE.findall(text)]


def _piece(piece: str) -> tuple[Any, ...]:
    if piece[-1:].isdigit() and piece.isascii():
        return (1, float(piece), len(piece))
    plain = unicodedata.normalize("NFD", piece)[0].casefold()
    # Letters with marks come behind all letters without, as the original says of its own comparison.
    return (2 if piece.isalnum() else 0, piece.casefold() != plain, piece.casefold())


def compared(left: str, right: str) -> int:
    """Return -1, 0 or 1."""
    one, other = key(left), key(right)
    return (one > other) - (one < other)


FUNCTIONS: dict[str, Function | Chooser] = {
    "COMPAREDICTIONARY": Function("CompareDictionary", fixed(Kind.TEXT, Kind.TEXT, gives=Kind.INTEGER), compared),
}
