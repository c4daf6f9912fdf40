"""The order in which jobs are given out: fair turns, levels that grow more urgent, barred owners, times that come."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from jobyard.job import line, moves
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.store.contract import QueueRow, Transaction
from jobyard.store.relational import claim
from tests.store.making import BROKEN, LEASE, NOW, Hand, submission

KINDS = ["test.work"]
MINUTE = 60_000_000


def join_many(hand: Hand, owner: str, many: int, **fields: Any) -> None:
    """Put many jobs in line in one transaction."""

    def work(transaction: Transaction) -> None:
        for _ in range(many):
            change = submission(owner=owner, name=owner, **fields)
            turn = transaction.turn(change.job.queue, change.job.priority, owner)
            transaction.insert(replace(change, job=replace(change.job, turn=turn)))

    hand.do(work)


def job(hand: Hand, id_: str) -> Job:
    found = hand.job(id_)
    assert found is not None
    return found


# --- turns ----------------------------------------------------------------------------------------------------------


def test_t_25_a_neighbour_of_three_hundred_jobs_is_served_at_once(hand: Hand) -> None:
    join_many(hand, "ada", 300)
    assert {job.owner for job in hand.take(37)} == {"ada"}
    join_many(hand, "bob", 10)
    assert [job.owner for job in hand.take(50)].count("bob") == 10
    assert hand.store.check() == []


@pytest.mark.storm
def test_t_25_a_neighbour_of_ten_thousand_jobs_is_served_at_once(hand: Hand) -> None:
    if hand.store.dialect == "memory":
        pytest.skip("it looks at every job for every turn")
    for _ in range(10):
        join_many(hand, "ada", 1_000)
    assert {job.owner for job in hand.take(256)} == {"ada"}
    join_many(hand, "bob", 10)
    assert hand.served(50).count("b") == 10
    assert hand.store.check() == []


def test_three_owners_alternate(hand: Hand) -> None:
    for owner, many in (("a", 6), ("b", 2), ("c", 3)):
        join_many(hand, owner, many)
    assert hand.served(11) == "abcabc" + "ac" + "aaa"


def test_a_turn_is_behind_ones_own_and_not_before_the_one_that_is_served(hand: Hand) -> None:
    def turn(owner: str, queue: str = "default", priority: int = 0) -> int:
        return hand.do(lambda t: t.turn(queue, priority, owner))

    assert turn("ada") == 0
    assert [hand.join(owner="ada").turn for _ in range(4)] == [0, 1, 2, 3]
    assert turn("ada") == 4
    assert turn("bob") == 0
    hand.take(2)
    assert (turn("ada"), turn("bob")) == (4, 2)
    assert turn("bob", queue="gpu") == turn("bob", priority=1) == turn("ada", priority=-1) == 0
    hand.take(9)
    assert turn("ada") == 0


@pytest.mark.parametrize(
    "fields", [{"state": State.DRAFT}, {"external": True}, {"due_at": NOW + 9}, {"waits": 1}], ids=str
)
def test_what_does_not_stand_in_line_takes_nobodys_turn(hand: Hand, fields: dict[str, object]) -> None:
    hand.submit(turn=50, **fields)
    assert hand.join().turn == 0


def test_within_one_work_each_job_has_a_turn_of_its_own(hand: Hand) -> None:
    join_many(hand, "ada", 5)
    page = hand.find().jobs
    assert sorted(job.turn for job in page) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("hostile", ["\0", "\ud800", "x'"])
def test_a_turn_for_names_that_cannot_be(hand: Hand, hostile: str) -> None:
    assert hand.do(lambda t: (t.turn(hostile, 0, "ada"), t.turn("default", 0, hostile))) == (0, 0)


# --- levels ---------------------------------------------------------------------------------------------------------


def test_the_higher_priority_goes_first_however_old_the_other_line_is(hand: Hand) -> None:
    join_many(hand, "a", 8)
    later = NOW + 300 * MINUTE
    assert hand.served(1, later) == "a"
    join_many(hand, "b", 3, priority=1, now=later)
    join_many(hand, "c", 2, priority=2, now=later)
    assert hand.served(7, later) == "ccbbbaa"


def test_a_level_that_is_given_nothing_grows_by_a_point_a_minute(hand: Hand) -> None:
    join_many(hand, "a", 3)
    join_many(hand, "b", 20, priority=3)
    served = "".join(hand.served(1, NOW + at * MINUTE) for at in range(10))
    # Three points stand for three minutes; then the count begins anew.
    assert served == "bbbb" + "abbb" + "ab"


def test_one_claim_of_many_keeps_the_same_order(hand: Hand) -> None:
    join_many(hand, "a", 3)
    join_many(hand, "b", 3, priority=1)
    join_many(hand, "c", 3, queue="gpu")
    assert "".join(job.name for job in hand.take(9)) == "bbb" + "acacac"


def test_what_was_offered_and_not_taken_does_not_count_as_served(hand: Hand) -> None:
    join_many(hand, "a", 2)
    join_many(hand, "b", 2, queue="gpu")
    for _ in range(3):
        assert len(hand.candidates(["default", "gpu"], KINDS, limit=1)) == 1
    assert hand.served(4) == "abab"


def test_queues_of_one_priority_take_turns(hand: Hand) -> None:
    join_many(hand, "a", 5, queue="x")
    join_many(hand, "b", 2, queue="y", now=NOW + 1)
    assert hand.served(7, NOW + 2) == "abab" + "aaa"


def test_workers_of_another_kind_do_not_keep_a_level_from_growing(hand: Hand) -> None:
    join_many(hand, "o", 9, kind="other")
    join_many(hand, "a", 1)
    join_many(hand, "b", 9, priority=2)
    for at in range(3):
        assert hand.served(1, NOW + at * MINUTE, kinds=["other"]) == "o"
        assert hand.served(1, NOW + at * MINUTE) == "b"
    assert hand.served(1, NOW + 3 * MINUTE, kinds=["other"]) == "o"
    assert hand.served(1, NOW + 3 * MINUTE) == "a"


def test_levels_that_have_nothing_for_a_worker_hide_nothing_from_it(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever fills many levels with what nobody may take now must not shut the line for all the others."""
    monkeypatch.setattr(line, "LEVEL_LIMIT", 3)
    for priority in range(1, 7):
        hand.join(owner="eve", priority=priority, name="eve")
        hand.join(owner="bob", priority=priority, name="other", kind="other")
    hand.join(owner="ada", name="ada")
    assert [job.name for job in hand.take(9, barred=["eve"])] == ["ada"]


def test_only_so_many_levels_are_compared(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "LEVEL_LIMIT", 3)
    for priority in range(6):
        hand.join(priority=priority, name=str(priority))
        hand.join(priority=priority, name=str(priority), queue="gpu")
    assert hand.candidates(["default"], KINDS) == ["5", "4", "3"]
    assert sorted(hand.candidates(["gpu", "default"], KINDS)) == ["3", "3", "4", "4", "5", "5"]


def test_many_better_levels_that_are_filled_again_shut_nobody_out(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "LEVEL_LIMIT", 8)
    for priority in (-1000, -500, -200):
        hand.join(owner="bob", priority=priority, name="bob")
    for priority in range(1, 13):
        hand.join(owner="eve", priority=priority, name="eve")
    served, now = list[str](), NOW + 3_000 * MINUTE
    while "bob" not in served and len(served) < 200:
        now += MINUTE
        [one] = hand.take(1, now)
        served.append(one.owner)
        if one.owner == "eve":
            hand.join(owner="eve", priority=one.priority, name="eve", now=now)
    assert served[-1] == "bob"


def test_more_levels_than_are_asked_at_once(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim, "_AT_ONCE", 2)
    for priority in (1, 5, 3, 2, 4):
        hand.join(priority=priority, name=str(priority))
    assert hand.candidates(["default"], KINDS) == ["5", "4", "3", "2", "1"]


# --- barred owners --------------------------------------------------------------------------------------------------


def test_barred_owners_are_passed_over_and_keep_their_turns(hand: Hand) -> None:
    for owner in "abc":
        join_many(hand, owner, 3)
    assert hand.served(3, barred=["a"]) == "bcb"
    assert hand.served(2, barred=["a", "c", "nobody"]) == "b"
    assert hand.served(2) == "aa"
    assert hand.take(9, barred=["a", "c"]) == []
    assert hand.served(9) == "cac"


def test_barred_owners_leave_the_lower_priority_to_others(hand: Hand) -> None:
    join_many(hand, "a", 3, priority=5)
    join_many(hand, "b", 2)
    assert hand.served(2, barred=["a"]) == "bb"
    assert hand.served(1, barred=["b"]) == "a"


def test_of_barred_and_others_only_the_kinds_asked_for(hand: Hand) -> None:
    join_many(hand, "a", 1)
    join_many(hand, "b", 1, kind="other")
    join_many(hand, "b", 1)
    join_many(hand, "c", 1, kind="other")
    assert [job.owner for job in hand.take(9, barred=["a"])] == ["b"]


@pytest.mark.parametrize("limit", [1, 3, 9])
def test_where_too_many_others_wait_to_be_asked_one_by_one(
    hand: Hand, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(claim, "OWNERS_LIMIT", 3)
    for owner in "abcdefg":
        join_many(hand, owner, 2)
    few = [job.name for job in hand.take(limit, barred=["a", "c", "d", "f", "g"])]
    assert few == ["b", "e", "b", "e"][:limit]
    left = [name for name in "bcdefg" * 2 if name not in few]
    assert [job.name for job in hand.take(limit, barred=["a", *few])] == left[:limit]


@pytest.mark.parametrize("hostile", ["x'", "\0", "\ud800"])
def test_barring_names_that_cannot_be_bars_nobody(hand: Hand, hostile: str) -> None:
    join_many(hand, "a", 1)
    assert hand.served(1, barred=[hostile]) == "a"


# --- times that come ------------------------------------------------------------------------------------------------


def test_a_job_whose_time_has_come_loses_its_time_and_counts_no_revision(hand: Hand) -> None:
    due = hand.join(due_at=NOW + 5)
    assert hand.take(9, NOW + 4) == []
    assert job(hand, due.id) == due
    assert hand.candidates(["elsewhere"], KINDS, NOW + 5) == []
    assert job(hand, due.id) == replace(due, due_at=None)
    assert [event.type for event in hand.see(lambda view: view.history(due.id, 0, 9))] == ["submitted"]
    assert hand.take(9, NOW + 5)[0].revision == 2


def test_jobs_join_the_line_without_being_asked_for(hand: Hand) -> None:
    first, due, later = hand.join(), hand.join(due_at=NOW + 5), hand.join(due_at=NOW + 6)
    hand.do(lambda transaction: transaction.join(NOW + 5))
    joined = job(hand, due.id)
    assert (joined.due_at, joined.revision, joined.turn > first.turn) == (None, 1, True)
    assert job(hand, later.id) == later


def test_what_comes_due_joins_behind_its_owners_own_and_no_earlier_than_what_is_served(hand: Hand) -> None:
    """Many jobs that were sent ahead of their time must not stand before everybody once it comes."""
    join_many(hand, "a", 5, due_at=NOW + 10)
    join_many(hand, "c", 20)
    hand.take(9)
    join_many(hand, "b", 2)
    join_many(hand, "a", 1)
    assert hand.candidates(["elsewhere"], KINDS, NOW + 10) == []
    turns = [job.turn for job in hand.find(limit=99).jobs if job.owner == "a"]
    assert sorted(turns) == [9, 10, 11, 12, 13, 14]
    assert hand.served(8, NOW + 10) == "cba" + "acb" + "ac"


def test_what_comes_due_first_joins_first(hand: Hand) -> None:
    for name, due in (("c", 3), ("a", 1), ("b", 2), ("d", 3)):
        hand.join(name=name, due_at=NOW + due)
    assert hand.served(4, NOW + 9) == "abcd"


def test_a_job_that_comes_again_after_a_failure_stands_behind_its_owners_own(hand: Hand) -> None:
    for name in ("first", "second", "third"):
        hand.join(name=name, tries=3)
    (failed,) = hand.take()
    hand.move(failed.id, lambda job: moves.back_off(job, 1, NOW, BROKEN, NOW + 10))
    assert [job.name for job in hand.take(9, NOW + 10)] == ["second", "third", "first"]


def test_a_job_that_was_given_back_keeps_its_place(hand: Hand) -> None:
    for name in ("first", "second", "third"):
        hand.join(name=name)
    (held,) = hand.take()
    hand.move(held.id, lambda job: moves.give_back(job, 1, NOW))
    assert [job.name for job in hand.take(9)] == ["first", "second", "third"]


def test_many_at_one_time_all_come(hand: Hand) -> None:
    def work(transaction: Transaction) -> None:
        for at in range(1_100):
            transaction.insert(submission(owner="ab"[at % 2], due_at=NOW + 1))

    hand.do(work)
    assert len(hand.take(1, NOW + 1)) == 1
    assert len(hand.take(1, NOW + 1)) == 1
    waiting = [job for job in hand.find(limit=1_000).jobs if job.state is State.QUEUED]
    assert {job.due_at for job in waiting} == {None}
    assert len({(job.owner, job.turn) for job in waiting}) == len(waiting)


# --- what waits for others ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("due_at", [None, NOW - 5, NOW + 5])
def test_a_job_that_waits_for_others_is_not_given_out_before_it_met_them(hand: Hand, due_at: int | None) -> None:
    waiting = hand.join(waits=1, after=("b" * 32,), due_at=due_at)
    assert hand.take(9, NOW + 9) == []
    assert job(hand, waiting.id).due_at == due_at
    hand.move(waiting.id, lambda job: moves.meet(job, NOW + 9, "b" * 32, 0, 7))
    claimed = hand.take(9, NOW + 9)
    assert [job.id for job in claimed] == [waiting.id]
    assert claimed[0].due_at is None


def test_what_waits_is_not_given_out_by_any_way_of_asking(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    for fields in ({"waits": 2}, {"due_at": NOW + 99}, {"external": True}, {"state": State.DRAFT}):
        hand.join(owner="bob", **fields)
    assert hand.take(9, barred=["ada"]) == []
    monkeypatch.setattr(claim, "OWNERS_LIMIT", 0)
    assert hand.take(9, barred=["ada"]) == []


def test_a_paused_queue_is_no_reason_to_hold_its_times_back(hand: Hand) -> None:
    hand.do(lambda t: t.put_queue(QueueRow(name="default", paused=True)))
    due = hand.join(due_at=NOW)
    assert hand.take(9) == []
    assert job(hand, due.id).due_at is None


def test_a_work_that_slips_gives_nothing_out_and_lets_nothing_join(hand: Hand) -> None:
    due = hand.join(due_at=NOW)

    def work(transaction: Transaction) -> None:
        (found,) = transaction.candidates(["default"], KINDS, NOW, 1)
        transaction.apply(moves.claim(found, NOW, "w1", LEASE))
        raise ValueError

    assert isinstance(hand.fails(work), ValueError)
    assert job(hand, due.id) == due
