"""The state machine of a job: six states and one table. Everything else about a job is a field or an event."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where a job is in its life."""

    DRAFT = "draft"
    """Written down, not yet asked to run."""
    QUEUED = "queued"
    """Waiting for a worker: its turn, its due time, or its next attempt."""
    RUNNING = "running"
    """Claimed by a worker, or reported as running by its own client."""
    SUCCEEDED = "succeeded"
    """Ended well; its results are kept until they expire."""
    FAILED = "failed"
    """Ended badly; the failure says why."""
    CANCELLED = "cancelled"
    """Ended because somebody asked."""


class Arrow(StrEnum):
    """A named way from one state to another (or back to the same one)."""

    RELEASE = "release"
    """A draft is asked to run."""
    WITHDRAW = "withdraw"
    """A queued job goes back to being a draft."""
    CLAIM = "claim"
    """A worker takes the job: a new attempt with a lease."""
    START = "start"
    """The job's own client says that it runs now (external jobs only)."""
    BEGIN = "begin"
    """The work of the attempt has really begun."""
    BEAT = "beat"
    """The holder is alive: the lease is renewed."""
    REPORT = "report"
    """The holder tells its progress."""
    FINISH = "finish"
    """The work ended well."""
    FAIL = "fail"
    """The work ended badly and is not tried again by itself."""
    BACK_OFF = "back_off"
    """The attempt ended badly; the next one is due after a pause."""
    GIVE_BACK = "give_back"
    """The worker stops before the work began or was done; no try is burnt."""
    CANCEL = "cancel"
    """Somebody asks for the end: at once when nothing runs, as a wish to the holder when it runs."""
    STOP = "stop"
    """The holder has stopped the work, as was wished."""
    RETRY = "retry"
    """A final job is asked to run once more: a new attempt, the old ones kept."""
    KEEP = "keep"
    """Results shall live until another time."""
    EXPIRE = "expire"
    """Results have outlived their time; the record stays."""
    EDIT = "edit"
    """Somebody gives a waiting job another queue, priority, time or other words."""
    MEET = "meet"
    """A job that this one waits for has ended as it needs."""
    MARK = "mark"
    """A face writes a mark that has no state of ours."""


_D, _Q, _R = State.DRAFT, State.QUEUED, State.RUNNING
_S, _F, _C = State.SUCCEEDED, State.FAILED, State.CANCELLED

TABLE: Mapping[tuple[State, Arrow], State] = MappingProxyType(
    {
        (_D, Arrow.RELEASE): _Q,
        (_D, Arrow.START): _R,
        (_D, Arrow.CANCEL): _C,
        (_Q, Arrow.WITHDRAW): _D,
        (_Q, Arrow.CLAIM): _R,
        (_Q, Arrow.START): _R,
        (_Q, Arrow.CANCEL): _C,
        (_R, Arrow.BEGIN): _R,
        (_R, Arrow.BEAT): _R,
        (_R, Arrow.REPORT): _R,
        (_R, Arrow.FINISH): _S,
        (_R, Arrow.FAIL): _F,
        (_R, Arrow.BACK_OFF): _Q,
        (_R, Arrow.GIVE_BACK): _Q,
        (_R, Arrow.CANCEL): _R,
        (_R, Arrow.STOP): _C,
        (_S, Arrow.START): _R,
        (_F, Arrow.START): _R,
        (_C, Arrow.START): _R,
        (_S, Arrow.RETRY): _Q,
        (_F, Arrow.RETRY): _Q,
        (_C, Arrow.RETRY): _Q,
        (_S, Arrow.KEEP): _S,
        (_F, Arrow.KEEP): _F,
        (_C, Arrow.KEEP): _C,
        (_S, Arrow.EXPIRE): _S,
        (_F, Arrow.EXPIRE): _F,
        (_C, Arrow.EXPIRE): _C,
        **{(state, arrow): state for state in (_D, _Q) for arrow in (Arrow.EDIT, Arrow.MEET)},
        **{(state, Arrow.MARK): state for state in State},
    }
)
"""(state, arrow) -> the state after it. A pair that is not here is refused."""

LIVE = frozenset({State.QUEUED, State.RUNNING})
"""States that still ask for work."""
FINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED})
"""States that only retry and start leave."""
REMOVABLE = frozenset({State.DRAFT}) | FINAL
"""States in which a job may be deleted or pruned."""


def after(state: State, arrow: Arrow) -> State | None:
    """Return the state that `arrow` leads to from `state`, or None where there is no such arrow."""
    return TABLE.get((state, arrow))


def may(state: State) -> frozenset[Arrow]:
    """Return every arrow that leaves `state`, the ones back to itself included."""
    return frozenset(arrow for (source, arrow) in TABLE if source is state)
