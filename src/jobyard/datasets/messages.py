"""What a running synchronization and the house say to each other through `Context.call`, as data."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from jobyard.datasets.record import Counts

T = TypeVar("T")

Entry = tuple[bytes, int, int]
"""One file as it was listed or is stored: path, size in bytes, time of change in nanoseconds."""

BATCH_ENTRIES = 2_000
"""The most entries one batch carries."""
BATCH_BYTES = 512 * 1024
"""The most bytes of paths one batch carries."""


class Applied(Struct, frozen=True, kw_only=True):
    """The answer to `datasets.apply`: where the synchronization stands now, whether or not it was the next one."""

    cursor: bytes
    """The path up to which everything was compared; empty before the first."""
    passed: bool
    """The end of the folder was reached."""
    counts: Counts
    more: bool = False
    """Only a part of what the batch deletes was deleted; send the same batch again."""


class Opened(Struct, frozen=True, kw_only=True):
    """The answer to `datasets.open`."""

    name: str
    source: str
    roots: tuple[str, ...]
    """The real paths of the allowed roots; the source's real path must lie in one of them."""
    expected: int
    """Samples the dataset held when the synchronization began."""
    applied: Applied
    """Where to go on."""


class Batch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The payload of `datasets.apply`: a stretch of the folder, without gaps."""

    start: bytes
    """The listing begins behind this path."""
    entries: list[Entry]
    """All files behind `start` up to `upto`, in the order of their bytes."""
    upto: bytes | None
    """The path that the listing has provably passed; None for the end of the folder."""
    skipped: int
    """Entries of the stretch that were not taken in."""


class Finished(Struct, frozen=True, kw_only=True):
    """The answer to `datasets.finish`."""

    samples: int
    size: int
    counts: Counts
    changes: list[tuple[str, bytes]]
    """The first changes: `added`, `changed` or `deleted`, and the path."""


def packed(message: Struct) -> Any:
    """Return a message as plain values that travel as msgpack."""
    return msgspec.to_builtins(message, builtin_types=(bytes,))


def unpacked(value: Any, type_: type[T]) -> T:
    """Return plain values as the message they stand for. Raises msgspec.ValidationError naming the place."""
    return msgspec.convert(value, type_, builtin_types=(bytes,))
