"""What belongs to a job: events, attempts, output, files, counters."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from jobyard.job import moves
from jobyard.job.errors import Invalid, JobNotFound
from jobyard.job.events import Change, Event, EventType
from jobyard.job.filters import EVERYTHING, Scope
from jobyard.job.record import Job, LogLine, ResultFile
from jobyard.job.states import State
from jobyard.store.contract import QueueRow, Tally, Transaction
from tests.store.making import BROKEN, NOW, Hand, submission


def line(number: int, text: str = "text") -> LogLine:
    return LogLine(number=number, at=NOW + number, stream="out", text=text)


def file(name: str, attempt: int = 1, blob: str = "") -> ResultFile:
    return ResultFile(
        name=name, size=len(name), sha256="0" * 64, blob=blob or f"blob-{attempt}-{name}", attempt=attempt
    )


def add(hand: Hand, job: Job, *files: ResultFile) -> None:
    def work(transaction: Transaction) -> None:
        for one in files:
            transaction.add_file(job.id, one)

    hand.do(work)


def note(event: Event, transaction: Transaction) -> None:
    transaction.note(event)


# --- events ---------------------------------------------------------------------------------------------------------


def test_events_ascend_over_all_jobs(hand: Hand) -> None:
    first, second = hand.submit(), hand.submit()
    hand.claim(first.id)
    events = hand.see(lambda view: view.events(0, 99))
    assert [event.job for event in events] == [first.id, second.id, first.id]
    numbers = [event.number for event in events]
    assert numbers == sorted(set(numbers)) and numbers[0] == 1
    assert hand.see(lambda view: view.last_event()) == numbers[-1]


def test_every_field_of_an_event_comes_back(hand: Hand) -> None:
    event = Event(
        job="a" * 32,
        type=EventType.REFUSED,
        at=NOW,
        actor="worker:w1",
        state=State.RUNNING,
        revision=7,
        attempt=3,
        data={"text": "é\0", "list": [1, None]},
    )
    hand.do(lambda transaction: transaction.note(event))
    assert hand.see(lambda view: view.events(0, 9)) == [replace(event, number=1)]
    assert hand.see(lambda view: view.history("a" * 32, 0, 9)) == [replace(event, number=1)]


def test_the_feed_goes_on_behind_a_number(hand: Hand) -> None:
    for _ in range(5):
        hand.submit()
    numbers = [event.number for event in hand.see(lambda view: view.events(0, 99))]
    assert [event.number for event in hand.see(lambda view: view.events(numbers[1], 2))] == numbers[2:4]
    assert hand.see(lambda view: view.events(numbers[-1], 9)) == []
    assert hand.see(lambda view: view.events(2**70, 9)) == []
    assert hand.see(lambda view: view.events(0, 0)) == []
    assert hand.see(lambda view: view.events(-5, 1))[0].number == numbers[0]


def test_the_history_of_one_job(hand: Hand) -> None:
    job, other = hand.submit(), hand.submit()
    hand.claim(job.id)
    hand.claim(other.id)
    told = hand.see(lambda view: view.history(job.id, 0, 99))
    assert [event.type for event in told] == [EventType.SUBMITTED, EventType.CLAIMED]
    assert hand.see(lambda view: view.history(job.id, told[0].number, 99)) == told[1:]
    assert hand.see(lambda view: view.history(job.id, 0, 1)) == told[:1]
    assert hand.see(lambda view: view.history("\0", 0, 9)) == []


def test_without_events_the_newest_is_zero(hand: Hand) -> None:
    assert hand.see(lambda view: view.last_event()) == 0
    assert hand.see(lambda view: view.events(0, 9)) == []


def test_only_events_of_removed_jobs_are_pruned_oldest_first(hand: Hand) -> None:
    stays, goes = hand.submit(now=NOW), hand.submit(now=NOW + 1)
    hand.claim(goes.id, now=NOW + 2)
    hand.move(goes.id, lambda job: moves.finish(job, 1, NOW + 3))
    hand.each(lambda t: t.note(moves.delete(goes, NOW + 4, "ada")), lambda t: t.remove(goes.id))

    def prune(before: int, limit: int) -> int:
        return hand.do(lambda transaction: transaction.prune_events(before, limit))

    assert prune(NOW, 9) == 0
    assert prune(NOW + 3, 1) == 1
    assert [event.at for event in hand.see(lambda view: view.history(goes.id, 0, 9))] == [NOW + 2, NOW + 3, NOW + 4]
    assert prune(NOW + 4, 9) == 2
    assert prune(NOW + 99, 9) == 1
    assert prune(NOW + 99, 9) == 0
    assert len(hand.see(lambda view: view.history(stays.id, 0, 9))) == 1


def test_an_event_noted_after_the_removal_is_pruned_like_the_others(hand: Hand) -> None:
    job = hand.submit(state=State.DRAFT)
    hand.each(lambda t: t.remove(job.id), lambda t: t.note(moves.delete(job, NOW, "ada")))
    assert hand.do(lambda t: t.prune_events(NOW + 1, 9)) == 2


def test_numbers_of_pruned_events_are_not_given_again(hand: Hand) -> None:
    job = hand.submit(state=State.DRAFT)
    hand.each(lambda t: t.note(moves.delete(job, NOW, "ada")), lambda t: t.remove(job.id))
    before = hand.see(lambda view: view.last_event())
    assert hand.do(lambda t: t.prune_events(NOW + 1, 9)) == 2
    assert hand.see(lambda view: view.last_event()) == 0
    hand.submit()
    assert hand.see(lambda view: view.last_event()) > before


def test_an_event_that_cannot_be_kept_is_invalid(hand: Hand) -> None:
    job = hand.submit()
    bads: list[dict[str, Any]] = [{"actor": "\0"}, {"data": {"a": "\ud800"}}]
    for bad in bads:
        event = replace(moves.late(job, 1, NOW, "ada", "finish"), **bad)
        assert isinstance(hand.fails(partial(note, event)), Invalid)
    assert hand.see(lambda view: view.last_event()) == 1


# --- attempts -------------------------------------------------------------------------------------------------------


def test_attempts_first_one_first(hand: Hand) -> None:
    job = hand.submit(tries=2)
    hand.claim(job.id, "w1")
    hand.move(job.id, lambda job: moves.begin(job, 1, NOW + 1))
    hand.move(job.id, lambda job: moves.back_off(job, 1, NOW + 2, BROKEN, NOW + 3))
    hand.claim(job.id, "w2", NOW + 4)
    first, second = hand.see(lambda view: view.attempts(job.id))
    assert (first.number, first.worker, first.begun_at, first.outcome) == (1, "w1", NOW + 1, "back_off")
    assert (second.number, second.worker, second.ended_at, second.outcome) == (2, "w2", None, "")


def test_no_such_job_has_no_attempts(hand: Hand) -> None:
    assert hand.see(lambda view: view.attempts("0" * 32)) == []
    assert hand.see(lambda view: view.attempts("\0")) == []


# --- output ---------------------------------------------------------------------------------------------------------


def test_lines_come_back_behind_a_number(hand: Hand) -> None:
    job = hand.submit()
    hand.do(lambda t: t.add_log(job.id, 1, [line(number) for number in (1, 2, 3, 5)]))
    hand.do(lambda t: t.add_log(job.id, 2, [line(1, "other attempt")]))
    assert hand.see(lambda view: view.log(job.id, 1, 0, 99)) == [line(number) for number in (1, 2, 3, 5)]
    assert hand.see(lambda view: view.log(job.id, 1, 2, 1)) == [line(3)]
    assert hand.see(lambda view: view.log(job.id, 3, 0, 9)) == []
    assert hand.see(lambda view: view.log("0" * 32, 1, 0, 9)) == []
    assert hand.see(lambda view: view.last_line(job.id, 1)) == 5
    assert hand.see(lambda view: view.last_line(job.id, 3)) == 0
    assert hand.see(lambda view: view.last_line("\ud800", 1)) == 0


def test_a_line_that_is_there_is_left_as_it_is(hand: Hand) -> None:
    job = hand.submit()
    hand.do(lambda t: t.add_log(job.id, 1, [line(1, "first"), line(2, "second")]))
    hand.do(lambda t: t.add_log(job.id, 1, [line(2, "again"), line(3, "third"), line(3, "twice")]))
    assert [one.text for one in hand.see(lambda view: view.log(job.id, 1, 0, 9))] == ["first", "second", "third"]


@pytest.mark.parametrize("text", ["", "\0", "a\0b", "\ud800", "\x1b[31m", "é\U0001f600", "x" * 16_384])
def test_a_line_may_hold_anything(hand: Hand, text: str) -> None:
    job = hand.submit()
    hand.do(lambda t: t.add_log(job.id, 1, [line(1, text)]))
    assert [one.text for one in hand.see(lambda view: view.log(job.id, 1, 0, 9))] == [text]


def test_no_lines_are_no_trouble_and_no_job_is(hand: Hand) -> None:
    job = hand.submit()
    hand.do(lambda t: t.add_log(job.id, 1, []))
    assert hand.see(lambda view: view.log(job.id, 1, 0, 9)) == []
    assert isinstance(hand.fails(lambda t: t.add_log("0" * 32, 1, [line(1)])), JobNotFound)


# --- files ----------------------------------------------------------------------------------------------------------


def test_files_by_attempt_and_name(hand: Hand) -> None:
    job = hand.submit()
    add(hand, job, file("b"), file("a", 2), file("a"), file("Z"))
    assert hand.see(lambda view: view.files(job.id)) == [file("Z"), file("a"), file("b"), file("a", 2)]
    assert hand.see(lambda view: view.files("0" * 32)) == []


def test_a_file_of_the_same_attempt_and_name_is_replaced(hand: Hand) -> None:
    job = hand.submit()
    hand.do(lambda t: t.add_file(job.id, file("a", blob="old")))
    hand.do(lambda t: t.add_file(job.id, file("a", blob="new")))
    assert [one.blob for one in hand.see(lambda view: view.files(job.id))] == ["new"]


def test_dropped_files_name_their_blobs(hand: Hand) -> None:
    job, other = hand.submit(), hand.submit()
    add(hand, job, file("a"), file("b", 2))
    hand.do(lambda t: t.add_file(other.id, file("c")))
    assert hand.do(lambda t: t.drop_files(job.id)) == ["blob-1-a", "blob-2-b"]
    assert hand.do(lambda t: t.drop_files(job.id)) == []
    assert hand.see(lambda view: view.files(job.id)) == []
    assert hand.see(lambda view: view.files(other.id)) == [file("c")]


def test_files_of_no_job_are_refused(hand: Hand) -> None:
    assert isinstance(hand.fails(lambda t: t.add_file("0" * 32, file("a"))), JobNotFound)
    assert isinstance(hand.fails(lambda t: t.drop_files("0" * 32)), JobNotFound)


def test_which_blobs_are_known(hand: Hand) -> None:
    job = hand.submit()
    add(hand, job, *(file(name, blob=name) for name in "abc"))
    assert hand.see(lambda view: view.known_blobs(["a", "c", "x", "\0", "\ud800"])) == {"a", "c"}
    assert hand.see(lambda view: view.known_blobs([])) == set()
    assert [one.blob for one in hand.see(lambda view: view.files_after("a", 9))] == ["b", "c"]
    assert [one.blob for one in hand.see(lambda view: view.files_after("", 2))] == ["a", "b"]
    assert hand.see(lambda view: view.files_after("", 0)) == []


def test_the_size_of_some_jobs_files(hand: Hand) -> None:
    job = hand.finished(NOW)
    add(hand, job, file("abc"), file("de"))
    fresh = hand.finished(NOW + 9)
    hand.do(lambda t: t.add_file(fresh.id, file("fresh")))
    assert hand.see(lambda view: view.files_size([job.id, job.id, "0" * 32])) == 5
    assert hand.see(lambda view: view.files_size([])) == 0
    assert hand.do(lambda t: sorted(t.remove(job.id))) == ["blob-1-abc", "blob-1-de"]


# --- counters -------------------------------------------------------------------------------------------------------


def test_tallies_follow_every_move(hand: Hand) -> None:
    job = hand.submit(queue="b")
    hand.submit(queue="a")
    hand.submit(queue="b", state=State.DRAFT)

    def tallies() -> list[Tally]:
        return hand.see(lambda view: view.tallies(EVERYTHING))

    drafts = Tally(queue="b", state=State.DRAFT, count=1)
    waits = Tally(queue="a", state=State.QUEUED, count=1)
    assert tallies() == [waits, drafts, Tally(queue="b", state=State.QUEUED, count=1)]
    hand.claim(job.id)
    assert tallies() == [waits, drafts, Tally(queue="b", state=State.RUNNING, count=1)]
    hand.move(job.id, lambda job: moves.finish(job, 1, NOW))
    assert tallies() == [waits, drafts, Tally(queue="b", state=State.SUCCEEDED, count=1)]
    hand.do(lambda t: t.remove(job.id))
    assert tallies() == [waits, drafts]


def test_tallies_inside_a_scope(hand: Hand) -> None:
    for owner, project in (("ada", None), ("ada", "p"), ("bob", "p"), ("bob", None), ("bob", "q")):
        hand.submit(owner=owner, project=project)

    def total(**scope: Any) -> int:
        return sum(tally.count for tally in hand.see(lambda view: view.tallies(Scope(**scope))))

    assert total(everything=True) == 5
    assert total(owner="ada") == 2
    assert total(owner="ada", projects=frozenset({"p"})) == 3
    assert total(projects=frozenset({"p", "q", "r"})) == 3
    assert total() == 0


def test_a_work_sees_the_counters_it_changed(hand: Hand) -> None:
    def work(transaction: Transaction) -> list[int]:
        seen = []
        for _ in range(3):
            transaction.insert(submission())
            seen.append(sum(tally.count for tally in transaction.tallies(EVERYTHING)))
        return seen

    assert hand.do(work) == [1, 2, 3]


def test_queues_are_those_set_up_or_ever_used(hand: Hand) -> None:
    job = hand.submit(queue="used")
    hand.do(lambda t: t.put_queue(QueueRow(name="empty", paused=True, paused_by="ada")))
    hand.do(lambda t: t.remove(job.id))
    assert hand.see(lambda view: view.queues()) == [
        QueueRow(name="empty", paused=True, paused_by="ada"),
        QueueRow(name="used"),
    ]


def test_a_queue_left_within_one_work_is_known_too(hand: Hand) -> None:
    def work(transaction: Transaction) -> None:
        job = transaction.insert(submission(queue="passed"))
        transaction.apply(Change(job=replace(job, revision=2, queue="reached")))

    hand.do(work)
    assert [queue.name for queue in hand.see(lambda view: view.queues())] == ["passed", "reached"]
    assert hand.store.check() == []
