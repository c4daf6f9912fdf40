"""Moves decided one upon the other are written as one change, and nothing of them is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jobyard.job import moves
from jobyard.job.events import Change, EventType
from jobyard.job.filters import words
from jobyard.job.record import Job, Progress
from tests.job.making import LATER, LEASE, running


def _begun_told_and_finished(job: Job) -> tuple[Change, Change, Change]:
    begun = moves.begin(job, 1, LATER)
    told = moves.report(begun.job, 1, LATER, LEASE, Progress(done=2, total=2))
    return begun, told, moves.finish(told.job, 1, LATER, "done")


def test_a_single_move_is_one_step_from_its_guard() -> None:
    change = moves.begin(running(), 1, LATER)
    assert (change.steps, change.guard) == (1, running().revision)
    assert change.after(None) is change


def test_three_moves_become_one_change_with_the_guard_of_the_first() -> None:
    job = running()
    begun, told, finished = _begun_told_and_finished(job)
    whole = finished.after(told.after(begun))
    assert whole.steps == 3
    assert whole.guard == job.revision
    assert whole.job is finished.job
    assert whole.job.revision == job.revision + 3
    assert [event.type for event in whole.events] == [EventType.BEGUN, EventType.FINISHED]
    assert [event.revision for event in whole.events] == [job.revision + 1, job.revision + 3]


def test_the_newest_word_on_the_attempt_is_kept() -> None:
    begun, told, finished = _begun_told_and_finished(running())
    assert told.after(begun).attempt == begun.attempt
    assert finished.after(told.after(begun)).attempt == finished.attempt


def test_joining_in_another_order_of_pairs_gives_the_same() -> None:
    begun, told, finished = _begun_told_and_finished(running())
    assert finished.after(told.after(begun)) == finished.after(told).after(begun)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_text_is_split_as_any_other_text(text: str) -> None:
    assert words(text) == words(f"{text} \u00e9")[:-1]
