"""Writing jobs down and changing them."""

from __future__ import annotations

import math
from typing import Any

import pytest
from msgspec.structs import replace

from jobyard.job import moves
from jobyard.job.errors import ChangedMeanwhile, Invalid, JobNotFound, NameTaken
from jobyard.job.events import Change
from jobyard.job.filters import EVERYTHING, Filter, Order, Scope
from jobyard.job.record import Job, Progress, Resource
from jobyard.job.states import State
from jobyard.store.contract import Transaction
from tests.store.making import BROKEN, FULL, LEASE, NOW, Hand, submission


def test_the_job_with_every_field_has_every_field() -> None:
    plain = Job(id="", kind="", owner="")
    same = {name for name in Job.__struct_fields__ if getattr(FULL, name) == getattr(plain, name)}
    assert same == {"number", "revision"}


def test_every_field_of_a_job_comes_back(hand: Hand) -> None:
    written = hand.do(lambda transaction: transaction.insert(Change(job=FULL)))
    assert written == replace(FULL, number=1)
    assert hand.job(FULL.id) == written


def test_every_field_comes_back_after_a_change_too(hand: Hand) -> None:
    hand.do(lambda transaction: transaction.insert(Change(job=Job(id=FULL.id, kind="other", owner="bob"))))
    changed = hand.do(lambda transaction: transaction.apply(Change(job=replace(FULL, revision=2))))
    assert changed == replace(FULL, number=1, revision=2)
    assert hand.job(FULL.id) == changed


def test_fields_that_are_not_given_come_back_as_they_were_not_given(hand: Hand) -> None:
    plain = Job(id="a" * 32, kind="k", owner="o")
    hand.do(lambda transaction: transaction.insert(Change(job=plain)))
    assert hand.job(plain.id) == replace(plain, number=1)


def test_numbers_count_submissions_from_one(hand: Hand) -> None:
    assert [hand.submit().number for _ in range(3)] == [1, 2, 3]


def test_the_number_of_a_removed_job_is_not_given_again(hand: Hand) -> None:
    hand.submit()
    last = hand.submit()
    hand.do(lambda transaction: transaction.remove(last.id))
    assert hand.submit().number > last.number


def test_a_used_id_is_refused_and_the_first_job_stays(hand: Hand) -> None:
    first = hand.submit(name="first")
    assert isinstance(hand.fails(lambda t: t.insert(submission(id=first.id, name="second"))), NameTaken)
    assert hand.job(first.id) == first


def test_after_a_refused_id_the_same_work_can_go_on(hand: Hand) -> None:
    first = hand.submit()

    def work(transaction: Transaction) -> Job:
        with pytest.raises(NameTaken):
            transaction.insert(submission(id=first.id))
        return transaction.insert(submission(name="another"))

    assert hand.do(work).name == "another"
    assert hand.names() == ["another", ""]


def test_no_such_job_is_none(hand: Hand) -> None:
    assert hand.job("0" * 32) is None
    assert hand.do(lambda transaction: transaction.job("0" * 32)) is None


def test_jobs_come_in_the_order_asked_for_without_those_that_are_not(hand: Hand) -> None:
    first, second = hand.submit(name="first"), hand.submit(name="second")
    found = hand.see(lambda view: view.jobs([second.id, "0" * 32, first.id]))
    assert [job.name for job in found] == ["second", "first"]


def test_no_ids_give_no_jobs(hand: Hand) -> None:
    assert hand.see(lambda view: view.jobs([])) == []


def test_a_change_of_an_older_revision_is_refused(hand: Hand) -> None:
    job = hand.submit()
    change = moves.cancel(job, NOW, "ada")
    hand.do(lambda transaction: transaction.apply(change))
    assert isinstance(hand.fails(lambda transaction: transaction.apply(change)), ChangedMeanwhile)


@pytest.mark.parametrize("name", ["rewrite", "move", "renewal"])
def test_every_kind_of_change_is_refused_when_it_comes_too_late(hand: Hand, name: str) -> None:
    old = hand.claim(hand.submit().id)
    new = hand.move(old.id, lambda job: moves.beat(job, 1, NOW + 1, LEASE))
    late = {
        "rewrite": Change(job=replace(old, revision=3, priority=9)),
        "move": moves.finish(old, 1, NOW + 2),
        "renewal": moves.beat(old, 1, NOW + 2, LEASE),
    }
    assert isinstance(hand.fails(lambda transaction: transaction.apply(late[name])), ChangedMeanwhile)
    assert hand.job(old.id) == new


def test_a_change_of_a_future_revision_is_refused(hand: Hand) -> None:
    job = hand.submit()
    ahead = replace(moves.cancel(job, NOW, "ada"), job=replace(job, revision=5))
    assert isinstance(hand.fails(lambda transaction: transaction.apply(ahead)), ChangedMeanwhile)
    assert hand.job(job.id) == job


def test_a_change_of_a_job_that_is_no_more_is_refused(hand: Hand) -> None:
    job = hand.submit()
    hand.do(lambda transaction: transaction.remove(job.id))
    assert isinstance(hand.fails(lambda t: t.apply(moves.cancel(job, NOW, "ada"))), ChangedMeanwhile)


def test_a_refused_change_leaves_nothing_behind(hand: Hand) -> None:
    job = hand.submit()
    stale = moves.claim(job, NOW, "late", LEASE)
    hand.claim(job.id, "early")
    hand.fails(lambda transaction: transaction.apply(stale))
    assert [attempt.worker for attempt in hand.see(lambda view: view.attempts(job.id))] == ["early"]
    assert [event.actor for event in hand.see(lambda view: view.history(job.id, 0, 9))] == ["ada", "worker:early"]


def test_several_changes_of_one_job_in_one_work(hand: Hand) -> None:
    def work(transaction: Transaction) -> Job:
        job = transaction.insert(submission())
        job = transaction.apply(moves.claim(job, NOW, "w1", LEASE))
        job = transaction.apply(moves.begin(job, 1, NOW + 1))
        return transaction.apply(moves.finish(job, 1, NOW + 2, {"rows": 3}))

    done = hand.do(work)
    assert done.state is State.SUCCEEDED
    assert hand.job(done.id) == done
    assert [tally.state for tally in hand.see(lambda view: view.tallies(EVERYTHING))] == [State.SUCCEEDED]


def test_the_number_of_a_job_cannot_be_changed(hand: Hand) -> None:
    job = hand.submit()
    forged = Change(job=replace(job, revision=2, number=77))
    assert hand.do(lambda transaction: transaction.apply(forged)).number == 1


def test_a_work_sees_what_it_wrote(hand: Hand) -> None:
    def work(transaction: Transaction) -> Job | None:
        job = transaction.insert(submission(name="mine"))
        assert transaction.job(job.id) == job
        assert transaction.jobs([job.id]) == [job]
        return transaction.job(job.id)

    seen = hand.do(work)
    assert seen is not None and seen.name == "mine"


def test_removing_returns_the_blobs_and_takes_everything_but_the_events(hand: Hand) -> None:
    job = hand.finished(labels={"team": "a"})
    hand.do(lambda t: t.note(moves.late(job, 1, NOW, "worker:w9", "finish")))
    hand.do(lambda transaction: transaction.remove(job.id))
    assert hand.job(job.id) is None
    assert hand.names() == []
    assert hand.names(Filter(labels=frozenset({("team", "a")}))) == []
    assert hand.see(lambda view: view.attempts(job.id)) == []
    assert len(hand.see(lambda view: view.history(job.id, 0, 99))) == 4


def test_removing_what_is_not_there_says_so(hand: Hand) -> None:
    assert isinstance(hand.fails(lambda transaction: transaction.remove("0" * 32)), JobNotFound)


def test_an_id_may_be_used_again_after_its_job_was_removed(hand: Hand) -> None:
    job = hand.submit(name="first")
    hand.do(lambda transaction: transaction.remove(job.id))
    again = hand.submit(id=job.id, name="second")
    assert hand.job(job.id) == again
    assert hand.store.check() == []


def test_labels_follow_a_change(hand: Hand) -> None:
    job = hand.submit(labels={"team": "a", "gone": "x"})
    hand.do(lambda t: t.apply(Change(job=replace(job, revision=2, labels={"team": "b", "new": ""}))))
    assert hand.names(Filter(labels=frozenset({("team", "a")}))) == []
    assert hand.names(Filter(labels=frozenset({("gone", None)}))) == []
    assert len(hand.names(Filter(labels=frozenset({("team", "b"), ("new", "")})))) == 1


def test_jobs_are_found_by_the_numbers_they_are_marked_with(hand: Hand) -> None:
    def found(name: str, number: int, **more: Any) -> list[str]:
        return hand.names(Filter(marked=(name, number), **more))

    odd = {"big": 2**70, "flag": True, "text": "5", "none": None, "n\0": 5, "n" * 300: 5, "minus": -5}
    one = hand.submit(name="one", owner="bob", marks={"face": {"number": 5, **odd}, "plain": 5})
    hand.submit(name="two", marks={"other": {"number": 5}}, parameters={"assignment": 7, "number": 7})
    hand.submit(name="three", owner="ada", labels={"a": "b"}, marks={"face": {"number": 5}})
    assert (found("face.number", 5), found("face.minus", -5)) == (["three", "one"], ["one"])
    for name, number in (("face.big", 2**70), ("face.flag", 1), ("face.text", 5), ("plain", 5), ("face.n\0", 5)):
        assert found(name, number) == []
    assert (found("assignment", 7), found("number", 7)) == (["two"], [])
    assert found("face.number", 5, ids=frozenset({one.id}), text="one") == ["one"]
    assert found("face.number", 5, labels=frozenset({("a", "b")}), owners=frozenset({"ada"})) == ["three"]
    assert hand.names(Filter(marked=("face.number", 5)), Scope(owner="ada"), order=Order.OLDEST) == ["three"]
    assert hand.see(lambda view: view.count(Filter(marked=("face.number", 5)), EVERYTHING, 9)) == 2
    hand.do(lambda t: t.apply(Change(job=replace(one, revision=2, marks={"face": {"number": 6, "minus": -5}}))))
    assert (found("face.number", 5), found("face.number", 6), found("face.minus", -5)) == (["three"], ["one"], ["one"])
    hand.do(lambda t: t.remove(one.id))
    assert found("face.number", 6) == [] and hand.store.check() == []


def test_moving_to_another_queue_and_owner_moves_the_counters(hand: Hand) -> None:
    job = hand.submit(queue="a", owner="ada")
    hand.do(lambda t: t.apply(Change(job=replace(job, revision=2, queue="b", owner="bob", project="p"))))
    assert [(tally.queue, tally.count) for tally in hand.see(lambda view: view.tallies(EVERYTHING))] == [("b", 1)]
    assert hand.store.check() == []


def test_progress_and_lease_are_kept_by_a_report(hand: Hand) -> None:
    job = hand.claim(hand.submit().id)
    told = hand.move(job.id, lambda job: moves.report(job, 1, NOW + 5, LEASE, Progress(done=3, total=9, text="3 of 9")))
    assert told.lease_until == NOW + 5 + LEASE
    assert hand.job(job.id) == told
    assert hand.job(job.id).progress == Progress(done=3, total=9, text="3 of 9", at=NOW + 5)  # type: ignore[union-attr]


def test_a_failure_and_the_attempt_it_ended_are_kept(hand: Hand) -> None:
    job = hand.claim(hand.submit(tries=3).id)
    waiting = hand.move(job.id, lambda job: moves.back_off(job, 1, NOW + 5, BROKEN, NOW + 50))
    assert hand.job(job.id) == waiting
    (attempt,) = hand.see(lambda view: view.attempts(job.id))
    assert (attempt.outcome, attempt.failure, attempt.ended_at) == ("back_off", BROKEN, NOW + 5)


def test_what_a_caller_does_later_to_its_parameters_does_not_reach_the_store(hand: Hand) -> None:
    parameters = {"list": [1]}
    job = hand.submit(parameters=parameters)
    parameters["list"].append(2)
    assert hand.job(job.id).parameters == {"list": [1]}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "a\0b"},
        {"owner": "\ud800"},
        {"queue": "\udfff"},
        {"labels": {"a\0": ""}},
        {"labels": {"a": "\ud83d"}},
        {"resource": Resource(type="t", id="\0")},
        {"project": "\0"},
        {"parameters": {"a": "\ud800"}},
        {"result": ["\udc80"]},
        {"progress": Progress(done=math.nan)},
        {"progress": Progress(done=math.inf)},
    ],
    ids=str,
)
def test_what_cannot_be_kept_is_invalid_and_leaves_nothing(hand: Hand, fields: dict[str, Any]) -> None:
    assert isinstance(hand.fails(lambda t: t.insert(submission(**fields))), Invalid)
    assert hand.names() == []
    assert hand.see(lambda view: view.last_event()) == 0


@pytest.mark.parametrize(
    "text", ["", "'", '"', "\\", "%", "\t\n\r", "\u202e", "é", "e\u0301", "\U0010ffff", "x" * 10_000]
)
def test_any_other_text_comes_back(hand: Hand, text: str) -> None:
    job = hand.submit(name=text, parameters={text: [text]}, labels={text[:200]: text[:200]})
    assert hand.job(job.id) == job
