"""The worker's inner wire: what the worker, its nursery and its children say to each other, as msgpack frames."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from jobyard.job.record import Failure, Job

FRAME_LIMIT = 64 * 1024 * 1024
"""Bytes of one frame. What a call of running work carries must fit."""
_HEAD = 4


class Run(Struct, frozen=True, array_like=True, tag="run"):
    """Worker to child: run this attempt."""

    job: Job
    folder: str
    """Where its scratch folder shall stand; the child makes it."""


class Answered(Struct, frozen=True, array_like=True, tag="answered"):
    """Worker to child: what the house said to a call."""

    number: int
    value: msgspec.Raw
    error: str = ""
    """The house's sentence when it refused; empty when it did not."""
    stop: bool = False
    """Whether the attempt shall end."""
    code: str = ""
    """The stable name of the house's error when it refused."""


class Asked(Struct, frozen=True, array_like=True, tag="asked"):
    """Child to worker: ask the house for something."""

    number: int
    verb: str
    payload: msgspec.Raw


class Ended(Struct, frozen=True, array_like=True, tag="ended"):
    """Child to worker: the attempt is over and I am still here."""

    how: str
    """`finish`, `fail`, or `stop` when the work let itself be cancelled."""
    result: Any = None
    failure: Failure | None = None
    files: tuple[tuple[str, str], ...] = ()
    """Names and media types of the result files that the work announced."""
    signalled: bool = False
    """SIGTERM came while it ran."""
    noticed: bool = False
    """The work learned that it shall stop."""
    worn: bool = False
    """Threads or processes were left behind, streams closed, or SIGTERM came: this child runs nothing more."""
    empty: bool = False
    """The scratch folder is gone already."""
    peak: int = 0
    """The most bytes of memory that this child ever held."""


class Fork(Struct, frozen=True, array_like=True, tag="fork"):
    """Worker to nursery: fork a child under this key. The child's five ends come along as descriptors."""

    key: int


class Signal(Struct, frozen=True, array_like=True, tag="signal"):
    """Worker to nursery: send a signal to a child's process group."""

    key: int
    number: int


class Ready(Struct, frozen=True, array_like=True, tag="ready"):
    """Nursery to worker: the kinds are loaded."""

    kinds: tuple[str, ...]
    error: str = ""
    """Why they are not; empty when they are."""


class Born(Struct, frozen=True, array_like=True, tag="born"):
    """Nursery to worker: the child runs as this process."""

    key: int
    pid: int


class Gone(Struct, frozen=True, array_like=True, tag="gone"):
    """Nursery to worker: the child and whatever it had started are dead and buried."""

    key: int
    status: int = 0
    """The exit code, or the signal's number below zero, as `subprocess` tells it."""
    error: str = ""
    """Why it never lived; empty when it did."""


_to_child = msgspec.msgpack.Decoder(Run | Answered)
_from_child = msgspec.msgpack.Decoder(Asked | Ended)
_to_nursery = msgspec.msgpack.Decoder(Fork | Signal)
_from_nursery = msgspec.msgpack.Decoder(Ready | Born | Gone)

to_child = _to_child.decode
from_child = _from_child.decode
to_nursery = _to_nursery.decode
from_nursery = _from_nursery.decode
encode = msgspec.msgpack.encode


def pack(frame: Struct) -> bytes:
    """Return a frame as it travels on a stream: four bytes of length, then itself. Raises ValueError when too long."""
    body = encode(frame)
    if len(body) > FRAME_LIMIT:
        raise ValueError(f"{len(body):,} bytes are more than the {FRAME_LIMIT:,} that fit into one message")
    return len(body).to_bytes(_HEAD, "big") + body


class Splitter:
    """Cuts a stream into frames."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take bytes as they come and return every frame that is whole now. Raises ValueError at a senseless length."""
        rest = self._rest
        rest += data
        start = 0
        while len(rest) - start >= _HEAD:
            size = int.from_bytes(rest[start : start + _HEAD], "big")
            if size > FRAME_LIMIT:
                raise ValueError("a message is longer than any may be")
            end = start + _HEAD + size
            if len(rest) < end:
                break
            body = bytes(rest[start + _HEAD : end])
            start = end
            yield body
        del rest[:start]
