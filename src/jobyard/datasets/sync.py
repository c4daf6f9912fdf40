"""The job kind `dataset.sync`: go through a dataset's folder and tell the house, batch by batch, what is there."""

from __future__ import annotations

import os
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct

from jobyard.datasets import changes
from jobyard.datasets.messages import (
    BATCH_BYTES,
    BATCH_ENTRIES,
    Applied,
    Batch,
    Entry,
    Finished,
    Opened,
    packed,
    unpacked,
)
from jobyard.datasets.paths import shown
from jobyard.datasets.sources import open_folder, real_folder
from jobyard.datasets.walk import Walk
from jobyard.job.errors import SourceUnreadable
from jobyard.kinds import Context, Kind

_LOGGED = 100
"""Skipped entries that get a line in the log; the rest is counted."""
_TEXT_LIMIT = 200


class SyncParameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which dataset, and how careful."""

    dataset: Annotated[str, Meta(min_length=1, max_length=200)]
    """Its id or its name."""
    allow_empty: bool = False
    """Remove all samples when the folder turns out empty; without it the job fails instead."""


class DatasetSync(Kind):
    """Makes a dataset hold what its folder holds. A restarted attempt goes on behind the last batch."""

    name: ClassVar[str] = "dataset.sync"
    title: ClassVar[str] = "Synchronize a dataset"
    Parameters = SyncParameters
    tries: ClassVar[int] = 3

    def run(self, parameters: SyncParameters, context: Context) -> dict[str, Any]:
        """Return what was found. Raises SourceUnreadable naming path and cause; nothing behind that path is deleted."""
        opened = unpacked(context.call("datasets.open"), Opened)
        applied = opened.applied
        if applied.cursor:
            context.log(f"Going on behind {shown(applied.cursor, _TEXT_LIMIT)}.")
        if not applied.passed:
            _Listing(context, opened).run()
        finished = unpacked(context.call("datasets.finish"), Finished)
        changes.write(context.result_file(changes.NAME, changes.MEDIA_TYPE), finished.changes)
        counts = finished.counts
        context.progress(counts.listed, counts.listed)
        return {
            "samples": finished.samples,
            "added": counts.added,
            "changed": counts.changed,
            "deleted": counts.deleted,
            "unchanged": counts.unchanged,
            "size": finished.size,
            "skipped": counts.skipped,
        }


class _Listing:
    """One attempt's way through the folder."""

    def __init__(self, context: Context, opened: Opened) -> None:
        self._context = context
        self._opened = opened
        self._skipped = 0
        """Entries skipped since the last batch."""
        self._silent = 0
        """Entries skipped without a line in the log."""
        self._logged = 0

    def run(self) -> None:
        """Send the folder to its end, from wherever the house says it stands."""
        real = real_folder(self._opened.source, self._opened.roots)
        try:
            descriptor = open_folder(real)
        except OSError as error:
            raise SourceUnreadable(path=self._opened.source, cause=error.strerror) from None
        try:
            applied = self._opened.applied
            while not applied.passed:
                applied = self._list(real, descriptor, applied.cursor)
        finally:
            os.close(descriptor)
        if self._silent:
            self._context.log(f"And {self._silent} more were skipped.")

    def _list(self, real: str, descriptor: int, start: bytes) -> Applied:
        """List from `start` to the end, or until the house stands elsewhere than the batch it was sent."""
        walk = Walk(real, descriptor, start=start, skip=self._skip, look=self._context.check)
        batch, weight = list[Entry](), 0
        self._skipped = 0
        for entry in walk:
            batch.append(entry)
            weight += len(entry[0])
            if len(batch) < BATCH_ENTRIES and weight < BATCH_BYTES:
                continue
            applied = self._send(start, batch, entry[0])
            start = entry[0]
            if applied.passed or applied.cursor != start:
                return applied
            batch, weight = [], 0
        return self._send(start, batch, None)

    def _send(self, start: bytes, entries: list[Entry], upto: bytes | None) -> Applied:
        batch = packed(Batch(start=start, entries=entries, upto=upto, skipped=self._skipped))
        self._skipped = 0
        more = True
        while more:
            applied = unpacked(self._context.call("datasets.apply", batch), Applied)
            more = applied.more
            self._tell(applied)
        return applied

    def _tell(self, applied: Applied) -> None:
        listed, expected = applied.counts.listed, self._opened.expected
        total = expected if 0 < listed <= expected else None
        self._context.progress(listed, total, shown(applied.cursor, _TEXT_LIMIT))

    def _skip(self, path: bytes, reason: str) -> None:
        self._skipped += 1
        if self._logged >= _LOGGED:
            self._silent += 1
            return
        self._logged += 1
        self._context.log(f"Skipped {shown(path, _TEXT_LIMIT)}: {reason}.")
