"""Shapes are learnt before threads use them, and what does not fit one is told with its place."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

_OF_A_KEY = "key` in `"
"""How msgspec begins the place of a map's key."""


def learn(*rooms: str, known: set[type[Struct]] | None = None) -> None:
    """Let msgspec look at every shape that the named packages have defined so far; call it before there are threads.

    It looks at a shape when it first reads one, and where two threads do that at once the whole process may crash
    (seen with 0.22.0). Shapes in `known` are left out, and those that were looked at join it.
    """
    seen = set[type[Struct]]() if known is None else known
    within = tuple(f"{room}." for room in rooms)
    for shape in _below(Struct):
        if shape not in seen and f"{shape.__module__}.".startswith(within):
            seen.add(shape)
            try:
                msgspec.json.Decoder(shape)
            except TypeError:  # one that is kept and never read
                continue


def misfit(error: msgspec.ValidationError) -> tuple[str, str]:
    """Return what msgspec found, and where: a path as people write it below "$", empty for the whole."""
    message, _, place = str(error).partition(" - at `")
    path = place.rstrip("`")
    if path.startswith(_OF_A_KEY):
        message, path = f"{message} as a key", path.removeprefix(_OF_A_KEY)
    return message, path.removeprefix("$").removeprefix(".")


def _below(shape: type[Struct]) -> Iterator[type[Struct]]:
    for one in shape.__subclasses__():
        yield one
        yield from _below(one)
