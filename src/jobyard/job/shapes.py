"""Shapes are learnt before threads use them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct


def learn(*rooms: str) -> None:
    """Let msgspec look at every shape that the named packages have defined so far; call it before there are threads.

    It looks at a shape when it first reads one, and where two threads do that at once the whole process may crash
    (seen with 0.22.0).
    """
    for shape in _below(Struct):
        if any(shape.__module__ == room or shape.__module__.startswith(f"{room}.") for room in rooms):
            try:
                msgspec.json.Decoder(shape)
            except TypeError:  # one that is kept and never read
                continue


def _below(shape: type[Struct]) -> Iterator[type[Struct]]:
    for one in shape.__subclasses__():
        yield one
        yield from _below(one)
