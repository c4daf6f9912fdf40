"""How what was merged becomes what was said in the assignments it was merged for. Inside the house's transactions."""

from __future__ import annotations

from msgspec.structs import replace

from jobyard.datasets.assignment import Assignment, AssignmentKind, Stage, Work
from jobyard.datasets.record import Dataset
from jobyard.datasets.tables import assignments
from jobyard.datasets.work import staging
from jobyard.datasets.work.messages import United
from jobyard.job.errors import Conflict, Invalid
from jobyard.job.record import Job
from jobyard.store.contract import Transaction


def unite(transaction: Transaction, job: Job, dataset: Dataset, united: United, now: int) -> int:
    """Replace what was said in these assignments by what was taken in aside, and call them completed; tell how much."""
    there = {one.number: one for one in assignments.of(transaction, dataset.number)}
    chosen = list[Assignment]()
    for number in united.assignments:
        one = there.get(number)
        if one is None or one.kind is not AssignmentKind.ANNOTATION:
            raise Invalid(reason=f"Assignment {number} holds no annotations of the dataset's own.")
        if one.stage is not Stage.ANNOTATION:
            raise Conflict(
                reason=f"Assignment {number} is past its annotation; merging would replace what was checked."
            )
        chosen.append(one)
    kept = staging.swap_parts(transaction, job, dataset, [(one.first, one.last) for one in chosen], now)
    for one in chosen:
        assignments.update(transaction, replace(one, state=Work.COMPLETED), now)
    return kept
