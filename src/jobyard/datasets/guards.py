"""What keeps a synchronization from doing harm: lost rights, batches that are no stretch, and unmeant deletions."""

from __future__ import annotations

from collections.abc import Sequence

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.datasets.merge import Difference
from jobyard.datasets.messages import BATCH_LIMIT, LEAVES_LIMIT, Batch, Entry, Kept, Part
from jobyard.datasets.paths import PATH_LIMIT, shown
from jobyard.datasets.record import Dataset
from jobyard.datasets.rows import Pass
from jobyard.engine.standing import present
from jobyard.job.errors import Invalid, Refused, SourceEmptied, TooManyGone
from jobyard.job.record import Job
from jobyard.store.contract import View

_NUMBER_LIMIT = 2**63
_ETAG_LIMIT = 200
_DIGEST_LIMIT = 64


def check(batch: Batch) -> None:
    """Raise Invalid for a batch that cannot be a stretch of a source; what is deleted depends on it."""
    if batch.skipped < 0 or batch.length + sum(part.length for part in batch.parts) > BATCH_LIMIT:
        raise Invalid(reason=f"A batch holds up to {BATCH_LIMIT} entries.")
    if batch.length and batch.digest:
        raise Invalid(reason="A batch holds either entries or the digest of them.")
    if bool(batch.parts) is not (batch.kept is not None) or (batch.parts and not batch.digest):
        raise Invalid(reason="Parts of a stretch come with its digest, and with what is kept of it from now on.")
    if batch.upto is not None and (batch.upto < _last(batch) or batch.upto == batch.start):
        raise Invalid(reason="The batch ends before its last entry.")
    if batch.kept is not None:
        _check_parts(batch, batch.kept)


def require_owner(view: View, job: Job, dataset: Dataset) -> None:
    """Raise Refused unless a job's owner may still have the dataset synchronized: it may have waited for long."""
    owner = present(view, job.owner)
    if owner is None:
        raise Refused(verb=f"have this done: {job.owner} may not sign in any more")
    if not rules.may(owner, Verb.SUBMIT, dataset):
        raise Refused(verb=f"synchronize {dataset.name} any more")


def guard(dataset: Dataset, job: Job, begun: Pass, found: Difference, *, empty: bool) -> None:
    """Raise SourceEmptied or TooManyGone where more would be deleted than whoever submitted the job has agreed to.

    `empty` says that no sample is known to be where the batch is, or further on. An empty source is more often a disk
    that is not there.
    """
    if found.deleted and empty and not begun.counts.listed and job.parameters.get("allow_empty") is not True:
        raise SourceEmptied(path=dataset.source, samples=dataset.samples)
    limit = job.parameters.get("delete_limit")
    if isinstance(limit, int) and begun.counts.deleted + len(found.deleted) > limit:
        raise TooManyGone(path=dataset.source, samples=begun.expected, limit=limit)


def check_order(start: bytes, entries: Sequence[Entry]) -> None:
    """Raise Invalid for entries that are not sorted, begin before their stretch, or cannot be kept.

    What is known already is none of these, so a stretch in which nothing changed need not be looked at.
    """
    last = start
    for path, size, mtime_ns, etag in entries:
        if path <= last or len(path) > PATH_LIMIT or b"\0" in path:
            raise Invalid(reason=f"The batch is not in order at {shown(path, 200)}.")
        if not 0 <= size < _NUMBER_LIMIT or not -_NUMBER_LIMIT <= mtime_ns < _NUMBER_LIMIT or len(etag) > _ETAG_LIMIT:
            raise Invalid(reason=f"The numbers of {shown(path, 200)} are out of range.")
        last = path


def _last(told: Batch | Part) -> bytes:
    """Return the last path that is told of, or where the stretch begins."""
    return max((entries[-1][0] for entries in (told.entries, told.label_files) if entries), default=told.start)


def _check_parts(batch: Batch, kept: Kept) -> None:
    """Raise Invalid for parts that are not in order, or lie outside of their stretch."""
    if len(kept.digest) > _DIGEST_LIMIT or len(kept.leaves) > LEAVES_LIMIT:
        raise Invalid(reason="What is to be kept of the stretch is too long.")
    last: bytes | None = batch.start
    for part in batch.parts:
        if (
            last is None
            or part.start < last
            or (part.upto is not None and (part.upto <= part.start or part.upto < _last(part)))
        ):
            raise Invalid(reason="The parts of the batch are not in order.")
        last = part.upto
        check_order(part.start, part.entries)
        check_order(part.start, part.label_files)
    if batch.upto is not None and (last is None or last > batch.upto):
        raise Invalid(reason="The batch ends before its last part.")
