"""A page of memory that a worker and one child share: the child writes its progress, the worker its wish to stop.

Writing costs a microsecond and no system call, so work may tell its progress for every item; and what a child wrote
last is still there when the child is not.
"""

from __future__ import annotations

import math
import mmap
import os
import struct
import zlib

from jobyard.job.record import Progress

SIZE = 4096
TEXT_LIMIT = 500
"""Characters of a progress text; the rest is cut off."""
_WISH = 0
_NOTE = 16
_HEAD = struct.Struct("<IH")
_NUMBERS = struct.Struct("<dd")


def descriptor() -> int:
    """Return a descriptor of a fresh page, to be mapped here and in a child."""
    made = os.memfd_create("slate", os.MFD_CLOEXEC)
    os.ftruncate(made, SIZE)
    return made


class Slate:
    """The page as one of its two sides maps it."""

    def __init__(self, descriptor: int) -> None:
        self._page = mmap.mmap(descriptor, SIZE)
        self._last = ("", b"")

    def tell(self, done: float, total: float | None, text: str) -> None:
        """Write the newest progress over the one before."""
        if text is not self._last[0]:
            self._last = (text, " ".join(text[:TEXT_LIMIT].splitlines()).encode("utf-8", "replace"))
        body = _NUMBERS.pack(done, math.nan if total is None else total) + self._last[1]
        note = _HEAD.pack(zlib.crc32(body), len(body)) + body
        self._page[_NOTE : _NOTE + len(note)] = note

    def read(self, at: int) -> Progress | None:
        """Return the newest progress as told at `at`; None when there is none, or while it is being written."""
        check, size = _HEAD.unpack_from(self._page, _NOTE)
        start = _NOTE + _HEAD.size
        if size < _NUMBERS.size or start + size > SIZE:
            return None
        body = self._page[start : start + size]
        if zlib.crc32(body) != check:
            return None
        done, total = _NUMBERS.unpack_from(body)
        text = body[_NUMBERS.size :].decode("utf-8", "replace").replace("\0", "\ufffd")
        return Progress(
            done=done if math.isfinite(done) and done > 0 else 0.0,
            total=total if math.isfinite(total) and total >= 0 else None,
            text=text,
            at=at,
        )

    @property
    def stopped(self) -> bool:
        """Whether the worker wants the work to stop."""
        return self._page[_WISH] != 0

    def stop(self) -> None:
        """Let the work know that it shall stop."""
        self._page[_WISH] = 1

    def clear(self) -> None:
        """Make the page ready for the next attempt."""
        self._page[_WISH] = 0
        self._page[_NOTE : _NOTE + _HEAD.size] = bytes(_HEAD.size)

    def close(self) -> None:
        """Unmap the page."""
        self._page.close()
