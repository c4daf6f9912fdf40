"""How a dataset gets the pictures that were sent in, and is divided among people. Inside the house's transactions."""

from __future__ import annotations

from jobyard.datasets import rows
from jobyard.datasets.assignment import Assignment, AssignmentKind
from jobyard.datasets.merge import Difference
from jobyard.datasets.paths import PATH_LIMIT, shown
from jobyard.datasets.record import Dataset
from jobyard.datasets.tables import assignments
from jobyard.datasets.tables import datasets as table
from jobyard.datasets.work import tables
from jobyard.datasets.work.messages import PICTURES_AT_ONCE, Division, Pictures
from jobyard.job.errors import Conflict, Invalid, NotFound
from jobyard.store.contract import Transaction

_SIDE = 2**31 - 1
_PARTS = 10_000


def require_unfinished(transaction: Transaction, dataset: Dataset) -> None:
    """Raise Conflict for a dataset that has its pictures: with the division they are whole."""
    if assignments.of(transaction, dataset.number):
        raise Conflict(reason="The dataset has its pictures already.")


def empty(transaction: Transaction, dataset: Dataset) -> None:
    """Forget the samples that an earlier attempt left half done."""
    tables.empty(transaction, dataset.number)


def take(transaction: Transaction, dataset: Dataset, batch: Pictures, now: int) -> int:
    """Take in the next pictures as samples; return the frame behind the last one. Those that are there already stay."""
    require_unfinished(transaction, dataset)
    _check(batch)
    held = rows.lock(transaction, dataset.id)
    if held is None:
        raise NotFound(what="dataset", name=dataset.name)
    there = held.next_sample - 1
    if batch.first > there:
        raise Conflict(reason=f"The pictures behind frame {there - 1} are missing.")
    fresh = batch.pictures[there - batch.first :]
    if fresh:
        added = [(one.path, one.size, one.mtime_ns, "") for one in fresh]
        growth = sum(one.size for one in fresh)
        difference = Difference(added=added, changed=[], deleted=[], unchanged=0, growth=growth, gone=[])
        rows.write(transaction, held, difference, now)
        tables.measure(
            transaction, dataset.number, [(frame, one.width, one.height) for frame, one in enumerate(fresh, there)]
        )
    return max(there, batch.first + len(batch.pictures))


def divide(transaction: Transaction, dataset: Dataset, division: Division, now: int) -> None:
    """Divide a dataset's frames among people; with that its pictures are whole. Asked again, nothing happens."""
    if assignments.of(transaction, dataset.number):
        return
    last = tables.last_frame(transaction, dataset.number)
    _check_parts(division, last)
    for first, upto in division.parts:
        whole = Assignment(dataset=dataset.number, kind=AssignmentKind.ANNOTATION, first=first, last=upto)
        parent = assignments.insert(transaction, whole, now)
        for _ in range(division.replicas):
            replica = Assignment(
                dataset=dataset.number, kind=AssignmentKind.REPLICA, parent=parent, first=first, last=upto
            )
            assignments.insert(transaction, replica, now)
    chosen = tuple(sorted(set(division.truth)))
    if chosen:
        truth = Assignment(
            dataset=dataset.number,
            kind=AssignmentKind.GROUND_TRUTH,
            first=chosen[0],
            last=chosen[-1],
            frames=chosen,
        )
        assignments.insert(transaction, truth, now)
    table.touch(transaction, dataset.number, now)


def _check_parts(division: Division, last: int) -> None:
    if not 1 <= len(division.parts) * (1 + division.replicas) <= _PARTS:
        raise Invalid(reason=f"A dataset is divided into 1 to {_PARTS} parts.")
    covered = -1
    for first, upto in sorted(division.parts):
        if not 0 <= first <= upto <= last or first > covered + 1:
            raise Invalid(reason=f"Frames {first} to {upto} are no part of the frames 0 to {last}.")
        covered = max(covered, upto)
    if covered != last or any(not 0 <= frame <= last for frame in division.truth):
        raise Invalid(reason=f"The parts end with frame {covered}, and the last one is {last}.")


def _check(batch: Pictures) -> None:
    if not 1 <= len(batch.pictures) <= PICTURES_AT_ONCE or batch.first < 0:
        raise Invalid(reason=f"1 to {PICTURES_AT_ONCE} pictures are handed over at once.")
    for one in batch.pictures:
        whole = one.path and len(one.path) <= PATH_LIMIT and b"\0" not in one.path
        if not whole or one.size < 0 or not (0 < one.width <= _SIDE and 0 < one.height <= _SIDE):
            raise Invalid(reason=f"The picture {shown(one.path, 200)} cannot be one.")
