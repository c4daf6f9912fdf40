"""Annotations that are read from a file are taken in aside, where nobody sees them, and swapped in all at once.

So a file that turns out broken at its end has changed nothing. Aside is a layer of a negative number, an attempt's own.
What a job has swapped in is remembered until it ends well: an attempt after that swaps nothing in a second time.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
from msgspec import Struct

from jobyard.datasets import sight
from jobyard.datasets.annotation_checks import FRAME_LIMIT
from jobyard.datasets.assignment import Assignment
from jobyard.datasets.record import Dataset
from jobyard.datasets.tables import activities, assignments, labels
from jobyard.datasets.tables import annotations as kept
from jobyard.datasets.tables import datasets as table
from jobyard.datasets.tables.activities import Activity
from jobyard.datasets.work import swapping, tables
from jobyard.datasets.work.messages import Aside, Swap
from jobyard.datasets.work.taking import take_in
from jobyard.engine.standing import present
from jobyard.job.errors import Conflict, NotFound, Refused
from jobyard.job.filters import Filter, Query
from jobyard.job.record import Job
from jobyard.job.states import Arrow, State
from jobyard.store.contract import Card, Transaction, View

_AT_ONCE = 20_000
_WHOLE = (0, FRAME_LIMIT)
_ATTEMPTS = 1 << 20


class _Heard(Struct, frozen=True, kw_only=True):
    """What a job has asked for, so that it may ask again when an answer is lost, or its worker."""

    parcels: int = 0
    """How many the attempt has handed over."""
    swapped: int | None = None
    """How much was swapped in; None before that."""
    job: str = ""
    """The job's id."""
    attempt: int = 0
    """The one that swapped."""
    result: dict[str, Any] = {}
    """What the job returns of that."""


def begin(transaction: Transaction, job: Job, dataset: Dataset) -> bool:
    """Forget some of what this job, or one that has ended, left aside; tell whether there may be more."""
    running = Filter(states=frozenset({State.RUNNING}), resource_type="dataset", resource_id=dataset.id)
    others = [one for one in transaction.find(Query(filter=running, limit=100)).jobs if one.id != job.id]
    theirs, numbers = {_aside(one) for one in others}, {one.number for one in others}
    for layer in tables.aside(transaction, dataset.number):
        if layer not in theirs and kept.drop_some(transaction, dataset.number, _AT_ONCE, layer):
            return True
    for card in transaction.cards(kept.ASIDE, prefix=f"{dataset.id}/"):
        if int(card.id.rpartition("/")[2]) not in numbers and not _counts(transaction, _read(card)):
            transaction.drop_card(kept.ASIDE, card.id)
    return False


def done(view: View, job: Job, dataset: Dataset) -> dict[str, Any] | None:
    """Return what a job returns whose earlier attempt has swapped in and then died; None where none has."""
    heard = _heard(view, job, dataset)
    return heard.result if _counts(view, heard) else None


def take(transaction: Transaction, job: Job, dataset: Dataset, aside: Aside) -> None:
    """Take a parcel of annotations in aside, unless it was taken in before.

    Raises Invalid naming the first that does not fit the dataset, and Conflict where a parcel before it is missing.
    """
    heard = _heard(transaction, job, dataset)
    if aside.place < heard.parcels or heard.swapped is not None:
        return
    if aside.place > heard.parcels:
        raise Conflict(reason=f"Parcel {heard.parcels} is missing.")
    known = {label.number: label for label in labels.read(transaction, labels.home(dataset))}
    chosen = _assignment(transaction, job)
    take_in(transaction, (dataset.number, _aside(job)), aside.said, known, None if chosen is None else chosen.holds)
    _note_heard(transaction, job, dataset, _Heard(parcels=heard.parcels + 1))


def swap(transaction: Transaction, job: Job, dataset: Dataset, asked: Swap, now: int) -> int:
    """Let what was taken in aside become what was said, in place of that or beside it; return how much it is.

    Asked again, because the answer was lost or the worker, nothing happens.
    """
    heard = _heard(transaction, job, dataset)
    if heard.swapped is not None:
        return heard.swapped
    chosen = _assignment(transaction, job)
    layer = 0 if chosen is None else chosen.layer
    range_ = _WHOLE if chosen is None else (chosen.first, chosen.last)
    if chosen is not None and not asked.append:
        _require_own(transaction, job, dataset, chosen)
    count = _swapped(transaction, job, (dataset, layer), [] if asked.append else [range_], now)
    result = {"pictures": asked.pictures, "annotations": count, "left_out": asked.left_out}
    _note_swapped(transaction, job, dataset, count, result)
    _note(transaction, job, (dataset.number, layer), "import:annotations", count, now)
    return count


def swap_parts(transaction: Transaction, job: Job, dataset: Dataset, ranges: list[tuple[int, int]], now: int) -> int:
    """Let what was taken in aside become the dataset's own, in place of what was said of these ranges of frames.

    Asked again, nothing happens.
    """
    heard = _heard(transaction, job, dataset)
    if heard.swapped is not None:
        return heard.swapped
    count = _swapped(transaction, job, (dataset, 0), ranges, now)
    _note_swapped(transaction, job, dataset, count, {})
    _note(transaction, job, (dataset.number, 0), "merge:annotations", count, now)
    return count


def _require_own(view: View, job: Job, dataset: Dataset, chosen: Assignment) -> None:
    """Raise Refused where what begins in a part was placed beyond it too, and whoever asked has the part alone."""
    owner = present(view, job.owner)
    if owner is None:
        raise Refused(verb=f"have this done: {job.owner} may not sign in any more")
    parts = sight.workable(view, owner, dataset, chosen.layer)
    if parts is not None:
        reached = swapping.placed_by_tracks(view, dataset.number, chosen.layer, chosen.first, chosen.last)
        sight.require_inside(parts, reached, (chosen.first, chosen.last))


def _note(transaction: Transaction, job: Job, place: tuple[int, int], scope: str, count: int, now: int) -> None:
    """Write down what work did for somebody; a report tells of it, and does not count it as made by hand."""
    if count:
        activities.note(transaction, Activity(0, *place, 0, now, job.owner, scope, count))


def _swapped(
    transaction: Transaction, job: Job, place: tuple[Dataset, int], ranges: list[tuple[int, int]], now: int
) -> int:
    dataset, layer = place
    number, aside = dataset.number, _aside(job)
    more, frames_ = Counter[int](), set[int]()
    for first, last in swapping.joined(ranges):
        if layer == 0:
            more.subtract(swapping.uses(transaction, number, layer, first, last))
            frames_ |= swapping.touched(transaction, number, layer, first, last)
        swapping.drop(transaction, number, layer, first, last)
    after = swapping.uses(transaction, number, aside)
    if layer == 0:
        more.update(after)
        frames_ |= swapping.touched(transaction, number, aside)
    if layer == 0 and ranges == [_WHOLE]:
        tables.point(transaction, number, aside)
    else:
        tables.move_layer(transaction, number, aside, layer)
    if layer == 0:
        swapping.settle(transaction, number, frames_, more)
    table.touch(transaction, number, now)
    return after.total()


def _aside(job: Job) -> int:
    """Return the layer of an attempt, no other one's: a dataset's own may stand there for ever after."""
    return -(job.number * _ATTEMPTS + job.attempt % _ATTEMPTS)


def _counts(view: View, heard: _Heard) -> bool:
    """Tell whether what was swapped in still counts: the job is there, and has not ended well since."""
    # Asked for one alone it would be locked, and jobs that look at each other would wait for each other.
    if heard.swapped is None or not view.jobs([heard.job]):
        return False
    finish = Arrow.FINISH.value
    return all(one.outcome != finish for one in view.attempts(heard.job) if one.number >= heard.attempt)


def _heard(view: View, job: Job, dataset: Dataset) -> _Heard:
    card = view.card(kept.ASIDE, f"{dataset.id}/{job.number}")
    return _Heard() if card is None else _read(card)


def _read(card: Card) -> _Heard:
    return msgspec.json.decode(card.body, type=_Heard)


def _note_swapped(transaction: Transaction, job: Job, dataset: Dataset, count: int, result: dict[str, Any]) -> None:
    heard = _Heard(swapped=count, job=job.id, attempt=job.attempt, result=result)
    _note_heard(transaction, job, dataset, heard)


def _note_heard(transaction: Transaction, job: Job, dataset: Dataset, heard: _Heard) -> None:
    body = msgspec.json.encode(heard).decode()
    transaction.put_card(Card(drawer=kept.ASIDE, id=f"{dataset.id}/{job.number}", body=body))


def _assignment(view: View, job: Job) -> Assignment | None:
    number = job.parameters.get("assignment")
    if number is None:
        return None
    found = assignments.one(view, int(number))
    if found is None:
        raise NotFound(what="assignment", name=str(number))
    return found
