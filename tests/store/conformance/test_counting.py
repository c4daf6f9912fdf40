"""What is counted or added up: who stands before a job, what runs, what results take; and lists by the same things."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from jobyard.job import moves
from jobyard.job.events import Change
from jobyard.job.filters import EVERYTHING, Filter, Order, Scope
from jobyard.job.record import Job, ResultFile
from jobyard.job.states import State
from jobyard.store.contract import Running, Transaction
from tests.store.making import NOW, Hand, submission


def file(name: str, size: int, attempt: int = 1) -> ResultFile:
    return ResultFile(name=name, size=size, sha256="0", blob=f"{name}-{attempt}-{size}", attempt=attempt)


# --- before a job in line -------------------------------------------------------------------------------------------


def ahead(hand: Hand, job: Job, limit: int = 99) -> dict[str, int]:
    seen = hand.see(lambda view: view.ahead(job, limit))
    assert hand.do(lambda transaction: transaction.ahead(job, limit)) == seen
    return seen


def test_before_a_job_stand_higher_priorities_and_earlier_turns(hand: Hand) -> None:
    jobs = {
        name: hand.submit(name=name, priority=priority, turn=turn, kind=kind)
        for name, priority, turn, kind in (
            ("first", 5, 3, "one"),
            ("second", 0, 0, "two"),
            ("third", 0, 1, "one"),
            ("fourth", 0, 1, "one"),
            ("last", -1, 0, "one"),
        )
    }
    assert ahead(hand, jobs["first"]) == {}
    assert ahead(hand, jobs["second"]) == {"one": 1}
    assert ahead(hand, jobs["third"]) == {"one": 1, "two": 1}
    assert ahead(hand, jobs["fourth"]) == {"one": 2, "two": 1}
    assert ahead(hand, jobs["last"]) == {"one": 3, "two": 1}
    assert list(ahead(hand, jobs["last"])) == ["one", "two"]


def test_only_so_many_are_counted_nearest_to_the_front_first(hand: Hand) -> None:
    for number in range(6):
        hand.submit(turn=number, kind="one" if number < 2 else "two")
    last = hand.submit(turn=9)
    assert ahead(hand, last, 3) == {"one": 2, "two": 1}
    assert ahead(hand, last, 0) == ahead(hand, last, -1) == {}


def test_what_does_not_stand_in_this_line_does_not_count(hand: Hand) -> None:
    for fields in (
        {"queue": "gpu"},
        {"due_at": NOW + 5},
        {"waits": 1},
        {"external": True},
        {"state": State.DRAFT},
    ):
        hand.submit(priority=9, **fields)
    hand.claim(hand.submit(priority=9).id)
    hand.finished(priority=9)
    assert ahead(hand, hand.submit()) == {}


def test_the_order_of_candidates_is_the_order_that_is_counted(hand: Hand) -> None:
    for number in range(12):
        hand.join(owner=f"o{number % 3}", priority=number % 2, name=str(number))
    jobs = {job.name: job for job in hand.find().jobs}
    line = hand.candidates(["default"], ["test.work"])
    assert [sum(ahead(hand, jobs[name]).values()) for name in line] == list(range(12))


def test_a_queue_that_cannot_be_has_nobody_before_anybody(hand: Hand) -> None:
    hand.submit()
    assert ahead(hand, Job(id="a" * 32, kind="k", owner="o", queue="\0")) == {}


# --- what runs ------------------------------------------------------------------------------------------------------


def test_what_our_workers_run_by_owner_queue_and_kind(hand: Hand) -> None:
    for owner, queue, kind in (("bob", "x", "one"), ("ada", "y", "one"), ("ada", "x", "two"), ("ada", "x", "two")):
        hand.claim(hand.submit(owner=owner, queue=queue, kind=kind).id)
    hand.submit(owner="ada", queue="x", kind="two")
    hand.finished(owner="ada", queue="x", kind="two")
    external = hand.submit(external=True)
    hand.move(external.id, lambda job: moves.start(job, NOW, "ada", 9))
    expected = [("ada", "x", "two", 2), ("ada", "y", "one", 1), ("bob", "x", "one", 1)]
    told = [Running(owner=owner, queue=queue, kind=kind, count=count) for owner, queue, kind, count in expected]
    assert hand.see(lambda view: view.running()) == told
    assert hand.do(lambda transaction: transaction.running()) == told


def test_a_work_sees_what_it_set_running(hand: Hand) -> None:
    job = hand.submit()

    def work(transaction: Transaction) -> list[int]:
        before = len(transaction.running())
        claimed = transaction.apply(moves.claim(job, NOW, "w1", 9))
        during = transaction.running()
        transaction.apply(moves.finish(claimed, 1, NOW))
        return [before, during[0].count, len(transaction.running())]

    assert hand.do(work) == [0, 1, 0]


# --- what results take ----------------------------------------------------------------------------------------------


def stored(hand: Hand, *owners: str) -> list[int]:
    seen = hand.see(lambda view: [view.stored(owner) for owner in owners])
    assert hand.do(lambda transaction: [transaction.stored(owner) for owner in owners]) == seen
    assert hand.store.check() == []
    return seen


def add(hand: Hand, job: Job, *files: ResultFile) -> None:
    hand.each(*(lambda t, one=one: t.add_file(job.id, one) for one in files))


def test_the_bytes_of_an_owners_results(hand: Hand) -> None:
    mine, also, theirs = hand.submit(), hand.submit(), hand.submit(owner="bob")
    assert stored(hand, "ada", "bob", "\0") == [0, 0, 0]
    add(hand, mine, file("a", 5), file("b", 7))
    add(hand, also, file("a", 2**40))
    add(hand, theirs, file("a", 1), file("a", 10, attempt=2))
    assert stored(hand, "ada", "bob") == [12 + 2**40, 11]
    assert hand.see(lambda view: view.stored(None)) == 23 + 2**40


def test_a_file_that_is_replaced_counts_once(hand: Hand) -> None:
    job = hand.submit()
    add(hand, job, file("a", 5))
    add(hand, job, file("a", 3), file("a", 4))
    assert stored(hand, "ada") == [4]


def test_dropped_files_and_removed_jobs_take_nothing(hand: Hand) -> None:
    job, other = hand.submit(), hand.finished()
    add(hand, job, file("a", 5))
    add(hand, other, file("a", 7))
    hand.do(lambda t: t.drop_files(job.id))
    assert stored(hand, "ada") == [7]
    hand.do(lambda t: t.remove(other.id))
    assert stored(hand, "ada") == [0]


def test_bytes_follow_a_job_to_its_new_owner(hand: Hand) -> None:
    job = hand.submit()
    add(hand, job, file("a", 5), file("b", 6))

    def work(transaction: Transaction) -> None:
        transaction.add_file(job.id, file("c", 1))
        transaction.apply(Change(job=replace(job, revision=2, owner="bob")))
        transaction.add_file(job.id, file("d", 2))

    hand.do(work)
    assert stored(hand, "ada", "bob") == [0, 14]


def test_a_work_that_slips_takes_no_bytes(hand: Hand) -> None:
    job = hand.submit()

    def work(transaction: Transaction) -> None:
        transaction.add_file(job.id, file("a", 5))
        assert transaction.stored("ada") == 5
        raise ValueError

    hand.fails(work)
    assert stored(hand, "ada") == [0]


# --- lists and counts by kind, queue and schedule ---------------------------------------------------------------------


FILTERS: list[tuple[dict[str, Any], str]] = [
    ({"kinds": ["one"]}, "fdb"),
    ({"kinds": ["one", "two"]}, "fdcba"),
    ({"kinds": ["none"]}, ""),
    ({"kinds": ["one", "\0"]}, "fdb"),
    ({"queues": ["x"]}, "fca"),
    ({"queues": ["x", "y"]}, "fdcba"),
    ({"queues": ["x"], "kinds": ["two"]}, "ca"),
    ({"queues": ["x"], "states": [State.DRAFT]}, "c"),
    ({"kinds": ["one"], "states": [State.QUEUED, State.RUNNING]}, "db"),
    ({"kinds": ["one"], "owners": ["ada"]}, "fb"),
    ({"kinds": ["one"], "projects": ["p"]}, "b"),
    ({"schedule": "s1"}, "ca"),
    ({"schedule": "s1", "states": [State.QUEUED]}, "a"),
    ({"schedule": "s1", "kinds": ["one"]}, ""),
    ({"schedule": "s2", "text": "d"}, "d"),
    ({"schedule": "none"}, ""),
    ({"schedule": "\0"}, ""),
]


@pytest.mark.parametrize(("wanted", "names"), FILTERS, ids=str)
def test_lists_and_counts_agree(hand: Hand, wanted: dict[str, Any], names: str) -> None:
    hand.submit(name="a", kind="two", queue="x", schedule="s1")
    hand.submit(name="b", kind="one", queue="y", project="p")
    hand.submit(name="c", kind="two", queue="x", schedule="s1", state=State.DRAFT)
    hand.claim(hand.submit(name="d", kind="one", queue="y", schedule="s2", owner="bob").id)
    hand.submit(name="e", kind="three", queue="z")
    hand.finished(NOW + 5, name="f", kind="one", queue="x")
    sets: dict[str, Any] = {
        name: frozenset(value) if isinstance(value, list) else value for name, value in wanted.items()
    }
    filter_ = Filter(**sets)
    for order in (Order.NEWEST, Order.OLDEST, Order.PRIORITY):
        assert sorted(hand.names(filter_, order=order)) == sorted(names)
    assert hand.names(filter_) == list(names)
    assert hand.names(filter_, order=Order.ENDED) == [name for name in names if name == "f"]
    assert "".join(job.name for page in hand.pages(Order.NEWEST, 1, filter_) for job in page.jobs) == names
    assert hand.see(lambda view: view.count(filter_, EVERYTHING, 99)) == len(names)
    inside = Scope(owner="bob", projects=frozenset({"p"}))
    assert hand.names(filter_, inside) == [name for name in names if name in "bd"]
    assert hand.see(lambda view: view.count(filter_, inside, 99)) == len([name for name in names if name in "bd"])


def test_counters_by_kind_follow_a_job(hand: Hand) -> None:
    job = hand.submit(kind="one")

    def count(kind: str) -> int:
        return hand.see(lambda view: view.count(Filter(kinds=frozenset({kind})), EVERYTHING, 9))

    assert (count("one"), count("two")) == (1, 0)
    hand.do(lambda t: t.apply(Change(job=replace(job, revision=2, kind="two"))))
    assert (count("one"), count("two")) == (0, 1)
    assert hand.store.check() == []


def test_many_of_one_kind_are_counted_without_being_looked_at(hand: Hand) -> None:
    def work(transaction: Transaction) -> int:
        for number in range(30):
            transaction.insert(submission(kind="one" if number % 3 else "two"))
        return transaction.count(Filter(kinds=frozenset({"one"})), EVERYTHING, 99)

    assert hand.do(work) == 20
    assert hand.see(lambda view: view.count(Filter(kinds=frozenset({"one"})), EVERYTHING, 7)) == 7
