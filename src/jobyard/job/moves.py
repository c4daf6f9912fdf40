"""How a job changes: one pure function a verb, (job, ..., now) -> Change or a Fault. No input, no output, no clock.

Every function asks the table in `states` whether the arrow exists; every word of a holder is fenced by its attempt.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from jobyard.job.errors import StaleAttempt, WrongState
from jobyard.job.events import Change, Event, EventType
from jobyard.job.record import Attempt, Failure, Job, Progress, Reason
from jobyard.job.states import Arrow, State, after

HOUSE = "jobyard"
"""The actor of what the house does by itself."""
LOSSES = 3
"""Attempts in a row that may end with their worker; then the work itself counts as what kills workers."""


def submit(job: Job, now: int, actor: str) -> Change:
    """Write a new job down: as a draft, or in line at once when its state says queued."""
    fresh = replace(job, revision=1, created_at=now, queued_at=now if job.state is State.QUEUED else None)
    event = _event(fresh, EventType.SUBMITTED, now, actor)
    return Change(job=fresh, events=(event,))


def release(job: Job, now: int, actor: str, due_at: int | None = None, turn: int = 0) -> Change:
    """Put a draft in line with all its tries."""
    moved = _move(job, Arrow.RELEASE, queued_at=now, due_at=due_at, turn=turn, failures=0, failure=None)
    return _change(moved, EventType.RELEASED, now, actor)


def withdraw(job: Job, now: int, actor: str) -> Change:
    """Take a queued job out of the line; it is a draft again."""
    moved = _move(job, Arrow.WITHDRAW, queued_at=None, due_at=None)
    return _change(moved, EventType.WITHDRAWN, now, actor)


def claim(job: Job, now: int, worker: str, lease: int) -> Change:
    """Give the job to a worker for `lease` microseconds, under a new attempt number."""
    if job.external:
        raise WrongState(state=f"{job.state} and run by its own client", verb="claim")
    return _take(job, Arrow.CLAIM, EventType.CLAIMED, now, f"worker:{worker}", worker, lease)


def start(job: Job, now: int, actor: str, lease: int) -> Change:
    """Note that an external job's own client runs it now; the attempt counts as begun."""
    if not job.external:
        raise WrongState(state=f"{job.state} and run by our workers", verb="start")
    return _take(job, Arrow.START, EventType.STARTED, now, actor, actor, lease)


def begin(job: Job, attempt: int, now: int, since: int = 0) -> Change:
    """Note that the attempt's work began, `since` microseconds ago; saying it twice tells nothing more."""
    _fence(job, attempt)
    if job.begun_at is not None:
        return Change(job=_move(job, Arrow.BEGIN))
    moved = _move(job, Arrow.BEGIN, begun_at=max(now - max(since, 0), min(job.started_at or 0, now)))
    changed = _change(moved, EventType.BEGUN, now, _holder(job))
    return replace(changed, attempt=_attempt(moved))


def beat(job: Job, attempt: int, now: int, lease: int) -> Change:
    """Renew the lease to `lease` microseconds from now."""
    _fence(job, attempt)
    return Change(job=_move(job, Arrow.BEAT, lease_until=now + lease))


def report(job: Job, attempt: int, now: int, lease: int, progress: Progress) -> Change:
    """Take the holder's progress; it renews the lease as a beat does."""
    _fence(job, attempt)
    told = replace(progress, at=now)
    return Change(job=_move(job, Arrow.REPORT, lease_until=now + lease, progress=told))


def finish(job: Job, attempt: int, now: int, result: Any = None, results_until: int | None = None) -> Change:
    """End the attempt well. This wins over a wish to cancel that came too late."""
    _fence(job, attempt)
    full = job.progress and replace(job.progress, done=job.progress.total or job.progress.done, at=now)
    moved = _end(job, Arrow.FINISH, now, result=result, failure=None, results_until=results_until, progress=full)
    return _ended(job, moved, EventType.FINISHED, now, Arrow.FINISH)


def fail(job: Job, attempt: int, now: int, failure: Failure, results_until: int | None = None) -> Change:
    """End the attempt badly, for good."""
    _fence(job, attempt)
    moved = _end(job, Arrow.FAIL, now, failure=failure, failures=job.failures + 1, results_until=results_until)
    return _ended(job, moved, EventType.FAILED, now, Arrow.FAIL, failure, {"failure": _told(failure)})


def back_off(job: Job, attempt: int, now: int, failure: Failure, due_at: int | None) -> Change:
    """End the attempt badly and put the job in line for `due_at`; under a wish to cancel it is cancelled instead.

    Where that is None, it is in line at its old place.
    """
    if job.cancelling:
        return stop(job, attempt, now)
    _fence(job, attempt)
    gone = failure.reason is Reason.LOST
    burnt = {"losses": job.losses + 1} if gone else {"losses": 0, "failures": job.failures + 1}
    moved = _end(job, Arrow.BACK_OFF, now, failure=failure, queued_at=now, due_at=due_at, **burnt)
    data = {"failure": _told(failure), "due_at": now if due_at is None else due_at}
    return _ended(job, moved, EventType.BACKED_OFF, now, Arrow.BACK_OFF, failure, data)


def give_back(job: Job, attempt: int, now: int, results_until: int | None = None) -> Change:
    """Put a claimed job in line again without burning a try; under a wish to cancel it is cancelled instead.

    `results_until` says when the files of earlier attempts expire then.
    """
    if job.cancelling:
        return stop(job, attempt, now, results_until)
    _fence(job, attempt)
    moved = _end(job, Arrow.GIVE_BACK, now, due_at=None)
    return _ended(job, moved, EventType.GIVEN_BACK, now, Arrow.GIVE_BACK)


def cancel(job: Job, now: int, actor: str, results_until: int | None = None, because: Failure | None = None) -> Change:
    """End what waits at once; for what runs, leave a wish that the holder learns with its next beat.

    `results_until` says when the files of earlier attempts expire, where there are any; `because` says why the house
    does it by itself.
    """
    if job.cancelling:
        return Change(job=_move(job, Arrow.CANCEL))
    if job.state is State.RUNNING:
        moved = _move(job, Arrow.CANCEL, cancel_asked_at=now, cancel_asked_by=actor)
        return _change(moved, EventType.CANCEL_ASKED, now, actor)
    asked = {"cancel_asked_at": now, "cancel_asked_by": actor, "results_until": results_until}
    moved = _move(job, Arrow.CANCEL, finished_at=now, due_at=None, failure=because, **asked)
    return _change(moved, EventType.CANCELLED, now, actor, {"failure": _told(because)} if because else None)


def stop(job: Job, attempt: int, now: int, results_until: int | None = None) -> Change:
    """Note that the holder stopped the work as was wished."""
    _fence(job, attempt)
    if not job.cancelling:
        raise WrongState(state="running without a wish to cancel", verb="stop")
    moved = _end(job, Arrow.STOP, now, failure=None, results_until=results_until)
    changed = _ended(job, moved, EventType.CANCELLED, now, Arrow.STOP)
    named = tuple(replace(event, actor=job.cancel_asked_by or event.actor) for event in changed.events)
    return replace(changed, events=named)


def lose(job: Job, attempt: int, now: int, failure: Failure, due_at: int, results_until: int | None = None) -> Change:
    """End an attempt whose holder is gone or broke: cancelled if wished, else tried again while tries are left.

    A worker that went away burns no try: that was the house's doing, not the work's. But a work that loses LOSSES
    workers in a row (or as many as it has tries) counts as what kills them. What nobody began keeps its place in line.
    """
    if job.cancelling:
        return stop(job, attempt, now, results_until)
    gone = failure.reason is Reason.LOST
    again = job.losses + 1 < max(LOSSES, job.tries) if gone else job.failures + 1 < job.tries
    if again and not job.external:
        return back_off(job, attempt, now, failure, None if gone and job.begun_at is None else due_at)
    return fail(job, attempt, now, failure, results_until)


def retry(job: Job, now: int, actor: str, due_at: int | None = None, turn: int = 0, waits: int = 0) -> Change:
    """Put a final job in line once more with all its tries; what earlier attempts left stays in the history.

    `waits` says how many of the jobs it waits for have not ended as it needs.
    """
    moved = _move(
        job,
        Arrow.RETRY,
        queued_at=now,
        due_at=due_at,
        turn=turn,
        waits=waits,
        started_at=None,
        begun_at=None,
        finished_at=None,
        progress=None,
        cancel_asked_at=None,
        cancel_asked_by=None,
        **_FRESH,
    )
    return _change(moved, EventType.RETRIED, now, actor)


def edit(job: Job, now: int, actor: str, changes: Mapping[str, Any]) -> Change:
    """Change fields of a job that waits, by name; what stays the same is not told."""
    fresh = {name: value for name, value in changes.items() if getattr(job, name) != value}
    moved = _move(job, Arrow.EDIT, **fresh)
    if not fresh:
        return Change(job=moved)
    told = {name: [getattr(job, name), value] for name, value in fresh.items() if name != "turn"}
    return _change(moved, EventType.EDITED, now, actor, told)


def meet(job: Job, now: int, needed: str, left: int, turn: int | None = None) -> Change:
    """Note that a job which this one waits for has ended, and that it waits for `left` others still.

    `turn` is the one that it gets when it joins the line by that.
    """
    moved = _move(job, Arrow.MEET, waits=left, turn=job.turn if turn is None else turn)
    return _change(moved, EventType.MET, now, HOUSE, {"needed": needed, "left": left})


def keep(job: Job, now: int, actor: str, until: int | None, *, always: bool = False) -> Change:
    """Let the results live until `until` (None: without end); `always` also spares the record from pruning by age."""
    moved = _move(job, Arrow.KEEP, results_until=until, kept=always)
    return _change(moved, EventType.KEPT, now, actor, {"until": until, "always": always})


def expire(job: Job, now: int) -> Change:
    """Note that the result files are gone because their time was over."""
    moved = _move(job, Arrow.EXPIRE, results_until=None, results_expired=True)
    return _change(moved, EventType.EXPIRED, now, HOUSE)


def mark(job: Job, now: int, actor: str, marks: dict[str, Any]) -> Change:
    """Write marks of a face; a mark of None is taken away."""
    merged = {name: value for name, value in {**job.marks, **marks}.items() if value is not None}
    moved = _move(job, Arrow.MARK, marks=merged)
    return _change(moved, EventType.MARKED, now, actor, {"marks": sorted(marks)})


def delete(job: Job, now: int, actor: str) -> Event:
    """Return the last event of a job that is being removed; the caller has checked that it may be."""
    told = {"owner": job.owner, "project": job.project, "queue": job.queue, "kind": job.kind, "name": job.name}
    return replace(_event(job, EventType.DELETED, now, actor, told), revision=job.revision + 1)


def late(job: Job, attempt: int, now: int, actor: str, verb: str) -> Event:
    """Return the event that tells of a late word that was turned away; the job stays as it is."""
    return _event(job, EventType.REFUSED, now, actor, {"attempt": attempt, "verb": verb})


def holds(job: Job, attempt: int) -> bool:
    """Tell whether this attempt is the one that runs the job now: the fence before every word of a holder."""
    return job.state is State.RUNNING and job.attempt == attempt


def lost(job: Job, fate: str = "stopped answering") -> Failure:
    """Return the failure of an attempt whose holder is gone; `fate` says what is known of it."""
    return Failure(reason=Reason.LOST, message=f"The worker {job.worker} {fate} while it ran this job.")


_FRESH: Mapping[str, Any] = MappingProxyType(
    {"failures": 0, "losses": 0, "failure": None, "result": None, "results_until": None, "results_expired": False}
)
"""What a job that is asked to run forgets of its earlier runs; the attempts and events remember."""


def _take(job: Job, arrow: Arrow, event: EventType, now: int, actor: str, worker: str, lease: int) -> Change:
    begun = now if arrow is Arrow.START else None
    moved = _move(
        job,
        arrow,
        attempt=job.attempt + 1,
        worker=worker,
        lease_until=now + lease,
        started_at=now,
        begun_at=begun,
        finished_at=None,
        due_at=None,
        progress=None,
        cancel_asked_at=None,
        cancel_asked_by=None,
        **(_FRESH if arrow is Arrow.START else {}),
    )
    return replace(_change(moved, event, now, actor), attempt=_attempt(moved))


def _fence(job: Job, attempt: int) -> None:
    if not holds(job, attempt):
        raise StaleAttempt(id=job.id, attempt=attempt, state=job.state.value, newest=job.attempt)


def _move(job: Job, arrow: Arrow, **fields: Any) -> Job:
    state = after(job.state, arrow)
    if state is None:
        raise WrongState(state=job.state.value, verb=arrow.value.replace("_", " "))
    return replace(job, state=state, revision=job.revision + 1, **fields)


def _end(job: Job, arrow: Arrow, now: int, **fields: Any) -> Job:
    state = after(job.state, arrow)
    finished = None if state is State.QUEUED else now
    return _move(job, arrow, worker=None, lease_until=None, finished_at=finished, **fields)


def _ended(
    job: Job,
    moved: Job,
    event: EventType,
    now: int,
    arrow: Arrow,
    failure: Failure | None = None,
    data: dict[str, Any] | None = None,
) -> Change:
    ended = replace(_attempt(job), ended_at=now, outcome=arrow.value, failure=failure)
    # Of a holder who is gone the house speaks.
    actor = HOUSE if failure is not None and failure.reason is Reason.LOST else _holder(job)
    return replace(_change(moved, event, now, actor, data), attempt=ended)


def _holder(job: Job) -> str:
    """Return as whom the one who runs a job is told: one of our workers, or the user whose own client does."""
    return str(job.worker) if job.external else f"worker:{job.worker}"


def _attempt(job: Job) -> Attempt:
    return Attempt(
        number=job.attempt,
        worker=job.worker or "",
        claimed_at=job.started_at or 0,
        begun_at=job.begun_at,
    )


def _told(failure: Failure) -> dict[str, str]:
    return {"reason": failure.reason.value, "message": failure.message}


def _change(job: Job, event: EventType, now: int, actor: str, data: dict[str, Any] | None = None) -> Change:
    return Change(job=job, events=(_event(job, event, now, actor, data),))


def _event(job: Job, type_: EventType, now: int, actor: str, data: dict[str, Any] | None = None) -> Event:
    return Event(
        job=job.id,
        type=type_,
        at=now,
        actor=actor,
        state=job.state,
        revision=job.revision,
        attempt=job.attempt,
        data=data or {},
    )
