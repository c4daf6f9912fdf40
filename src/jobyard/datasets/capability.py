"""The server-side half of `dataset.sync`: who may synchronize what, and one transaction for each batch."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.datasets import finding, rows
from jobyard.datasets.merge import Difference, difference
from jobyard.datasets.messages import BATCH_ENTRIES, Applied, Batch, Entry, Finished, Opened, packed, unpacked
from jobyard.datasets.paths import PATH_LIMIT, shown
from jobyard.datasets.record import Counts, Dataset
from jobyard.datasets.rows import Held, Pass
from jobyard.datasets.sources import Sources
from jobyard.job.errors import AlreadySynchronizing, Conflict, Invalid, NotFound, Refused, SourceEmptied
from jobyard.job.filters import Filter, Query
from jobyard.job.record import Job, Resource
from jobyard.job.states import Arrow, State
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View

T = TypeVar("T")

KIND = "dataset.sync"
CHANGES_LIMIT = 1_000
"""Changes of one synchronization that are noted by name."""
KNOWN_LIMIT = 20_000
"""Known samples compared in one transaction; it must be more than a batch may list."""
_NUMBER_LIMIT = 2**63
_ENDS = frozenset({Arrow.FINISH.value, Arrow.FAIL.value, Arrow.STOP.value})


class DatasetCapability:
    """The capability `datasets`. A synchronization belongs to its job: another attempt goes on where the last one was.

    Only one job at a time may change a dataset's samples: the newest that opened it while no other was running.
    """

    name = "datasets"
    kinds = frozenset({KIND})

    def __init__(self, roots: Iterable[str | Path], known_limit: int = KNOWN_LIMIT) -> None:
        """Take the allowed source roots. Raises ValueError for a relative one."""
        self._sources = Sources(roots)
        self._known_limit = known_limit

    def admit(self, view: View, actor: Actor, kind: str, parameters: Any) -> Resource | None:
        """Let a synchronization pass. Raises NotFound, Refused, Conflict; AlreadySynchronizing while one waits."""
        dataset = finding.found(view, actor, parameters.dataset)
        if not rules.may(actor, Verb.SUBMIT, dataset):
            raise Refused(verb="synchronize this dataset")
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
        """Answer a running synchronization: `open`, `apply`, `finish`. Each of them may be repeated."""
        match verb:
            case "open":
                return packed(self._open(transaction, job, now))
            case "apply":
                return packed(self._apply(transaction, job, _read(payload, Batch), now))
            case "finish":
                return packed(self._finish(transaction, job, now))
        raise NotFound(what="verb", name=f"datasets.{verb}")

    def _open(self, transaction: Transaction, job: Job, now: int) -> Opened:
        held = _held(transaction, job)
        dataset = held.dataset
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
        rows.hold(transaction, dataset.number, job.id)
        return Opened(
            name=dataset.name,
            source=dataset.source,
            roots=self._sources.roots,
            expected=begun.expected,
            applied=_applied(begun),
        )

    def _apply(self, transaction: Transaction, job: Job, batch: Batch, now: int) -> Applied:
        _check(batch)
        held = _held(transaction, job)
        begun = _begun(transaction, job, held)
        if held.syncing != job.id:
            raise AlreadySynchronizing(name=held.dataset.name, job=held.syncing or "?")
        if begun.passed or batch.start != begun.cursor:
            return _applied(begun)
        number, limit = held.dataset.number, self._known_limit
        known = rows.known(transaction, number, batch.start, batch.upto, limit + 1)
        if len(known) > limit:
            found = _only_deleted(known[:limit], batch.entries)
            moved = replace(begun, counts=_counted(begun.counts, found, 0, 0))
        else:
            found = difference(known, batch.entries)
            moved = replace(
                begun,
                cursor=begun.cursor if batch.upto is None else batch.upto,
                passed=batch.upto is None,
                counts=_counted(begun.counts, found, len(batch.entries), batch.skipped),
            )
        _guard_emptied(held.dataset, job, begun, batch, found)
        rows.write(transaction, held, found, now)
        told = begun.counts.added + begun.counts.changed + begun.counts.deleted
        named = islice(found.named(), max(0, CHANGES_LIMIT - told))
        rows.add_changes(transaction, job.id, told, named)
        rows.advance(transaction, moved)
        return replace(_applied(moved), more=len(known) > limit)

    def _finish(self, transaction: Transaction, job: Job, now: int) -> Finished:
        held = _held(transaction, job)
        begun = _begun(transaction, job, held)
        if not begun.passed:
            raise Conflict(reason="The folder was not listed to its end.")
        if begun.finished_at is None:
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


def _over(transaction: Transaction, job: Job, begun: Pass) -> bool:
    """Tell whether the job had ended since it was opened: a retry looks at the whole folder anew, a restart goes on."""
    if begun.finished_at is not None:
        return begun.attempt < job.attempt
    later = (one for one in transaction.attempts(job.id) if begun.attempt <= one.number < job.attempt)
    return any(one.outcome in _ENDS for one in later)


def _read(payload: Any, type_: type[T]) -> T:
    try:
        return unpacked(payload, type_)
    except msgspec.ValidationError as error:
        raise Invalid(reason=f"The batch cannot be read: {error}.") from None


def _check(batch: Batch) -> None:
    """Refuse a batch that is not a sorted stretch of a folder; what is deleted depends on it."""
    if len(batch.entries) > BATCH_ENTRIES or batch.skipped < 0:
        raise Invalid(reason=f"A batch holds up to {BATCH_ENTRIES} entries.")
    last = batch.start
    for path, size, mtime_ns in batch.entries:
        if path <= last or len(path) > PATH_LIMIT or b"\0" in path:
            raise Invalid(reason=f"The batch is not in order at {shown(path, 200)}.")
        if not 0 <= size < _NUMBER_LIMIT or not -_NUMBER_LIMIT <= mtime_ns < _NUMBER_LIMIT:
            raise Invalid(reason=f"The numbers of {shown(path, 200)} are out of range.")
        last = path
    if batch.upto is not None and (batch.upto < last or batch.upto == batch.start):
        raise Invalid(reason="The batch ends before its last entry.")


def _guard_emptied(dataset: Dataset, job: Job, begun: Pass, batch: Batch, found: Difference) -> None:
    """Refuse to delete while not one file was found: an empty folder is more often a disk that is not there."""
    nothing = not batch.entries and not begun.counts.listed
    if found.deleted and nothing and job.parameters.get("allow_empty") is not True:
        raise SourceEmptied(path=dataset.source, samples=dataset.samples)


def _only_deleted(known: list[Entry], listed: list[Entry]) -> Difference:
    """Return what may be deleted already when only the first part of what is known of a stretch was read."""
    last = known[-1][0]
    whole = difference(known, [entry for entry in listed if entry[0] <= last])
    shrunk = sum(size for _, size, _ in whole.deleted)
    return replace(whole, added=[], changed=[], unchanged=0, growth=-shrunk)


def _counted(counts: Counts, found: Difference, listed: int, skipped: int) -> Counts:
    return Counts(
        listed=counts.listed + listed,
        added=counts.added + len(found.added),
        changed=counts.changed + len(found.changed),
        deleted=counts.deleted + len(found.deleted),
        unchanged=counts.unchanged + found.unchanged,
        skipped=counts.skipped + skipped,
    )


def _applied(begun: Pass) -> Applied:
    return Applied(cursor=begun.cursor, passed=begun.passed, counts=begun.counts)
