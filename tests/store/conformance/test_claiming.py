"""What may be claimed, what has lapsed, what is over."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from jobyard.job import moves
from jobyard.job.events import Change
from jobyard.job.states import State
from jobyard.store.contract import QueueRow, Transaction
from tests.store.making import BROKEN, LEASE, NOW, Hand

KINDS = ["test.work"]


def test_higher_priority_first_then_first_come(hand: Hand) -> None:
    for name, priority in (("a", 0), ("b", 5), ("c", -5), ("d", 5), ("e", 0)):
        hand.submit(name=name, priority=priority)
    assert hand.candidates(["default"], KINDS) == ["b", "d", "a", "e", "c"]


def test_several_queues_are_one_line(hand: Hand) -> None:
    for name, queue, priority in (("a", "x", 0), ("b", "y", 0), ("c", "x", 1), ("d", "y", 1), ("e", "z", 9)):
        hand.submit(name=name, queue=queue, priority=priority)
    assert hand.candidates(["x", "y"], KINDS) == ["c", "d", "a", "b"]
    assert hand.candidates(["y", "x", "y"], KINDS, limit=3) == ["c", "d", "a"]


def test_only_so_many(hand: Hand) -> None:
    for name in "abc":
        hand.submit(name=name)
    assert hand.candidates(["default"], KINDS, limit=2) == ["a", "b"]
    assert hand.candidates(["default"], KINDS, limit=0) == []
    assert hand.candidates(["default"], KINDS, limit=-1) == []


def test_no_queue_no_kind_no_job(hand: Hand) -> None:
    hand.submit()
    assert hand.candidates([], KINDS) == []
    assert hand.candidates(["default"], []) == []
    assert hand.candidates(["nowhere"], KINDS) == []


def test_only_the_kinds_asked_for(hand: Hand) -> None:
    hand.submit(name="a", kind="one")
    hand.submit(name="b", kind="two")
    hand.submit(name="c", kind="three")
    assert hand.candidates(["default"], ["one", "three", "four"]) == ["a", "c"]


@pytest.mark.parametrize("hostile", ["x'", "\0", "\ud800", 'x" OR 1=1 --'])
def test_names_that_cannot_be_find_nothing(hand: Hand, hostile: str) -> None:
    hand.submit()
    assert hand.candidates([hostile], KINDS) == []
    assert hand.candidates(["default"], [hostile]) == []


def test_paused_queues_are_left_out_until_they_go_on(hand: Hand) -> None:
    hand.submit(name="a", queue="x")
    hand.submit(name="b", queue="y")
    hand.do(lambda t: t.put_queue(QueueRow(name="x", paused=True, paused_by="ada")))
    assert hand.candidates(["x", "y"], KINDS) == ["b"]
    hand.do(lambda t: t.put_queue(QueueRow(name="x")))
    assert hand.candidates(["x", "y"], KINDS) == ["a", "b"]


def test_external_jobs_drafts_running_and_final_jobs_are_left_out(hand: Hand) -> None:
    hand.submit(name="external", external=True)
    hand.submit(name="draft", state=State.DRAFT)
    hand.claim(hand.submit(name="running").id)
    hand.finished(name="done")
    cancelled = hand.submit(name="cancelled")
    hand.move(cancelled.id, lambda job: moves.cancel(job, NOW, "ada"))
    assert hand.candidates(["default"], KINDS) == []


def test_a_due_time_is_waited_for_to_the_microsecond(hand: Hand) -> None:
    hand.submit(name="later", due_at=NOW + 10)
    hand.submit(name="now", priority=-1)
    assert hand.candidates(["default"], KINDS, now=NOW + 9) == ["now"]
    assert hand.candidates(["default"], KINDS, now=NOW + 10) == ["later", "now"]
    # Once its time has come it stands in line for good.
    assert hand.candidates(["default"], KINDS, now=NOW + 9) == ["later", "now"]


def test_a_due_external_job_stays_out(hand: Hand) -> None:
    hand.submit(name="external", external=True, due_at=NOW)
    assert hand.candidates(["default"], KINDS, now=NOW + 1) == []


def test_a_job_that_backed_off_comes_again_when_it_is_due(hand: Hand) -> None:
    job = hand.claim(hand.submit(name="again", tries=2).id)
    hand.move(job.id, lambda job: moves.back_off(job, 1, NOW, BROKEN, NOW + 100))
    assert hand.candidates(["default"], KINDS, now=NOW + 99) == []
    assert hand.candidates(["default"], KINDS, now=NOW + 100) == ["again"]


def test_a_given_back_and_a_retried_job_stand_in_line_again(hand: Hand) -> None:
    job = hand.claim(hand.submit(name="back").id)
    hand.move(job.id, lambda job: moves.give_back(job, 1, NOW))
    done = hand.finished(name="retried")
    hand.move(done.id, lambda job: moves.retry(job, NOW, "ada"))
    assert hand.candidates(["default"], KINDS) == ["back", "retried"]


def test_a_due_job_whose_priority_changed_keeps_being_due(hand: Hand) -> None:
    job = hand.submit(name="due", due_at=NOW + 1)
    assert hand.candidates(["default"], KINDS, now=NOW + 2) == ["due"]
    hand.do(lambda t: t.apply(Change(job=replace(job, revision=2, priority=9))))
    assert hand.candidates(["default"], KINDS, now=NOW + 2) == ["due"]


def test_a_withdrawn_due_job_is_out(hand: Hand) -> None:
    job = hand.submit(due_at=NOW + 1)
    assert len(hand.candidates(["default"], KINDS, now=NOW + 2)) == 1
    hand.move(job.id, lambda job: moves.withdraw(job, NOW, "ada"))
    assert hand.candidates(["default"], KINDS, now=NOW + 2) == []


def test_claimed_jobs_are_gone_for_the_next(hand: Hand) -> None:
    for _ in range(5):
        hand.submit()

    def claim(transaction: Transaction) -> list[str]:
        found = transaction.candidates(["default"], KINDS, NOW, 2)
        return [transaction.apply(moves.claim(job, NOW, "w", LEASE)).id for job in found]

    claims = [hand.do(claim) for _ in range(4)]
    assert [len(claim) for claim in claims] == [2, 2, 1, 0]
    assert len({id_ for claim in claims for id_ in claim}) == 5


def test_lapsed_leases_by_id_behind_a_place(hand: Hand) -> None:
    ids = sorted(hand.claim(hand.submit().id).id for _ in range(4))
    over = NOW + LEASE + 1

    def lapsed(now: int, after: str, limit: int) -> list[str]:
        return hand.do(lambda t: [job.id for job in t.lapsed(now, after, limit)])

    assert lapsed(over - 1, "", 9) == []
    assert lapsed(over, "", 9) == ids
    assert lapsed(over, ids[1], 9) == ids[2:]
    assert lapsed(over, "", 1) == ids[:1]
    hand.move(ids[0], lambda job: moves.beat(job, 1, over, LEASE))
    hand.move(ids[1], lambda job: moves.finish(job, 1, over))
    assert lapsed(over, "", 9) == ids[2:]


def test_a_lapsed_external_job_is_named_too(hand: Hand) -> None:
    job = hand.submit(external=True, state=State.DRAFT)
    hand.move(job.id, lambda job: moves.start(job, NOW, "ada", LEASE))
    assert hand.do(lambda t: [one.id for one in t.lapsed(NOW + LEASE + 1, "", 9)]) == [job.id]


def test_results_that_have_outlived_their_time_oldest_first(hand: Hand) -> None:
    first, second = hand.finished(NOW, name="first"), hand.finished(NOW - 5, name="second")
    never = hand.finished(name="never")
    hand.move(never.id, lambda job: moves.keep(job, NOW, "ada", None))

    def outlived(now: int, limit: int = 9) -> list[str]:
        return hand.do(lambda t: [job.name for job in t.outlived(now, limit)])

    assert outlived(NOW + 5) == []
    assert outlived(NOW + 6) == ["second"]
    assert outlived(NOW + 11) == ["second", "first"]
    assert outlived(NOW + 11, 1) == ["second"]
    hand.move(second.id, lambda job: moves.expire(job, NOW + 11))
    hand.move(first.id, lambda job: moves.retry(job, NOW + 11, "ada"))
    assert outlived(NOW + 99) == []
