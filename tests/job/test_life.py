"""What each move writes on the job, in the order of a life."""

from __future__ import annotations

import pytest
from msgspec.structs import asdict

from jobyard.job import moves
from jobyard.job.errors import StaleAttempt
from jobyard.job.events import EventType
from jobyard.job.record import Attempt, Failure, Job, Progress, Reason
from jobyard.job.states import State
from tests.job.making import BROKEN, LATER, LEASE, NOW, at, draft, queued, running, waiting_again

CHANGES_ALWAYS = {"revision"}


def changed(before: Job, after: Job) -> set[str]:
    """Return the names of the fields that differ, the revision left out."""
    old, new = asdict(before), asdict(after)
    return {name for name in old if old[name] != new[name]} - CHANGES_ALWAYS


def test_a_submitted_job_starts_at_revision_one_and_remembers_when() -> None:
    change = moves.submit(Job(id="b" * 32, kind="k", owner="ada", revision=77, state=State.QUEUED), NOW, "ada")
    assert (change.job.revision, change.guard) == (1, 0)
    assert (change.job.created_at, change.job.queued_at) == (NOW, NOW)
    assert [(event.type, event.actor, event.attempt) for event in change.events] == [(EventType.SUBMITTED, "ada", 0)]


def test_a_submitted_draft_is_not_in_line() -> None:
    assert draft().queued_at is None


def test_release_puts_it_in_line_and_may_set_a_due_time() -> None:
    job = moves.release(draft(), LATER, "ada", due_at=LATER + 1).job
    assert (job.state, job.queued_at, job.due_at) == ("queued", LATER, LATER + 1)


def test_a_withdrawn_job_forgets_its_place_and_its_due_time() -> None:
    job = moves.withdraw(waiting_again(), LATER, "ada").job
    assert (job.state, job.queued_at, job.due_at) == ("draft", None, None)


def test_a_released_job_has_all_its_tries_again() -> None:
    worn = moves.withdraw(waiting_again(tries=2), LATER, "ada").job
    assert worn.failures == 1
    fresh = moves.release(worn, LATER, "ada").job
    assert (fresh.failures, fresh.failure) == (0, None)


def test_claim_opens_an_attempt_under_a_lease() -> None:
    change = moves.claim(queued(due_at=NOW), LATER, "w1", LEASE)
    job = change.job
    assert (job.attempt, job.worker, job.lease_until, job.started_at) == (1, "w1", LATER + LEASE, LATER)
    assert (job.begun_at, job.due_at) == (None, None)
    assert change.attempt == Attempt(number=1, worker="w1", claimed_at=LATER)
    assert change.events[0].actor == "worker:w1"


def test_the_second_claim_counts_on_and_forgets_the_progress_of_the_first() -> None:
    first = moves.report(running(), 1, NOW, LEASE, Progress(done=3)).job
    again = moves.back_off(first, 1, NOW, BROKEN, LATER).job
    assert again.progress is not None
    second = moves.claim(again, LATER, "w2", LEASE).job
    assert (second.attempt, second.worker, second.progress) == (2, "w2", None)
    assert second.failure == BROKEN, "why the last attempt failed stays to be seen while the next one runs"


def test_start_opens_an_attempt_that_has_begun() -> None:
    change = moves.start(draft(external=True), LATER, "ada", LEASE)
    assert change.attempt == Attempt(number=1, worker="ada", claimed_at=LATER, begun_at=LATER)
    assert (change.job.worker, change.job.begun_at, change.job.lease_until) == ("ada", LATER, LATER + LEASE)
    assert change.events[0].actor == "ada"


@pytest.mark.parametrize("stage", ["succeeded", "failed", "cancelled"])
def test_a_final_external_job_that_starts_again_forgets_how_it_ended(stage: str) -> None:
    ended = at(stage, external=True)
    if stage == "succeeded":
        ended = moves.expire(ended, LATER).job
    job = moves.start(ended, LATER, "ada", LEASE).job
    forgotten = (job.failure, job.result, job.finished_at, job.results_until, job.cancel_asked_at, job.cancel_asked_by)
    assert forgotten == (None,) * 6
    assert (job.attempt, job.failures, job.results_expired) == (2, 0, False)


def test_begin_is_noted_once() -> None:
    first = moves.begin(running(), 1, LATER)
    assert first.job.begun_at == LATER
    assert first.attempt == Attempt(number=1, worker="w1", claimed_at=NOW, begun_at=LATER)
    again = moves.begin(first.job, 1, LATER + 5)
    assert again.job.begun_at == LATER
    assert (again.events, again.attempt) == ((), None)


def test_a_beat_renews_the_lease_and_nothing_else() -> None:
    change = moves.beat(running(), 1, LATER, LEASE)
    assert changed(running(), change.job) == {"lease_until"}
    assert change.job.lease_until == LATER + LEASE
    assert (change.events, change.attempt) == ((), None)


def test_a_report_renews_the_lease_and_stamps_the_progress() -> None:
    change = moves.report(running(), 1, LATER, LEASE, Progress(done=1, total=2, text="half", at=99))
    assert changed(running(), change.job) == {"lease_until", "progress"}
    assert change.job.progress == Progress(done=1, total=2, text="half", at=LATER)
    assert change.events == (), "progress is not an event"


def test_finish_keeps_the_result_and_closes_the_attempt() -> None:
    change = moves.finish(running(), 1, LATER, {"rows": 3}, results_until=LATER + 9)
    job = change.job
    assert (job.result, job.finished_at, job.results_until, job.failure) == ({"rows": 3}, LATER, LATER + 9, None)
    assert (job.worker, job.lease_until, job.attempt) == (None, None, 1)
    assert change.attempt == Attempt(number=1, worker="w1", claimed_at=NOW, ended_at=LATER, outcome="finish")
    assert change.events[0].actor == "worker:w1"


def test_finish_fills_a_known_total() -> None:
    told = moves.report(running(), 1, NOW, LEASE, Progress(done=3, total=8, text="labels")).job
    assert moves.finish(told, 1, LATER).job.progress == Progress(done=8, total=8, text="labels", at=LATER)


def test_finish_leaves_an_unknown_total_unknown() -> None:
    told = moves.report(running(), 1, NOW, LEASE, Progress(done=3)).job
    assert moves.finish(told, 1, LATER).job.progress == Progress(done=3, at=LATER)
    assert moves.finish(running(), 1, LATER).job.progress is None


def test_finish_after_a_failed_try_forgets_the_failure() -> None:
    second = moves.claim(waiting_again(), LATER, "w1", LEASE).job
    assert moves.finish(second, 2, LATER).job.failure is None


def test_finish_wins_over_a_wish_that_came_too_late() -> None:
    job = moves.finish(at("wished"), 1, LATER).job
    assert (job.state, job.cancelling, job.cancel_asked_by) == ("succeeded", False, "ada")


def test_fail_says_why_and_burns_a_try() -> None:
    change = moves.fail(running(), 1, LATER, BROKEN, results_until=5)
    assert (change.job.failure, change.job.failures, change.job.finished_at) == (BROKEN, 1, LATER)
    assert change.job.results_until == 5
    assert change.attempt is not None
    assert (change.attempt.outcome, change.attempt.failure) == ("fail", BROKEN)
    assert change.events[0].data == {"failure": {"reason": "error", "message": "It broke."}}


def test_an_event_never_carries_the_detail_of_a_failure() -> None:
    for change in (moves.fail(running(), 1, LATER, BROKEN), moves.back_off(running(), 1, LATER, BROKEN, LATER)):
        assert "traceback" not in str(change.events[0].data)


def test_back_off_waits_for_its_due_time() -> None:
    change = moves.back_off(running(tries=3), 1, LATER, BROKEN, due_at=LATER + 7)
    job = change.job
    assert (job.state, job.queued_at, job.due_at, job.failures) == ("queued", LATER, LATER + 7, 1)
    assert (job.failure, job.finished_at, job.worker) == (BROKEN, None, None)
    assert change.events[0].data["due_at"] == LATER + 7


def test_give_back_burns_no_try_and_keeps_the_place_in_line() -> None:
    change = moves.give_back(running(), 1, LATER)
    job = change.job
    assert (job.state, job.failures, job.failure, job.queued_at, job.due_at) == ("queued", 0, None, NOW, None)
    assert change.attempt is not None
    assert change.attempt.outcome == "give_back"


def test_cancelling_what_waits_ends_it_at_once() -> None:
    job = moves.cancel(waiting_again(), LATER, "bob").job
    assert (job.state, job.finished_at, job.cancel_asked_by, job.due_at, job.failure) == (
        *("cancelled", LATER, "bob"),
        *(None, None),
    )


def test_cancelling_what_runs_leaves_a_wish_and_the_lease() -> None:
    change = moves.cancel(running(), LATER, "bob")
    assert changed(running(), change.job) == {"cancel_asked_at", "cancel_asked_by"}
    assert change.job.cancelling


def test_a_second_wish_does_not_replace_the_first() -> None:
    again = moves.cancel(at("wished"), LATER, "bob").job
    assert (again.cancel_asked_at, again.cancel_asked_by) == (NOW, "ada")


def test_stop_names_who_wished_it() -> None:
    change = moves.stop(at("wished"), 1, LATER, results_until=8)
    assert (change.job.finished_at, change.job.failure, change.job.results_until) == (LATER, None, 8)
    assert [(event.type, event.actor) for event in change.events] == [(EventType.CANCELLED, "ada")]
    assert change.attempt is not None
    assert change.attempt.outcome == "stop"


@pytest.mark.parametrize(
    ("tries", "external", "states"),
    [
        (1, False, ["queued", "queued", "failed"]),
        (2, False, ["queued", "queued", "failed"]),
        (5, False, ["queued", "queued", "queued", "queued", "failed"]),
        (3, True, ["failed"]),
    ],
)
def test_a_job_outlives_two_lost_workers_in_a_row_or_as_many_as_it_has_tries(
    tries: int, external: bool, states: list[str]
) -> None:
    job, seen = queued(tries=tries, external=external), []
    while not job.final:
        job = moves.start(job, NOW, "ada", LEASE).job if external else moves.claim(job, NOW, "w1", LEASE).job
        job = moves.lose(job, job.attempt, LATER, moves.lost(job), LATER).job
        seen.append(job.state.value)
    assert seen == states
    assert job.failure == Failure(reason=Reason.LOST, message=job.failure.message) if job.failure else False


def test_the_failure_of_a_lost_job_names_its_worker() -> None:
    assert moves.lost(running()).message == "The worker w1 stopped answering while it ran this job."


def test_who_joins_the_line_gets_a_turn_and_loses_what_it_no_longer_waits_for() -> None:
    assert moves.release(draft(), LATER, "ada", turn=4).job.turn == 4
    again = moves.retry(at("failed", turn=9, waits=2), LATER, "bob", turn=5, waits=1).job
    assert (again.turn, again.waits) == (5, 1)
    assert moves.retry(at("failed", turn=9, waits=2), LATER, "bob").job.waits == 0


def test_what_comes_back_by_itself_keeps_its_turn() -> None:
    held = running(turn=7)
    assert moves.give_back(held, 1, LATER).job.turn == 7
    assert moves.back_off(held, 1, LATER, BROKEN, LATER).job.turn == 7
    lost = moves.lost(held)
    known = [moves.lose(one, 1, LATER, lost, LATER).job for one in (held, moves.begin(held, 1, NOW).job)]
    assert [(one.turn, one.due_at) for one in known] == [(7, None), (7, LATER)], "what began joins the line anew"


def test_an_edit_tells_the_old_and_the_new_of_what_changed() -> None:
    change = moves.edit(queued(), LATER, "bob", {"queue": "gpu", "priority": 3, "name": "", "turn": 8})
    assert changed(queued(), change.job) == {"queue", "priority", "turn"}
    assert (change.job.queue, change.job.priority, change.job.turn) == ("gpu", 3, 8)
    assert change.events[0].actor == "bob"
    assert change.events[0].data == {"queue": ["default", "gpu"], "priority": [0, 3]}, "a turn means nothing to people"


def test_an_edit_that_changes_nothing_is_not_told() -> None:
    change = moves.edit(queued(name="night"), LATER, "bob", {"name": "night", "due_at": None})
    assert changed(queued(name="night"), change.job) == set()
    assert change.events == ()


def test_meeting_a_need_counts_down_and_the_last_one_gives_a_turn() -> None:
    first = moves.meet(queued(waits=2, turn=3), LATER, "b" * 32, 1)
    assert (first.job.state, first.job.waits, first.job.turn) == ("queued", 1, 3)
    assert first.events[0].data == {"needed": "b" * 32, "left": 1}
    assert first.events[0].actor == moves.HOUSE
    last = moves.meet(first.job, LATER, "c" * 32, 0, turn=40).job
    assert (last.waits, last.turn) == (0, 40)


def test_the_house_says_why_it_cancels_what_waited() -> None:
    because = Failure(reason=Reason.NEEDED, message="Job 7 failed.", detail="secret")
    change = moves.cancel(queued(waits=1), LATER, moves.HOUSE, because=because)
    assert (change.job.state, change.job.failure, change.job.cancel_asked_by) == ("cancelled", because, "jobyard")
    assert change.events[0].data == {"failure": {"reason": "needed", "message": "Job 7 failed."}}
    assert moves.cancel(queued(), LATER, "ada").events[0].data == {}


def test_retry_gives_all_tries_back_and_forgets_the_end() -> None:
    failed = moves.fail(moves.claim(waiting_again(tries=2), NOW, "w1", LEASE).job, 2, NOW, BROKEN).job
    assert failed.failures == 2
    job = moves.retry(failed, LATER, "bob", due_at=LATER + 3).job
    assert (job.state, job.failures, job.failure, job.queued_at, job.due_at) == ("queued", 0, None, LATER, LATER + 3)
    assert (job.finished_at, job.started_at, job.begun_at, job.result, job.progress) == (None,) * 5
    assert job.attempt == 2, "the next attempt is the third"


def test_retry_lifts_the_end_of_results_so_that_no_round_expires_a_waiting_job() -> None:
    assert at("succeeded").results_until is not None
    assert moves.retry(at("succeeded"), LATER, "bob").job.results_until is None


def test_keep_and_expire() -> None:
    kept = moves.keep(at("succeeded"), LATER, "bob", None, always=True)
    assert (kept.job.results_until, kept.job.kept) == (None, True)
    assert kept.events[0].data == {"until": None, "always": True}
    expired = moves.expire(at("succeeded"), LATER)
    assert (expired.job.results_until, expired.job.results_expired) == (None, True)
    assert expired.events[0].actor == moves.HOUSE
    assert expired.job.result == {"rows": 3}, "the record outlives the files"


def test_marks_are_merged_and_a_none_takes_one_away() -> None:
    job = moves.mark(draft(marks={"a": 1, "b": 2}), LATER, "ada", {"b": None, "c": 3})
    assert job.job.marks == {"a": 1, "c": 3}
    assert job.events[0].data == {"marks": ["b", "c"]}


def test_a_late_word_is_told_and_changes_nothing() -> None:
    job = at("succeeded")
    event = moves.late(job, 1, LATER, "worker:w1", "finish")
    assert (event.type, event.revision, event.state) == (EventType.REFUSED, job.revision, "succeeded")
    assert event.data == {"attempt": 1, "verb": "finish"}


def test_the_last_event_of_a_deleted_job_says_whose_it_was() -> None:
    job = at("failed", project="p1", queue="gpu", name="labels")
    event = moves.delete(job, LATER, "ada")
    assert (event.type, event.revision, event.actor) == (EventType.DELETED, job.revision + 1, "ada")
    assert event.data == {"owner": "ada", "project": "p1", "queue": "gpu", "kind": job.kind, "name": "labels"}


def test_a_stale_word_names_the_newest_attempt() -> None:
    second = moves.claim(waiting_again(), LATER, "w2", LEASE).job
    with pytest.raises(StaleAttempt) as refusal:
        moves.finish(second, 1, LATER)
    assert refusal.value.sentence.endswith("is over: the job is running and its newest attempt is 2.")
