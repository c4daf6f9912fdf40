"""Whether a job passes a filter, in plain Python: the meaning that the SQL of the other stores must have."""

from __future__ import annotations

from collections.abc import Iterable

from jobyard.job.filters import WORD_LIMIT, Cursor, Filter, Order, lowered, searchable, words
from jobyard.job.record import Job
from jobyard.store.facets import format_of, numbers


def matches(job: Job, filter_: Filter, workers: Iterable[str]) -> bool:
    """Tell whether the job is meant by the filter. `workers` are those that had its attempts."""
    return (
        (not filter_.workers or not filter_.workers.isdisjoint(workers))
        and _is_one_of(job, filter_)
        and _was_in_time(job, filter_)
        and _is_labelled(job, filter_)
        and (filter_.marked is None or filter_.marked in numbers(job))
        and _reads(job, filter_)
    )


def sort_value(job: Job, order: Order) -> int | None:
    """Return what a list is sorted by; None for a job that the list leaves out."""
    match order:
        case Order.NEWEST | Order.OLDEST:
            return job.number
        case Order.PRIORITY:
            return job.priority
        case Order.ENDED:
            return job.finished_at


def rank(cursor: Cursor, order: Order) -> tuple[int, int]:
    """Return a key that ascends along the list."""
    match order:
        case Order.NEWEST:
            return (-cursor.value, 0)
        case Order.OLDEST:
            return (cursor.value, 0)
        case Order.ENDED:
            return (-cursor.value, -cursor.number)
        case Order.PRIORITY:
            return (-cursor.value, cursor.number)


def _is_one_of(job: Job, filter_: Filter) -> bool:
    sets: list[tuple[frozenset[str], str | None]] = [
        (frozenset(state.value for state in filter_.states), job.state.value),
        (filter_.kinds, job.kind),
        (filter_.owners, job.owner),
        (filter_.projects, job.project),
        (filter_.queues, job.queue),
        (filter_.faces, job.face),
        (filter_.ids, job.id),
    ]
    resource = job.resource
    wanted = [
        (filter_.parent, job.parent),
        (filter_.schedule, job.schedule),
        (filter_.origin, job.origin),
        (filter_.after, filter_.after if filter_.after in job.after else None),
        (filter_.resource_type, resource.type if resource else None),
        (filter_.resource_id, resource.id if resource else None),
        (filter_.format and lowered(filter_.format), format_of(job.parameters)),
    ]
    return all(not among or value in among for among, value in sets) and all(
        want is None or want == value for want, value in wanted
    )


def _was_in_time(job: Job, filter_: Filter) -> bool:
    return _within(job.created_at, filter_.created_from, filter_.created_to) and _within(
        job.finished_at, filter_.finished_from, filter_.finished_to
    )


def _within(value: int | None, lowest: int | None, end: int | None) -> bool:
    if lowest is None and end is None:
        return True
    if value is None:
        return False
    return (lowest is None or value >= lowest) and (end is None or value < end)


def _is_labelled(job: Job, filter_: Filter) -> bool:
    return all(name in job.labels and (value is None or job.labels[name] == value) for name, value in filter_.labels)


def _reads(job: Job, filter_: Filter) -> bool:
    wanted = words(filter_.text)[:WORD_LIMIT]
    if not wanted:
        return True
    found = searchable(job).split()
    return all(any(word.startswith(want) for word in found) for want in wanted)
