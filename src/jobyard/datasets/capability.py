"""The server-side half of `dataset.sync`: who may synchronize what, and one transaction for each batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.access.vault import Vault
from jobyard.datasets import finding, label_files, rows, stretches
from jobyard.datasets.endpoints import reach
from jobyard.datasets.guards import check, check_order, guard, require_owner
from jobyard.datasets.merge import NOTHING, Difference, difference, joined
from jobyard.datasets.messages import (
    BATCH_LIMIT,
    Applied,
    Batch,
    Batches,
    Entry,
    Finished,
    LabelsRead,
    Opened,
    Reach,
    Unread,
    packed,
    unpacked,
)
from jobyard.datasets.record import Counts, Dataset, Point
from jobyard.datasets.rows import Held, Pass
from jobyard.datasets.sorting import Sorting, sorting
from jobyard.datasets.sources import Sources
from jobyard.datasets.sources.address import stretch
from jobyard.datasets.sources.endpoint import covering
from jobyard.datasets.sources.kept import is_kept
from jobyard.job.errors import AlreadySynchronizing, Conflict, Invalid, NotFound, Refused
from jobyard.job.filters import Filter, Query
from jobyard.job.record import Job, Resource
from jobyard.job.states import Arrow, State
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View

T = TypeVar("T")
Known = Callable[[View, int, bytes, bytes | None, int], list[Entry]]
"""Asks what is known of a stretch: in a dataset, behind a path, up to a path, at most so many."""

KIND = "dataset.sync"
CHANGES_LIMIT = 1_000
"""Changes of one synchronization that are noted by name."""
KNOWN_LIMIT = 20_000
"""Known samples compared in one transaction; it must be more than a batch may list."""
MOST_POINTS = 200
"""Points of one synchronization that are kept to be drawn."""
_ENDS = frozenset({Arrow.FINISH.value, Arrow.FAIL.value, Arrow.STOP.value})


class DatasetCapability:
    """The capability `datasets`. A synchronization belongs to its job: another attempt goes on where the last one was.

    Only one job at a time may change a dataset's samples: the newest that opened it while no other was running.
    """

    name = "datasets"
    kinds = frozenset({KIND})

    def __init__(self, roots: Iterable[str | Path], vault: Vault, known_limit: int = KNOWN_LIMIT) -> None:
        """Take the allowed source roots, and who opens the keys of buckets. Raises ValueError for a relative root."""
        self._sources = Sources(roots)
        self._vault = vault
        self._known_limit = known_limit

    def admit(self, view: View, actor: Actor, kind: str, parameters: Any) -> Resource | None:
        """Let a synchronization pass. Raises NotFound, Refused, Conflict; AlreadySynchronizing while one waits."""
        dataset = finding.found(view, actor, parameters.dataset)
        if not rules.may(actor, Verb.SUBMIT, dataset):
            raise Refused(verb="synchronize this dataset")
        if is_kept(dataset.source):
            raise Conflict(
                reason=f"The files of the dataset {dataset.name} were sent in; there is nothing to synchronize."
            )
        rows.lock(view, dataset.id)
        live = Filter(
            kinds=frozenset({KIND}),
            states=frozenset({State.QUEUED, State.RUNNING}),
            resource_type="dataset",
            resource_id=dataset.id,
        )
        for job in view.find(Query(filter=live, limit=1)).jobs:
            raise AlreadySynchronizing(name=dataset.name, job=job.number)
        return Resource(type="dataset", id=dataset.id, name=dataset.name)

    def call(self, transaction: Transaction, job: Job, verb: str, payload: Any, now: int) -> Any:
        """Answer a running synchronization: `open`, `apply`, `unread`, `label`, `finish`. Each may be repeated.

        `apply_all` is `apply` several times, in one transaction.
        """
        if job.kind not in self.kinds:
            raise NotFound(what="verb", name=f"datasets.{verb} for {job.kind}")
        match verb:
            case "open":
                return packed(self._open(transaction, job, now))
            case "apply":
                return packed(self._apply(transaction, job, [_read(payload, Batch)], now))
            case "apply_all":
                return packed(self._apply(transaction, job, _read(payload, Batches).batches, now))
            case "unread":
                return packed(self._unread(transaction, job, now))
            case "label":
                return packed(self._label(transaction, job, _read(payload, LabelsRead), now))
            case "finish":
                return packed(self._finish(transaction, job, now))
        raise NotFound(what="verb", name=f"datasets.{verb}")

    def _open(self, transaction: Transaction, job: Job, now: int) -> Opened:
        held = _held(transaction, job)
        dataset = held.dataset
        require_owner(transaction, job, dataset)
        if held.syncing not in (None, job.id):
            for other in transaction.jobs([held.syncing or ""]):
                if other.state is State.RUNNING:
                    raise AlreadySynchronizing(name=dataset.name, job=other.number)
        begun = rows.sync(transaction, job.id)
        if begun is None or begun.dataset != dataset.number or _over(transaction, job, begun):
            begun = Pass(
                job=job.id,
                dataset=dataset.number,
                attempt=job.attempt,
                expected=dataset.samples,
                started_at=now,
            )
            rows.begin(transaction, begun)
        elif begun.attempt != job.attempt:
            rows.resume(transaction, job.id, job.attempt)
        if begun.finished_at is None:
            rows.hold(transaction, dataset.number, job.id)
        return Opened(
            name=dataset.name,
            source=dataset.source,
            roots=self._sources.roots,
            expected=begun.expected,
            applied=_applied(transaction, begun),
            purpose=dataset.purpose,
            read_labels=dataset.read_labels,
            reach=self._reach(transaction, dataset),
        )

    def _reach(self, transaction: Transaction, dataset: Dataset) -> Reach | None:
        found = stretch(dataset.source)
        if found is None:
            return None
        return reach(covering(transaction, found), found.place, self._vault)

    def _apply(self, transaction: Transaction, job: Job, batches: list[Batch], now: int) -> Applied:
        for batch in batches:
            begun, more = self._taken(transaction, job, batch, now)
            if more:
                break
        return replace(_applied(transaction, begun), more=more)

    def _taken(self, transaction: Transaction, job: Job, batch: Batch, now: int) -> tuple[Pass, bool]:
        """Return where the synchronization stands behind a batch, and whether the same batch has to come again."""
        check(batch)
        held = _held(transaction, job)
        begun = _begun(transaction, job, held)
        if held.syncing != job.id:
            raise AlreadySynchronizing(name=held.dataset.name, job=held.syncing or "?")
        if begun.passed or batch.start != begun.cursor:
            check_order(batch.start, batch.entries)
            return begun, False
        if batch.digest:
            return self._by_digest(transaction, job, held, begun, batch, now), False
        sorted_ = _sorting(held.dataset)
        samples, more = self._compared(batch.entries, rows.known, transaction, held, batch)
        files, more_files = NOTHING, False
        if sorted_.labels:
            files, more_files = self._compared(batch.label_files, label_files.known, transaction, held, batch)
        guard(held.dataset, job, begun, samples, empty=not batch.entries and not batch.further)
        if more_files and not more:
            samples = NOTHING  # the batch comes again, and then they would be found and counted anew
        moved = replace(begun, counts=_counted(begun.counts, samples))
        stretches.forget(transaction, held.dataset.number, batch.start, batch.upto)
        if not more and not more_files:
            moved = _moved(moved, batch, len(batch.entries))
            stretches.keep(transaction, held.dataset.number, batch, labelled=bool(sorted_.labels))
        rows.write(transaction, held, samples, now)
        label_files.write(transaction, held, sorted_, samples, files, now)
        _note(transaction, begun, moved, samples, now)
        return moved, more or more_files

    def _by_digest(self, transaction: Transaction, job: Job, held: Held, begun: Pass, batch: Batch, now: int) -> Pass:
        """Take a stretch that is as it was outside of its parts."""
        number, sorted_ = held.dataset.number, _sorting(held.dataset)
        count = stretches.same(transaction, number, batch)
        if count is None:
            return begun
        samples = joined(
            difference(rows.known(transaction, number, part.start, part.upto, BATCH_LIMIT), part.entries)
            for part in batch.parts
        )
        samples = replace(samples, unchanged=count - len(samples.changed) - len(samples.deleted))
        listed = count + len(samples.added) - len(samples.deleted)
        guard(held.dataset, job, begun, samples, empty=not listed and not batch.further)
        moved = _moved(replace(begun, counts=_counted(begun.counts, samples)), batch, listed)
        if batch.parts:
            asked = batch.parts if sorted_.labels else ()
            files = joined(
                difference(label_files.known(transaction, number, part.start, part.upto, BATCH_LIMIT), part.label_files)
                for part in asked
            )
            stretches.keep_as(transaction, number, batch, listed)
            rows.write(transaction, held, samples, now)
            label_files.write(transaction, held, sorted_, samples, files, now)
        _note(transaction, begun, moved, samples, now)
        return moved

    def _compared(
        self, listed: list[Entry], ask: Known, transaction: Transaction, held: Held, batch: Batch
    ) -> tuple[Difference, bool]:
        """Return what makes the known the same as the listed, or the first part of it and that there is more."""
        limit = self._known_limit
        known = ask(transaction, held.dataset.number, batch.start, batch.upto, limit + 1)
        if known != listed:
            check_order(batch.start, listed)
        if len(known) > limit:
            return _only_deleted(known[:limit], listed), True
        return difference(known, listed), False

    def _unread(self, transaction: Transaction, job: Job, now: int) -> Unread:
        held = _held(transaction, job)
        _passed(transaction, job, held)
        return Unread(files=label_files.unread(transaction, held, _sorting(held.dataset), now))

    def _label(self, transaction: Transaction, job: Job, read: LabelsRead, now: int) -> Applied:
        held = _held(transaction, job)
        begun = _passed(transaction, job, held)
        taken, refused = label_files.take(transaction, held, _sorting(held.dataset), read.files, now)
        counts = begun.counts
        counts = replace(counts, labels_read=counts.labels_read + taken, labels_refused=counts.labels_refused + refused)
        moved = replace(begun, counts=counts)
        rows.advance(transaction, moved)
        return _applied(transaction, moved)

    def _finish(self, transaction: Transaction, job: Job, now: int) -> Finished:
        held = _held(transaction, job)
        begun = _passed(transaction, job, held)
        if begun.finished_at is None:
            if _sorting(held.dataset).labels and label_files.any_unread(transaction, held.dataset.number):
                raise Conflict(reason="The labels were not read to their end.")
            rows.finish(transaction, held.dataset.number, job.id, now)
        return Finished(
            samples=held.dataset.samples,
            size=held.dataset.size,
            counts=begun.counts,
            changes=rows.changes(transaction, job.id),
        )


def _held(transaction: Transaction, job: Job) -> Held:
    resource = job.resource
    held = rows.lock(transaction, resource.id) if resource is not None and resource.type == "dataset" else None
    if held is None:
        raise NotFound(what="dataset", name=resource.name if resource is not None else "?")
    return held


def _begun(transaction: Transaction, job: Job, held: Held) -> Pass:
    begun = rows.sync(transaction, job.id)
    if begun is None or begun.dataset != held.dataset.number:
        raise Conflict(reason="The synchronization was not opened.")
    return begun


def _passed(transaction: Transaction, job: Job, held: Held) -> Pass:
    begun = _begun(transaction, job, held)
    if not begun.passed:
        raise Conflict(reason="The source was not listed to its end.")
    return begun


def _sorting(dataset: Dataset) -> Sorting:
    return sorting(dataset.purpose, read_labels=dataset.read_labels)


def _over(transaction: Transaction, job: Job, begun: Pass) -> bool:
    """Tell whether the job had ended since it was opened: a retry looks at the whole folder anew, a restart goes on."""
    later = (one for one in transaction.attempts(job.id) if begun.attempt <= one.number < job.attempt)
    return any(one.outcome in _ENDS for one in later)


def _read(payload: Any, type_: type[T]) -> T:
    try:
        return unpacked(payload, type_)
    except msgspec.ValidationError as error:
        raise Invalid(reason=f"The batch cannot be read: {error}.") from None


def _only_deleted(known: list[Entry], listed: list[Entry]) -> Difference:
    """Return what may be deleted already when only the first part of what is known of a stretch was read."""
    last = known[-1][0]
    whole = difference(known, [entry for entry in listed if entry[0] <= last])
    shrunk = sum(entry[1] for entry in whole.deleted)
    return replace(whole, added=[], changed=[], unchanged=0, growth=-shrunk)


def _counted(counts: Counts, found: Difference) -> Counts:
    return replace(
        counts,
        added=counts.added + len(found.added),
        changed=counts.changed + len(found.changed),
        deleted=counts.deleted + len(found.deleted),
        unchanged=counts.unchanged + found.unchanged,
    )


def _moved(begun: Pass, batch: Batch, samples: int) -> Pass:
    """Return a synchronization behind a batch that told of so many samples."""
    counts = begun.counts
    return replace(
        begun,
        cursor=begun.cursor if batch.upto is None else batch.upto,
        passed=batch.upto is None,
        counts=replace(counts, listed=counts.listed + samples, skipped=counts.skipped + batch.skipped),
    )


def _note(transaction: Transaction, begun: Pass, moved: Pass, found: Difference, now: int) -> None:
    """Write how far it came, the first changes by name, and how the counts grew."""
    told = begun.counts.added + begun.counts.changed + begun.counts.deleted
    rows.add_changes(transaction, begun.job, told, islice(found.named(), max(0, CHANGES_LIMIT - told)))
    rows.advance(transaction, moved)
    series = _drawn(begun.series, moved, now - begun.started_at)
    if series is not begun.series:
        rows.draw(transaction, begun.job, series)


def _drawn(series: tuple[Point, ...], moved: Pass, at: int) -> tuple[Point, ...]:
    """Return the series with one more point, where enough time has passed since its last one or the end is reached."""
    if series and not moved.passed and at - series[-1].at < at // MOST_POINTS:
        return series
    counts = moved.counts
    point = Point(at, counts.listed, counts.added, counts.changed, counts.deleted)
    kept = series if len(series) < MOST_POINTS else series[::2]
    return (*kept, point)


def _applied(view: View, begun: Pass) -> Applied:
    known = [] if begun.passed else stretches.ahead(view, begun.dataset, begun.cursor)
    ahead = known[0] if known else None
    return Applied(cursor=begun.cursor, passed=begun.passed, counts=begun.counts, ahead=ahead, then=known[1:])
