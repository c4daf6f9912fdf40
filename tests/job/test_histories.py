"""T-02: long random lives. Whatever is asked in whatever order, the promises of a job hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jobyard.job import moves
from jobyard.job.errors import Conflict, StaleAttempt
from jobyard.job.events import Change, Event, EventType
from jobyard.job.record import Attempt, Failure, Job, Progress, Reason
from jobyard.job.states import FINAL, State

pytestmark = pytest.mark.property

LEASE = 30
LONGEST = 60
ENDINGS = {EventType.FINISHED, EventType.FAILED, EventType.CANCELLED}
CLOSERS = ENDINGS | {EventType.BACKED_OFF, EventType.GIVEN_BACK}
OPENERS = {EventType.CLAIMED, EventType.STARTED}
CRASH = Failure(reason=Reason.ERROR, message="crash")
Move = Callable[[Job, int, int], Change]

HOLDER: dict[str, Move] = {
    "begin": moves.begin,
    "beat": lambda job, attempt, now: moves.beat(job, attempt, now, LEASE),
    "report": lambda job, attempt, now: moves.report(job, attempt, now, LEASE, Progress(done=now)),
    "finish": lambda job, attempt, now: moves.finish(job, attempt, now, {"at": now}, now + 50),
    "fail": lambda job, attempt, now: moves.fail(job, attempt, now, CRASH),
    "back_off": lambda job, attempt, now: moves.back_off(job, attempt, now, CRASH, now + 3),
    "give_back": moves.give_back,
    "stop": moves.stop,
    "lose": lambda job, attempt, now: moves.lose(job, attempt, now, moves.lost(job), now),
}
"""What is said under an attempt number."""
PEOPLE: dict[str, Move] = {
    "release": lambda job, _, now: moves.release(job, now, "ada"),
    "withdraw": lambda job, _, now: moves.withdraw(job, now, "ada"),
    "claim": lambda job, _, now: moves.claim(job, now, f"w{now}", LEASE),
    "start": lambda job, _, now: moves.start(job, now, "ada", LEASE),
    "cancel": lambda job, _, now: moves.cancel(job, now, "ada"),
    "retry": lambda job, _, now: moves.retry(job, now, "ada"),
    "keep": lambda job, _, now: moves.keep(job, now, "ada", now + 99),
    "expire": lambda job, _, now: moves.expire(job, now),
    "mark": lambda job, _, now: moves.mark(job, now, "ada", {"n": now}),
    "edit": lambda job, _, now: moves.edit(job, now, "ada", {"priority": now % 3}),
    "meet": lambda job, _, now: moves.meet(job, now, "b" * 32, max(0, job.waits - 1), now),
}
ALL = HOLDER | PEOPLE


class Life:
    """A job with everything that was ever told of it, as a store would keep it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.now = 0
        self.events: list[Event] = []
        self.attempts: dict[int, Attempt] = {}
        self.applied = 0
        self._take(moves.submit(job, 0, "ada"), None)

    def ask(self, name: str, behind: int) -> None:
        """Make one move; a holder's word is spoken `behind` attempts late. A refusal must change nothing."""
        self.now += 1
        before = self.job
        attempt = self.job.attempt - behind
        try:
            change = ALL[name](self.job, attempt, self.now)
        except Conflict as refusal:
            stale = name in HOLDER and (behind > 0 or before.state is not State.RUNNING)
            assert isinstance(refusal, StaleAttempt) == stale
            assert self.job == before
            return
        assert name not in HOLDER or behind == 0, "a late word was taken"
        self._take(change, before)

    def _take(self, change: Change, before: Job | None) -> None:
        assert change.job.revision == (before.revision + 1 if before else 1)
        assert change.guard == change.job.revision - 1
        self.job = change.job
        self.events += change.events
        self.applied += 1
        if change.attempt is not None:
            self._write(change.attempt)

    def _write(self, attempt: Attempt) -> None:
        known = self.attempts.get(attempt.number)
        assert known is None or known.ended_at is None, "an attempt that ended was written again"
        self.attempts[attempt.number] = attempt


steps = st.lists(
    st.tuples(st.sampled_from(sorted(ALL)), st.sampled_from([0, 0, 0, 0, 1, 2])),
    max_size=LONGEST,
)
fresh = st.builds(
    Job,
    id=st.just("a" * 32),
    kind=st.just("k"),
    owner=st.just("ada"),
    state=st.sampled_from([State.DRAFT, State.QUEUED]),
    external=st.booleans(),
    tries=st.integers(1, 4),
)


def _run(job: Job, asked: list[tuple[str, int]]) -> Life:
    life = Life(job)
    for name, behind in asked:
        life.ask(name, behind)
    return life


@given(fresh, steps)
def test_folding_the_events_gives_the_state(job: Job, asked: list[tuple[str, int]]) -> None:
    life = _run(job, asked)
    assert life.events[-1].state is life.job.state
    folded: dict[str, Any] = {"state": None, "attempt": 0}
    for event in life.events:
        folded["state"] = event.state
        folded["attempt"] += event.type in OPENERS
        assert event.attempt == folded["attempt"]
    assert folded == {"state": life.job.state, "attempt": life.job.attempt}


@given(fresh, steps)
def test_an_attempt_ends_once_and_a_final_job_stays_final(job: Job, asked: list[tuple[str, int]]) -> None:
    final = False
    running = False
    for event in _run(job, asked).events:
        if final:
            quiet = {EventType.KEPT, EventType.EXPIRED, EventType.MARKED}
            assert event.type in quiet | {EventType.RETRIED, EventType.STARTED}
        if event.type in OPENERS:
            assert not running
        if event.type in {EventType.FINISHED, EventType.FAILED, EventType.BACKED_OFF, EventType.GIVEN_BACK}:
            assert running
        running = event.type in OPENERS or (running and event.type not in CLOSERS)
        final = event.type in ENDINGS or (final and event.type not in {EventType.RETRIED, EventType.STARTED})
        assert final == (event.state in FINAL)
        assert running == (event.state is State.RUNNING)


@given(fresh, steps)
def test_each_attempt_has_one_record_and_only_the_newest_may_be_open(job: Job, asked: list[tuple[str, int]]) -> None:
    life = _run(job, asked)
    assert sorted(life.attempts) == list(range(1, life.job.attempt + 1))
    opened = [attempt.number for attempt in life.attempts.values() if attempt.ended_at is None]
    assert opened == ([life.job.attempt] if life.job.state is State.RUNNING else [])
    for attempt in life.attempts.values():
        assert (attempt.outcome != "") == (attempt.ended_at is not None)
        assert attempt.begun_at is None or attempt.begun_at >= attempt.claimed_at


@given(fresh, steps)
def test_revisions_of_events_ascend_and_never_pass_the_jobs(job: Job, asked: list[tuple[str, int]]) -> None:
    life = _run(job, asked)
    revisions = [event.revision for event in life.events]
    assert revisions == sorted(set(revisions))
    assert revisions[-1] <= life.job.revision == life.applied


@given(fresh, steps)
def test_no_more_tries_are_burnt_by_losing_than_there_are(job: Job, asked: list[tuple[str, int]]) -> None:
    losing = [(name, behind) for name, behind in asked if name not in {"fail", "back_off"}]
    life = Life(job)
    for name, behind in losing:
        life.ask(name, behind)
        assert life.job.failures <= life.job.tries
        assert life.job.failures < life.job.tries or life.job.final


@given(fresh, steps)
def test_a_wish_to_cancel_ends_in_cancelled_or_an_earlier_end(job: Job, asked: list[tuple[str, int]]) -> None:
    wished = False
    for event in _run(job, asked).events:
        if wished:
            assert event.type in ENDINGS | {EventType.BEGUN, EventType.MARKED}
        wished = event.type is EventType.CANCEL_ASKED or (wished and event.type not in ENDINGS)


@given(fresh, steps)
def test_what_runs_has_a_holder_and_what_does_not_has_none(job: Job, asked: list[tuple[str, int]]) -> None:
    life = Life(job)
    for name, behind in asked:
        life.ask(name, behind)
        runs = life.job.state is State.RUNNING
        assert (life.job.worker is not None) == (life.job.lease_until is not None) == runs
        assert (life.job.finished_at is not None) == life.job.final
        assert life.job.results_until is None or life.job.final
        assert not life.job.cancelling or runs


@given(fresh, steps, st.sampled_from(sorted(HOLDER)), st.integers(1, 5))
def test_an_old_attempt_number_is_refused_at_any_time(
    job: Job, asked: list[tuple[str, int]], word: str, behind: int
) -> None:
    life = _run(job, asked)
    with pytest.raises(StaleAttempt):
        HOLDER[word](life.job, life.job.attempt - behind, life.now)


@given(fresh, steps, st.sampled_from(sorted(ALL)))
def test_a_move_decides_from_its_arguments_alone(job: Job, asked: list[tuple[str, int]], name: str) -> None:
    life = _run(job, asked)
    copy = replace(life.job)
    assert _outcome(name, life.job, life.now) == _outcome(name, copy, life.now)
    assert copy == life.job


def _outcome(name: str, job: Job, now: int) -> Change | str:
    try:
        return ALL[name](job, job.attempt, now)
    except Conflict as refusal:
        return refusal.sentence
