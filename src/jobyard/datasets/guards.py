"""What keeps a synchronization from doing harm: lost rights, batches that are no stretch, and unmeant deletions."""

from __future__ import annotations

from collections.abc import Sequence

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.datasets.merge import Difference
from jobyard.datasets.messages import BATCH_LIMIT, Batch, Entry
from jobyard.datasets.paths import PATH_LIMIT, shown
from jobyard.datasets.record import Dataset
from jobyard.datasets.rows import Pass
from jobyard.engine.standing import present
from jobyard.job.errors import Invalid, Refused, SourceEmptied, TooManyGone
from jobyard.job.record import Job
from jobyard.store.contract import View

_NUMBER_LIMIT = 2**63
_ETAG_LIMIT = 200


def check(batch: Batch) -> None:
    """Raise Invalid for a batch that cannot be a stretch of a source; what is deleted depends on it."""
    count = len(batch.entries) + len(batch.label_files)
    if count > BATCH_LIMIT or batch.skipped < 0:
        raise Invalid(reason=f"A batch holds up to {BATCH_LIMIT} entries.")
    if count and batch.digest:
        raise Invalid(reason="A batch holds either entries or the digest of them.")
    last = max((entries[-1][0] for entries in (batch.entries, batch.label_files) if entries), default=batch.start)
    if batch.upto is not None and (batch.upto < last or batch.upto == batch.start):
        raise Invalid(reason="The batch ends before its last entry.")


def require_owner(view: View, job: Job, dataset: Dataset) -> None:
    """Raise Refused unless a job's owner may still have the dataset synchronized: it may have waited for long."""
    owner = present(view, job.owner)
    if owner is None:
        raise Refused(verb=f"have this done: {job.owner} may not sign in any more")
    if not rules.may(owner, Verb.SUBMIT, dataset):
        raise Refused(verb=f"synchronize {dataset.name} any more")


def guard(dataset: Dataset, job: Job, begun: Pass, batch: Batch, found: Difference) -> None:
    """Raise SourceEmptied or TooManyGone where more would be deleted than whoever submitted the job has agreed to.

    An empty source is more often a disk that is not there.
    """
    nothing = not batch.entries and not begun.counts.listed
    if found.deleted and nothing and job.parameters.get("allow_empty") is not True:
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
