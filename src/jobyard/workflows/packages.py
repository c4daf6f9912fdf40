"""Packages that the house keeps: bytes under names of their own. Who may have them is the library's to say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Iterable, Iterator
from pathlib import Path

from jobyard.job.errors import NotFound, TooLarge
from jobyard.store.blobs import Blobs, Written

_PAGE = 500


class Packages:
    """Keeps what is handed in, each file under a name of its own that says nothing, until it is removed."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def keep(self, pieces: Iterable[bytes]) -> str:
        """Take a file in and return its name; it is durable then. Raises StoreFull, and keeps nothing."""
        writer = self._blobs.writer()
        try:
            for piece in pieces:
                writer.write(piece)
            return writer.commit().blob
        finally:
            writer.abort()

    async def receive(self, pieces: AsyncIterable[bytes], limit: int) -> Written:
        """Take a file in as it comes; it is durable then. Raises TooLarge or StoreFull, and keeps nothing."""
        writer = self._blobs.writer()
        try:
            async for piece in pieces:
                if writer.size + len(piece) > limit:
                    raise TooLarge(what="The file", limit=f"{limit} bytes")
                await asyncio.to_thread(writer.write, piece)
            return await asyncio.to_thread(writer.commit)
        finally:
            writer.abort()

    def path(self, name: str) -> str:
        """Return where a file lies. Raises NotFound."""
        with self._blobs.open(name):
            return str(self._blobs.path(name).resolve())

    def place(self, name: str) -> Path:
        """Return where a file lies, or would lie."""
        return self._blobs.path(name)

    def remove(self, name: str) -> int:
        """Remove a file if it is there; return the bytes freed."""
        try:
            return self._blobs.remove(name)
        except NotFound:
            return 0

    def old(self, before: float) -> Iterator[list[str]]:
        """Give out the names of files last written before a time, in seconds since 1970, some at a time."""
        return self._blobs.pages(_PAGE, before)
