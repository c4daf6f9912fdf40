"""The job kind `dataset.sync`: go through a dataset's source and tell the house, batch by batch, what is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct
from msgspec.structs import replace

from jobyard.datasets import changes, leaves
from jobyard.datasets.listed import Skipped, Source, opened_source
from jobyard.datasets.messages import (
    BATCH_BYTES,
    BATCH_ENTRIES,
    LEAST,
    Ahead,
    Applied,
    Batch,
    Batches,
    Entry,
    Finished,
    LabelFile,
    LabelsRead,
    Opened,
    Unread,
    fingerprint,
    packed,
    unpacked,
)
from jobyard.datasets.paths import shown
from jobyard.datasets.reading import Reader
from jobyard.datasets.sorting import sorting
from jobyard.job.clock import SECOND, SystemClock
from jobyard.job.errors import SourceEmptied
from jobyard.kinds import Context, Kind

LABEL_BYTES = 1024 * 1024
"""After so many bytes of label files the house is told what stands in them: a message, and memory, have a limit."""
_TEXT_LIMIT = 200
_PATIENCE = SECOND // 2
"""How long the house hears nothing of batches that say little."""


class SyncParameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which dataset, and how careful."""

    dataset: Annotated[str, Meta(min_length=1, max_length=200)]
    """Its id or its name."""
    allow_empty: bool = False
    """Remove all samples when the source turns out empty; without it the job fails instead."""
    delete_limit: Annotated[int, Meta(ge=0, le=2**62)] | None = None
    """Fail rather than remove more samples than this; null removes as many as are gone."""


class DatasetSync(Kind):
    """Makes a dataset hold what its source holds. A restarted attempt goes on behind the last batch."""

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
        skipped = Skipped(context.log)
        with opened_source(opened, context.check, skipped, may_be_empty=parameters.allow_empty) as source:
            if not applied.passed:
                _Listing(context, opened, source, skipped).run(may_be_empty=parameters.allow_empty)
            if sorting(opened.purpose, read_labels=opened.read_labels).labels:
                _Labels(context, opened, source).run()
        skipped.conclude()
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
            "labels_read": counts.labels_read,
            "labels_refused": counts.labels_refused,
        }


class _Listing:
    """One attempt's way through the source."""

    def __init__(self, context: Context, opened: Opened, source: Source, skipped: Skipped) -> None:
        self._context = context
        self._opened = opened
        self._source = source
        self._skipped = skipped
        self._sorting = sorting(opened.purpose, read_labels=opened.read_labels)
        self._want = self._wanted if self._sorting.samples else None
        self._sent = 0
        self._astray = False
        """The house stands elsewhere than behind the batch it was sent."""
        self._lies_ahead: bool | None = None
        """A sample lies somewhere in the source; None where nobody has looked."""
        self._waiting = list[Batch]()
        self._awaited: tuple[bytes | None, Callable[[], Any]] | None = None
        """Where the house shall stand behind what it was sent last, and what waits for it to say so."""
        self._clock = SystemClock()
        self._asked_at = self._clock.now()
        self._stand(opened.applied)

    def run(self, *, may_be_empty: bool) -> None:
        """Send the source to its end, from wherever the house says it stands.

        Raises SourceEmptied where something was there for an earlier attempt and nothing is now, unless that may be.
        """
        applied = self._opened.applied
        if applied.cursor and not may_be_empty and not self._source.holds(self._want):
            counts = applied.counts
            samples = self._opened.expected + counts.added - counts.deleted
            raise SourceEmptied(path=self._opened.source, samples=samples)
        while not self._applied.passed:
            self._list()

    def _list(self) -> None:
        """List to the end, or until the house stands elsewhere than behind the batch it was sent."""
        everything, is_sample = not self._sorting.samples, self._sorting.is_sample
        self._stand(self._applied)
        self._astray, weight, sent = False, 0, self._sent
        self._waiting.clear()
        self._skipped.begin(self._pass)
        for entry in self._source.entries(self._applied.cursor, self._want):
            path = entry[0]
            if self._until is not None and path > self._until:
                self._pass(path)
            if self._sent != sent:
                if self._astray:
                    return
                weight, sent = 0, self._sent
            (self._entries if everything or is_sample(path) else self._files).append(entry)
            weight += len(path)
            if len(self._entries) + len(self._files) >= self._most or weight >= self._heaviest:
                self._send(path)
        if not self._astray:
            self._send(None)

    def _wanted(self, path: bytes) -> bool:
        return self._sorting.is_sample(path) or self._sorting.is_label_file(path)

    def _stand(self, applied: Applied) -> None:
        """Begin a batch where the house stands."""
        self._applied = applied
        self._entries, self._files = list[Entry](), list[Entry]()
        self._until = applied.ahead.upto if applied.ahead is not None else None
        # What was compared in one go may have grown: it is told in one go again, so that its end stays where it is.
        room = 1 if applied.ahead is None else 2
        self._most, self._heaviest = room * BATCH_ENTRIES, room * BATCH_BYTES

    def _pass(self, path: bytes) -> None:
        """Send what lies before a path, as far as the house knows stretches that end before it."""
        while self._until is not None and path > self._until:
            if not self._entries and not self._applied.counts.listed:
                # As long as no sample was met the source may be empty, which only its end can tell.
                self._applied, self._until = replace(self._applied, ahead=None, then=[]), None
            else:
                self._send(self._until)

    def _send(self, upto: bytes | None) -> None:
        """Send the batch, with those that wait; or let it wait itself where it says little.

        As long as it is known what is ahead, listing goes on while the house takes what was sent.
        """
        self._waiting.append(self._batch(upto))
        self._sent += 1
        if self._may_wait():
            self._go_on(upto)
            return
        if not self._hear(upto):
            return
        batches, self._waiting = self._waiting, []
        self._asked_at = self._clock.now()
        if self._applied.then and self._applied.counts.listed and all(batch.digest for batch in batches):
            self._awaited = upto, self._context.ask("datasets.apply_all", Batches(batches=batches))
            self._go_on(upto)
            return
        more = True
        while more:
            # They travel as they are: to take them apart first would cost as much as to encode them.
            verb, told = ("apply", batches[0]) if len(batches) == 1 else ("apply_all", Batches(batches=batches))
            applied = unpacked(self._context.call(f"datasets.{verb}", told), Applied)
            more = applied.more
            self._tell(applied)
        self._stand(applied)
        if applied.passed or applied.cursor != upto:
            self._astray, self._until = True, None

    def _go_on(self, upto: bytes | None) -> None:
        """Begin the next batch as if the house had taken all before it already."""
        ahead, *then = self._applied.then
        self._stand(replace(self._applied, cursor=upto or b"", ahead=ahead, then=then))

    def _hear(self, upto: bytes | None) -> bool:
        """Wait for what the house says to the batches it was sent meanwhile; tell whether those behind them fit."""
        if self._awaited is None:
            return True
        (expected, answer), self._awaited = self._awaited, None
        applied = unpacked(answer(), Applied)
        self._tell(applied)
        if applied.cursor != expected:
            self._stand(applied)
            self._astray, self._until = True, None
            return False
        self._applied = replace(self._applied, counts=applied.counts, then=_behind(applied, upto))
        return True

    def _may_wait(self) -> bool:
        """Tell whether a batch says little, and is surely not the first with a sample; nothing waits for long."""
        batch, listed = self._waiting[-1], self._applied.counts.listed
        said = sum(part.length for one in self._waiting for part in one.parts)
        if not (self._applied.then and listed and batch.digest) or said >= 2 * BATCH_ENTRIES:
            return False
        return self._clock.now() - self._asked_at < _PATIENCE

    def _batch(self, upto: bytes | None) -> Batch:
        entries, files, ahead = self._entries, self._files, self._applied.ahead
        start, skipped = self._applied.cursor, self._skipped.take()
        further = not entries and upto is not None and self._has_samples_ahead()
        whole = Batch(start=start, entries=entries, label_files=files, upto=upto, skipped=skipped, further=further)
        if ahead is None or not ahead.digest or ahead.upto != upto:
            return whole
        labelled = bool(self._sorting.labels)
        digest = fingerprint(entries, files, labelled=labelled)
        if digest == ahead.digest:
            return Batch(start=start, entries=[], upto=upto, skipped=skipped, digest=digest)
        if not ahead.leaves or not LEAST <= len(entries) + len(files) <= BATCH_ENTRIES * 3 // 2:
            return whole  # and its stretch is kept in two, or not at all
        return leaves.in_parts(whole, ahead, digest, labelled=labelled) or whole

    def _has_samples_ahead(self) -> bool:
        """Tell whether there are samples, where none was met so far: then the source is no empty one."""
        if self._applied.counts.listed or not self._sorting.labels:
            return False
        if self._lies_ahead is None:
            self._lies_ahead = self._source.holds(self._sorting.is_sample)
        return self._lies_ahead

    def _tell(self, applied: Applied) -> None:
        listed, expected = applied.counts.listed, self._opened.expected
        total = expected if 0 < listed <= expected else None
        self._context.progress(listed, total, shown(applied.cursor, _TEXT_LIMIT))


def _behind(applied: Applied, upto: bytes | None) -> list[Ahead]:
    """Return the stretches that the house told of, as far as they lie behind one."""
    known = [one for one in (applied.ahead, *applied.then) if one is not None]
    place = next((place for place, one in enumerate(known, 1) if one.upto == upto), len(known))
    return known[place:]


class _Labels:
    """One attempt's way through the label files that are new or changed."""

    def __init__(self, context: Context, opened: Opened, source: Source) -> None:
        self._context = context
        self._reader = Reader(sorting(opened.purpose, read_labels=True), source.read, context.log)

    def run(self) -> None:
        """Read until none is left, and tell the house what stands in them."""
        while files := unpacked(self._context.call("datasets.unread"), Unread).files:
            read, weight = list[LabelFile](), 0
            for file in files:
                self._context.check()
                read.append(self._reader.read(file))
                weight += self._reader.take()
                if weight >= LABEL_BYTES or file is files[-1]:
                    self._send(read)
                    read, weight = [], 0
        self._reader.conclude()

    def _send(self, read: list[LabelFile]) -> None:
        applied = unpacked(self._context.call("datasets.label", packed(LabelsRead(files=read))), Applied)
        listed = applied.counts.listed
        self._context.progress(listed, listed, f"Labels of {shown(read[-1].file[0], _TEXT_LIMIT)}")
