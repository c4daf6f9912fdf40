"""What a work may count on, and what happens when it raises."""

from __future__ import annotations

import threading
from functools import partial

from jobyard.job import moves
from jobyard.job.errors import KeyReused, Unavailable
from jobyard.job.events import Change
from jobyard.job.filters import EVERYTHING, Filter
from jobyard.job.record import Attempt, Job, LogLine, ResultFile
from jobyard.people.record import Role, User
from jobyard.store.contract import QueueRow, Reused, Transaction
from tests.store.making import NOW, PATIENCE, Hand, submission


class Slip(Exception):
    """Raised by a work on purpose."""


def _touch_everything(transaction: Transaction, job: Job) -> None:
    transaction.apply(moves.cancel(job, NOW, "ada"))
    fresh = transaction.insert(submission(name="fresh", labels={"a": "b"}))
    transaction.remember("ada", "key", Reused(job=fresh.id, digest="d"), NOW)
    transaction.add_log(fresh.id, 1, [LogLine(number=1, at=NOW, stream="out", text="line")])
    transaction.add_file(fresh.id, ResultFile(name="f", size=1, sha256="s", blob="b"))
    transaction.put_queue(QueueRow(name="other", paused=True))
    transaction.put_user(User(id="u", name="eve", role=Role.VIEWER))
    transaction.put_setting("a", "b")


def test_a_work_that_raises_changes_nothing(hand: Hand) -> None:
    job = hand.submit(name="old")
    last = hand.see(lambda view: view.last_event())

    def work(transaction: Transaction) -> None:
        _touch_everything(transaction, job)
        raise Slip

    assert isinstance(hand.fails(work), Slip)
    assert hand.job(job.id) == job
    assert hand.names() == ["old"]
    assert hand.see(lambda view: view.last_event()) == last
    assert hand.see(lambda view: view.reused("ada", "key")) is None
    assert [row.name for row in hand.see(lambda view: view.queues())] == ["default"]
    assert hand.see(lambda view: view.user("eve")) is None
    assert hand.see(lambda view: view.setting("a")) is None
    assert hand.see(lambda view: view.files_after("", 9)) == []
    assert [(tally.state.value, tally.count) for tally in hand.see(lambda view: view.tallies(EVERYTHING))] == [
        ("queued", 1)
    ]
    assert hand.names(Filter(text="fresh")) == []
    assert hand.store.check() == []


def test_a_removal_that_raises_leaves_the_job_whole(hand: Hand) -> None:
    job = hand.finished(name="whole", labels={"a": "b"})

    def work(transaction: Transaction) -> None:
        transaction.remove(job.id)
        raise Slip

    hand.fails(work)
    assert hand.job(job.id) == job
    assert len(hand.see(lambda view: view.attempts(job.id))) == 1
    assert hand.names(Filter(text="whole", labels=frozenset({("a", "b")}))) == ["whole"]
    assert hand.store.check() == []


def test_the_result_of_a_work_comes_through_the_future(hand: Hand) -> None:
    assert hand.do(lambda transaction: ("any", "thing")) == ("any", "thing")
    assert hand.see(lambda view: None) is None


def test_an_error_of_a_reading_comes_through_the_future(hand: Hand) -> None:
    def work(view: object) -> None:
        raise Slip

    assert isinstance(hand.store.read(work).exception(PATIENCE), Slip)
    assert hand.names() == []


def test_even_an_exit_asked_for_by_a_work_stays_in_its_future(hand: Hand) -> None:
    def work(transaction: Transaction) -> None:
        raise SystemExit(3)

    assert isinstance(hand.fails(work), SystemExit)
    assert hand.submit().number == 1


def test_neighbours_of_a_failing_work_are_not_harmed(hand: Hand) -> None:
    gate = threading.Event()
    if hand.store.dialect != "memory":
        hand.store.write(lambda transaction: gate.wait(PATIENCE))

    def work(number: int, transaction: Transaction) -> int:
        job = transaction.insert(submission(name=f"job {number}"))
        # A look at the counters makes waiting work be written in the middle of a batch.
        transaction.tallies(EVERYTHING)
        if number % 3 == 0:
            raise Slip
        return job.number

    writes = [hand.store.write(partial(work, number)) for number in range(30)]
    gate.set()
    failed = [number for number, write in enumerate(writes) if isinstance(write.exception(PATIENCE), Slip)]
    assert failed == list(range(0, 30, 3))
    assert sorted(hand.names(Filter(text="job"))) == sorted(f"job {n}" for n in range(30) if n % 3)
    assert hand.see(lambda view: view.count(Filter(), EVERYTHING, 99)) == 20
    assert hand.store.check() == []


def test_what_is_acknowledged_is_seen_by_the_next_reading(hand: Hand) -> None:
    for number in range(20):
        job = hand.submit(name=f"n{number}")
        assert hand.job(job.id) == job
        assert hand.see(lambda view: view.events(0, 99))[-1].job == job.id
        assert hand.names(limit=1) == [f"n{number}"]


def test_a_cancelled_future_may_keep_its_work_from_running_but_nothing_else(hand: Hand) -> None:
    gate = threading.Event()
    writers = 0 if hand.store.dialect == "memory" else 4
    blockers = [hand.store.write(lambda transaction: gate.wait(PATIENCE)) for _ in range(writers)]
    unwanted = hand.store.write(lambda transaction: transaction.insert(submission(name="unwanted")))
    wanted = hand.store.write(lambda transaction: transaction.insert(submission(name="wanted")))
    cancelled = unwanted.cancel()
    gate.set()
    assert wanted.result(PATIENCE).name == "wanted"
    assert all(blocker.result(PATIENCE) for blocker in blockers)
    assert hand.names() == (["wanted"] if cancelled else ["wanted", "unwanted"])


def test_a_bound_key_cannot_be_bound_again(hand: Hand) -> None:
    first, second = hand.submit(), hand.submit()
    hand.do(lambda t: t.remember("ada", "key", Reused(job=first.id, digest="x"), NOW))
    error = hand.fails(lambda t: t.remember("ada", "key", Reused(job=second.id, digest="y"), NOW))
    assert isinstance(error, KeyReused)
    assert error.data["id"] == first.id
    assert hand.see(lambda view: view.reused("ada", "key")) == Reused(job=first.id, digest="x")


def test_a_key_lives_as_long_as_its_job(hand: Hand) -> None:
    job = hand.submit()
    hand.do(lambda t: t.remember("ada", "key", Reused(job=job.id, digest="x"), NOW))
    assert hand.see(lambda view: view.reused("bob", "key")) is None
    hand.do(lambda t: t.remove(job.id))
    assert hand.see(lambda view: view.reused("ada", "key")) is None


def test_of_many_submits_with_one_key_one_makes_the_job(hand: Hand) -> None:
    def work(transaction: Transaction) -> str:
        known = transaction.reused("ada", "key")
        if known is not None:
            return known.job
        job = transaction.insert(submission())
        transaction.remember("ada", "key", Reused(job=job.id, digest="x"), NOW)
        return job.id

    writes = [hand.store.write(work) for _ in range(40)]
    assert len({write.result(PATIENCE) for write in writes}) == 1
    assert len(hand.names()) == 1


def _apply(change: Change, transaction: Transaction) -> Job:
    return transaction.apply(change)


def _attempts(hand: Hand, job: Job) -> list[Attempt]:
    return hand.see(lambda view: view.attempts(job.id))


def test_of_two_changes_of_one_revision_exactly_one_happens(hand: Hand) -> None:
    for _ in range(10):
        job = hand.submit()
        changes = [moves.claim(job, NOW, f"w{number}", 10) for number in range(6)]
        writes = [hand.store.write(partial(_apply, change)) for change in changes]
        won = [write.result(PATIENCE) for write in writes if write.exception(PATIENCE) is None]
        assert len(won) == 1
        assert hand.job(job.id) == won[0]
        assert len(_attempts(hand, job)) == 1


def test_listeners_are_woken_by_events_and_only_by_events(hand: Hand) -> None:
    woken = threading.Event()
    hand.store.listen(woken.set)
    woken.wait(0.2)
    woken.clear()
    hand.submit()
    assert woken.wait(PATIENCE)


def test_a_listener_that_fails_harms_nobody(hand: Hand) -> None:
    def broken() -> None:
        raise ValueError

    woken = threading.Event()
    hand.store.listen(broken)
    hand.store.listen(woken.set)
    assert [hand.submit().number for _ in range(3)] == [1, 2, 3]
    assert woken.wait(PATIENCE)


def test_a_closed_store_refuses(hand: Hand) -> None:
    hand.store.close()
    assert isinstance(hand.fails(lambda transaction: None), Unavailable)
    assert isinstance(hand.store.read(lambda view: None).exception(PATIENCE), Unavailable)


def test_closing_twice_does_no_harm(hand: Hand) -> None:
    hand.store.close()
    hand.store.close()


def test_what_was_accepted_before_the_close_is_done(hand: Hand) -> None:
    writes = [hand.store.write(lambda transaction: transaction.insert(submission())) for _ in range(50)]
    hand.store.close()
    assert sorted(write.result(PATIENCE).number for write in writes) == list(range(1, 51))


def test_somebody_keeps_the_watch(hand: Hand) -> None:
    assert hand.store.hold_watch()
    assert hand.store.hold_watch()
