"""What a running synchronization and the house say to each other through `Context.call`, as data."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from jobyard.datasets.record import Counts, Purpose

T = TypeVar("T")

Entry = tuple[bytes, int, int, str]
"""One file as it was listed or is stored: path, size in bytes, time of change in nanoseconds, ETag (folders: empty)."""

BATCH_ENTRIES = 4_000
"""After so many entries a batch is sent, where the house did not say how far the stretch goes."""
BATCH_LIMIT = 2 * BATCH_ENTRIES
"""The most entries one batch carries."""
BATCH_BYTES = 512 * 1024
"""After so many bytes of paths a batch is sent, where the house did not say how far the stretch goes."""
BATCHES_LIMIT = 100
"""The most batches that are sent at once."""
LEAVES_LIMIT = 20 * BATCH_LIMIT
"""The most bytes that the leaves of a stretch take."""
LEAST = 250
"""Entries of the smallest stretch that is kept: a dataset that shrinks shall not go to pieces."""
UNREAD_FILES = 200
"""The most label files that are read between two words with the house."""


class Reach(Struct, frozen=True, kw_only=True):
    """How to reach a bucket. It travels to the work that lists it and is written down nowhere."""

    url: str
    """The endpoint, such as `https://obs.example.org`."""
    bucket: str
    prefix: str
    """What the keys of all objects begin with: empty, or ending in a slash."""
    region: str
    host_style: bool
    """The bucket is named in the host, and not in the path."""
    access: str = ""
    """The access key; empty for a bucket that anybody may read."""
    secret: str = ""

    def __repr__(self) -> str:
        return f"Reach(url={self.url!r}, bucket={self.bucket!r}, prefix={self.prefix!r})"


class Ahead(Struct, frozen=True, kw_only=True):
    """The stretch that begins where a synchronization stands, as it was compared earlier."""

    upto: bytes | None
    """The path with which it ends; None for the end of the source."""
    digest: bytes = b""
    """What `fingerprint` says of it where it is still as it was compared; empty where that is not known."""
    leaves: bytes = b""
    """What its leaves were then; empty where that is not known."""


class Kept(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is kept of a stretch that was compared."""

    digest: bytes
    leaves: bytes


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of a stretch, without gaps."""

    start: bytes
    """It begins behind this path."""
    upto: bytes | None
    """The path with which it ends; None for the end of the source."""
    entries: list[Entry]
    """All samples of it, in the order of their bytes."""
    label_files: list[Entry] = []
    """All files of it that may hold labels, in the order of their bytes."""

    @property
    def length(self) -> int:
        """How many samples and files are told."""
        return len(self.entries) + len(self.label_files)


class Applied(Struct, frozen=True, kw_only=True):
    """The answer to `datasets.apply`: where the synchronization stands now, whether or not it was the next one."""

    cursor: bytes
    """The path up to which everything was compared; empty before the first."""
    passed: bool
    """The end of the source was reached."""
    counts: Counts
    more: bool = False
    """Only a part of what the batch deletes was deleted; send the same batch again."""
    ahead: Ahead | None = None
    """Where the next batch had best end; None where nothing was compared from here on."""
    then: list[Ahead] = []
    """The stretches behind the one ahead, as far as each begins where the one before ends."""


class Opened(Struct, frozen=True, kw_only=True):
    """The answer to `datasets.open`."""

    name: str
    source: str
    roots: tuple[str, ...]
    """The real paths of the allowed roots; a folder's real path must lie in one of them."""
    expected: int
    """Samples the dataset held when the synchronization began."""
    applied: Applied
    """Where to go on."""
    purpose: Purpose
    read_labels: bool
    reach: Reach | None = None
    """How to reach the bucket; None for a folder."""


class Batch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The payload of `datasets.apply`: a stretch of the source, without gaps."""

    start: bytes
    """The listing begins behind this path."""
    entries: list[Entry]
    """All samples behind `start` up to `upto`, in the order of their bytes."""
    upto: bytes | None
    """The path that the listing has provably passed; None for the end of the source."""
    skipped: int
    """Entries of the stretch that were not taken in."""
    label_files: list[Entry] = []
    """All files of the stretch that may hold labels, in the order of their bytes."""
    digest: bytes = b""
    """The digest that was ahead, said in place of entries and files: outside of the parts the stretch is still so."""
    parts: list[Part] = []
    """With a digest: where the stretch differs, one after the other. Without any it is what it was."""
    kept: Kept | None = None
    """With parts: what is to be kept of the stretch from now on."""
    further: bool = False
    """A sample was seen further on in the source: that none came so far does not make it an empty one."""

    @property
    def length(self) -> int:
        """How many samples and files are told."""
        return len(self.entries) + len(self.label_files)


class Batches(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The payload of `datasets.apply_all`: batches that follow each other, each of them taken as if it came alone."""

    batches: Annotated[list[Batch], Meta(min_length=1, max_length=BATCHES_LIMIT)]


class Unread(Struct, frozen=True, kw_only=True):
    """The answer to `datasets.unread`: the next label files to read, in the order of their bytes."""

    files: list[Entry]


class Box(Struct, frozen=True, kw_only=True, array_like=True):
    """A thing that a label file places in a picture."""

    label: str
    points: tuple[float, ...]
    """Two corners of a rectangle, or three and more of a polygon: x and y of each."""


class LabelFile(Struct, frozen=True, kw_only=True, array_like=True):
    """What stands in a label file."""

    file: Entry
    """As it was handed out; labels of a file that changed meanwhile are not taken."""
    labels: tuple[str, ...] = ()
    """Labels of the whole sample."""
    boxes: tuple[Box, ...] = ()
    refused: bool = False
    """Nothing of it could be read."""


class LabelsRead(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The payload of `datasets.label`."""

    files: list[LabelFile]


class Finished(Struct, frozen=True, kw_only=True):
    """The answer to `datasets.finish`."""

    samples: int
    size: int
    counts: Counts
    changes: list[tuple[str, bytes]]
    """The first changes: `added`, `changed` or `deleted`, and the path."""


def fingerprint(entries: Sequence[Entry], label_files: Sequence[Entry], *, labelled: bool) -> bytes:
    """Return what tells a stretch from any other one; `labelled` says whether label files were looked for."""
    return blake2b(msgspec.msgpack.encode((entries, label_files, labelled)), digest_size=32).digest()


def packed(message: Struct) -> Any:
    """Return a message as plain values that travel as msgpack."""
    return msgspec.to_builtins(message, builtin_types=(bytes,))


def unpacked(value: Any, type_: type[T]) -> T:
    """Return plain values as the message they stand for. Raises msgspec.ValidationError naming the place."""
    return msgspec.convert(value, type_, builtin_types=(bytes,))
