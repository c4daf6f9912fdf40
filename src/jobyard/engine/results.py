"""Result files: taken in from workers, handed out to people, removed when their time is over."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterable
from pathlib import Path

from msgspec import Struct

from jobyard.access.rules import Verb
from jobyard.engine.ledger import Ledger, allowed
from jobyard.job.errors import NotFound, ResultGone, TooLarge
from jobyard.job.record import Job, ResultFile
from jobyard.people.record import Actor
from jobyard.store.blobs import Blobs

_REMEMBERED = 10_000


class Received(Struct, frozen=True, kw_only=True):
    """A file whose bytes are safe on disk."""

    blob: str
    size: int
    sha256: str


class Results:
    """The bytes that jobs give back."""

    def __init__(self, ledger: Ledger, blobs: Blobs, limit: int) -> None:
        self._ledger = ledger
        self.blobs = blobs
        self._limit = limit
        self._received: OrderedDict[str, Received] = OrderedDict()

    async def receive(self, chunks: AsyncIterable[bytes], announced: int = 0) -> Received:
        """Write a stream to the blob store; durable when this returns.

        Raises TooLarge or StoreFull and leaves nothing; at once where the bytes that are announced will not fit.
        """
        if announced > self._limit:
            raise self._too_large()
        writer = self.blobs.writer(announced)
        try:
            async for chunk in chunks:
                if writer.size + len(chunk) > self._limit:
                    raise self._too_large()
                await asyncio.to_thread(writer.write, chunk)
            written = await asyncio.to_thread(writer.commit)
        except BaseException:
            writer.abort()
            raise
        received = Received(blob=written.blob, size=written.size, sha256=written.sha256)
        self._received[received.blob] = received
        if len(self._received) > _REMEMBERED:
            self._received.popitem(last=False)
        return received

    async def described(self, blob: str) -> Received:
        """Return size and checksum of a blob, from memory or, after a restart, from its bytes. Raises NotFound."""
        if blob not in self._received:
            size, sha256 = await asyncio.to_thread(self.blobs.describe, blob)
            return Received(blob=blob, size=size, sha256=sha256)
        return self._received[blob]

    async def files(self, actor: Actor, id_: str) -> list[ResultFile]:
        """Return a job's result files, the newest attempt's first."""
        _, files = await self._found(actor, id_)
        return sorted(files, key=lambda file: (-file.attempt, file.name))

    async def open(self, actor: Actor, id_: str, name: str, attempt: int | None = None) -> tuple[ResultFile, Path]:
        """Return a result file and where its bytes lie. Raises NotFound, or ResultGone when it has expired."""
        job, files = await self._found(actor, id_)
        fitting = [file for file in files if file.name == name and attempt in (None, file.attempt)]
        if fitting:
            newest = max(fitting, key=lambda file: file.attempt)
            return newest, self.blobs.path(newest.blob)
        if job.results_expired:
            raise ResultGone(id=id_)
        raise NotFound(what="result file", name=name)

    def _too_large(self) -> TooLarge:
        return TooLarge(what="The file", limit=f"{self._limit} bytes")

    async def _found(self, actor: Actor, id_: str) -> tuple[Job, list[ResultFile]]:
        return await self._ledger.read(lambda view: (allowed(view, actor, Verb.SEE, id_), view.files(id_)))
