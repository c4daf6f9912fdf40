"""How an experiment stands: the six states of its job and four marks, and which of these may follow which.

A mark is kept on the job. It says something more of a job that has ended (closed, publishing, published), or that
nobody knows any more how it stands (unknown); a change of state takes it away.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from jobyard.job.record import Job, Reason
from jobyard.job.states import State

MARK = "standing"
"""The mark's name on a job."""


class Standing(StrEnum):
    """The state of a job, or its mark."""

    DRAFT = "draft"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CLOSED = "closed"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    UNKNOWN = "unknown"


MARKS = frozenset({Standing.CLOSED, Standing.PUBLISHING, Standing.PUBLISHED, Standing.UNKNOWN})
"""What is said by a mark."""

_D, _Q, _R = Standing.DRAFT, Standing.QUEUED, Standing.RUNNING
_S, _F, _C = Standing.SUCCEEDED, Standing.FAILED, Standing.CANCELLED
_L, _I, _P = Standing.CLOSED, Standing.PUBLISHING, Standing.PUBLISHED

ALLOWED: Mapping[Standing, frozenset[Standing]] = MappingProxyType(
    {
        _D: frozenset({_Q, _R}),
        _Q: frozenset({_D, _R, _C}),
        _R: frozenset({_C, _F, _D, _S}),
        _C: frozenset({_L, _D, _F, _Q, _R, _P, _I, _S}),
        _L: frozenset({_D, _F, _P, _I, _C}),
        _F: frozenset({_D, _C, _P, _Q}),
        _I: frozenset({_P}),
        _P: frozenset(),
        _S: frozenset({_P, _R, _D}),
        Standing.UNKNOWN: frozenset(),
    }
)
"""What may follow without force, beside staying as it is."""


def standing(job: Job) -> Standing:
    """Return how an experiment stands by its job.

    One that was claimed and has not begun is still in line, and one whose program went away was stopped by that.
    """
    mark = job.marks.get(MARK)
    if mark in MARKS:
        return Standing(mark)
    if job.state is State.RUNNING and job.begun_at is None:
        return Standing.QUEUED
    if job.state is State.FAILED and job.failure is not None and job.failure.reason is Reason.LOST:
        return Standing.CANCELLED
    return Standing(job.state.value)


def state_for(wanted: Standing, now: State) -> State:
    """Return the state in which a job stands so; a mark is set on what it is, or on what ended well."""
    if wanted not in MARKS:
        return State(wanted.value)
    ended = now in {State.SUCCEEDED, State.FAILED, State.CANCELLED}
    return now if ended or wanted is Standing.UNKNOWN else State.SUCCEEDED
