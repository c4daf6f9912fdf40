"""The line under several writers at once: turns, words said alone, unique keys, and needs that end meanwhile."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from jobyard.job import moves
from jobyard.job.errors import UniqueTaken
from jobyard.job.filters import EVERYTHING, Filter
from jobyard.job.record import Job, ResultFile
from jobyard.job.states import State
from jobyard.store.contract import Card, Store, Transaction
from jobyard.store.postgres import PostgresStore
from jobyard.store.postgres.turns import Turns
from tests.store.holding import Held, nothing, until
from tests.store.making import LEASE, NOW, PATIENCE, Hand, submission


class Slip(Exception):
    """Raised by a work on purpose."""


def join(transaction: Transaction, owner: str = "ada", **fields: Any) -> Job:
    change = submission(owner=owner, **fields)
    turn = transaction.turn(change.job.queue, change.job.priority, owner)
    return transaction.insert(replace(change, job=replace(change.job, turn=turn)))


def waits(future: Future[Any], hand: Hand) -> bool:
    """Tell whether a write stands still before a lock, once everything else had time to happen."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

    class Statement:
        name = "waiting"

        def text(self, dialect: str) -> str:
            return query

    until(lambda: future.done() or hand.see(lambda view: view.rows(Statement(), {}))[0][0] > 0)
    return not future.done()


# --- turns ----------------------------------------------------------------------------------------------------------


def test_works_side_by_side_are_given_different_turns(postgres_store: PostgresStore) -> None:
    first = Held(postgres_store, join, lambda transaction: transaction.turn("default", 0, "ada"))
    second = postgres_store.write(join).result(PATIENCE)
    third = postgres_store.write(partial(join, owner="bob")).result(PATIENCE)
    assert first.go_on() == 2
    turns = sorted(job.turn for job in Hand(postgres_store).find().jobs if job.owner == "ada")
    assert (turns, second.turn, third.turn) == ([0, 1], 1, 1)


def test_a_turn_that_is_let_go_between_a_look_and_its_taking_is_not_given_again() -> None:
    turns, place = Turns(), ("default", 0, "ada")
    with turns.looking(place) as free:
        with turns.looking(place) as others:
            assert turns.take(place, others) == 0
        turns.let_go(place, 0)
        # The database was looked at before the other one had ended.
        assert turns.take(place, free) == 1
    with turns.looking(place) as free:
        assert free == 2
    turns.let_go(place, 1)
    with turns.looking(place) as free:
        assert free == 0
    assert turns._places == {}


def test_no_turn_is_given_twice_to_one_owner_by_one_server(emptied_postgres: str) -> None:
    store = PostgresStore.open(emptied_postgres, threads=6)
    writes = [store.write(partial(join, owner="ab"[at % 2], priority=at % 3 // 2)) for at in range(150)]
    jobs = [write.result(PATIENCE) for write in writes]
    places = Counter((job.owner, job.priority, job.turn) for job in jobs)
    assert [place for place, times in places.items() if times > 1] == []
    for place in {(job.owner, job.priority) for job in jobs}:
        turns = sorted(job.turn for job in jobs if (job.owner, job.priority) == place)
        # A write that met another one and began anew may leave its first turn out, the very first one as well.
        assert turns[0] < 6
        assert turns[-1] < len(turns) + 6
    store.close()


def test_turns_stay_apart_while_workers_take_and_some_works_slip(emptied_postgres: str) -> None:
    store = PostgresStore.open(emptied_postgres, threads=6)

    def slip(transaction: Transaction) -> None:
        join(transaction)
        raise Slip

    def claim(transaction: Transaction) -> list[Job]:
        found = transaction.candidates(["default"], ["test.work"], NOW, 2)
        return [transaction.apply(moves.claim(job, NOW, "w1", LEASE)) for job in found]

    writes = [store.write((join, slip, claim, join)[at % 4]) for at in range(120)]
    errors = [write.exception(PATIENCE) for write in writes]
    assert {type(error) for error in errors if error is not None} == {Slip}
    waiting = [job for job in Hand(store).find(limit=200).jobs if job.state is State.QUEUED]
    assert len({job.turn for job in waiting}) == len(waiting)
    assert store._turns._places == {}
    assert store.check() == []
    store.close()


def test_a_turn_of_a_work_that_slipped_is_given_again(postgres_store: PostgresStore) -> None:
    def slip(transaction: Transaction) -> None:
        raise Slip

    held = Held(postgres_store, join, slip)
    assert postgres_store.write(join).result(PATIENCE).turn == 1
    with pytest.raises(Slip):
        held.go_on()
    hand = Hand(postgres_store)
    hand.take(9)
    assert hand.join().turn == 0


def test_jobs_that_come_due_under_two_claims_join_once(on_postgres: Hand, postgres_store: PostgresStore) -> None:
    for _ in range(3):
        on_postgres.join(due_at=NOW)
    first = Held(postgres_store, lambda t: t.candidates(["default"], ["test.work"], NOW, 1), nothing)
    assert on_postgres.candidates(["default"], ["test.work"]) == []
    first.go_on()
    assert sorted(job.turn for job in on_postgres.take(9)) == [0, 1, 2]


# --- words said alone -----------------------------------------------------------------------------------------------


def test_who_says_a_word_makes_others_wait_who_say_it_too(postgres_store: PostgresStore, on_postgres: Hand) -> None:
    def say(word: str) -> Callable[[Transaction], None]:
        return lambda transaction: transaction.alone(word)

    def look(transaction: Transaction) -> str | None:
        transaction.alone("claims")
        return transaction.setting("who")

    first = Held(postgres_store, say("claims"), lambda transaction: transaction.put_setting("who", "first"))
    postgres_store.write(say("another")).result(PATIENCE)
    second = postgres_store.write(look)
    assert waits(second, on_postgres)
    first.go_on()
    assert second.result(PATIENCE) == "first"


def test_what_is_counted_alone_is_never_overdrawn(emptied_postgres: str) -> None:
    stores = [PostgresStore.open(emptied_postgres, threads=3) for _ in range(2)]
    mine = Filter(owners=frozenset({"ada"}), states=frozenset({State.QUEUED}))

    def work(transaction: Transaction) -> bool:
        transaction.alone("queued owner ada")
        if transaction.count(mine, EVERYTHING, 5) >= 5:
            return False
        join(transaction)
        return True

    writes = [stores[at % 2].write(work) for at in range(24)]
    assert [write.result(PATIENCE) for write in writes].count(True) == 5
    for store in stores:
        assert store.check() == []
        store.close()


def test_a_word_is_free_again_after_a_work_that_slipped(postgres_store: PostgresStore) -> None:
    def slip(transaction: Transaction) -> None:
        transaction.alone("word")
        raise Slip

    assert isinstance(postgres_store.write(slip).exception(PATIENCE), Slip)
    assert postgres_store.write(lambda t: t.alone("word")).exception(PATIENCE) is None


# --- unique keys ----------------------------------------------------------------------------------------------------


def test_a_key_that_is_being_taken_is_waited_for_and_found_taken(on_postgres: Hand, postgres_store: Store) -> None:
    first = Held(postgres_store, partial(join, unique="key"), nothing)  # type: ignore[arg-type]
    second = postgres_store.write(partial(join, unique="key"))
    assert waits(second, on_postgres)
    first.go_on()
    error = second.exception(PATIENCE)
    assert isinstance(error, UniqueTaken)
    assert error.data["job"] == on_postgres.find().jobs[0].id


def test_a_key_whose_taker_slips_is_free(on_postgres: Hand, postgres_store: PostgresStore) -> None:
    def slip(transaction: Transaction) -> None:
        raise Slip

    first = Held(postgres_store, partial(join, unique="key"), slip)
    second = postgres_store.write(partial(join, unique="key", name="second"))
    assert waits(second, on_postgres)
    with pytest.raises(Slip):
        first.go_on()
    assert second.result(PATIENCE).name == "second"


def test_a_key_that_comes_back_by_a_retry_at_the_same_moment_is_found_taken(
    on_postgres: Hand, postgres_store: PostgresStore
) -> None:
    ended = on_postgres.finished(unique="key")
    first = Held(postgres_store, lambda t: t.apply(moves.retry(ended, NOW, "ada")), nothing)
    second = postgres_store.write(partial(join, unique="key"))
    assert waits(second, on_postgres)
    first.go_on()
    assert isinstance(second.exception(PATIENCE), UniqueTaken)


def test_a_storm_for_one_key_of_several_servers_has_one_winner_at_a_time(emptied_postgres: str) -> None:
    stores = [PostgresStore.open(emptied_postgres, threads=3) for _ in range(2)]
    hand = Hand(stores[0])
    for _ in range(5):
        writes = [stores[at % 2].write(partial(join, unique="key")) for at in range(12)]
        errors = [write.exception(PATIENCE) for write in writes]
        assert errors.count(None) == 1
        assert {type(error) for error in errors if error is not None} == {UniqueTaken}
        (claimed,) = hand.take()
        hand.move(claimed.id, lambda job: moves.finish(job, 1, NOW))
    assert stores[0].check() == []
    for store in stores:
        store.close()


# --- needs that end while somebody begins to wait for them ------------------------------------------------------------


def submit_after(needed: str, transaction: Transaction) -> Job:
    """Submit a dependent as the engine does: look at what it needs under its lock, then write it down."""
    found = transaction.job(needed)
    assert found is not None
    return join(transaction, name="dependent", after=(needed,), waits=int(not found.final))


def end(needed: str, transaction: Transaction) -> int:
    """End a job as the engine does: finish it, then tell whoever waits for it."""
    job = transaction.job(needed)
    assert job is not None
    transaction.apply(moves.finish(job, job.attempt, NOW))
    told = transaction.dependents([needed])
    for one in told:
        transaction.apply(moves.meet(one, NOW, needed, one.waits - 1, 0))
    return len(told)


def test_a_need_that_ends_while_a_dependent_is_submitted_waits_and_tells_it(
    on_postgres: Hand, postgres_store: PostgresStore
) -> None:
    needed = on_postgres.claim(on_postgres.submit().id).id
    submitting = Held(postgres_store, partial(submit_after, needed), nothing)
    ending = postgres_store.write(partial(end, needed))
    assert waits(ending, on_postgres)
    submitting.go_on()
    assert ending.result(PATIENCE) == 1
    assert [job.name for job in on_postgres.take(9)] == ["dependent"]


def test_a_dependent_that_is_submitted_while_its_need_ends_waits_and_sees_it_ended(
    on_postgres: Hand, postgres_store: PostgresStore
) -> None:
    needed = on_postgres.claim(on_postgres.submit().id).id
    ending = Held(postgres_store, partial(end, needed), nothing)
    submitting = postgres_store.write(partial(submit_after, needed))
    assert waits(submitting, on_postgres)
    ending.go_on()
    assert submitting.result(PATIENCE).waits == 0


def test_two_needs_that_end_at_once_both_count(on_postgres: Hand, postgres_store: PostgresStore) -> None:
    needs = [on_postgres.claim(on_postgres.submit().id).id for _ in range(2)]
    on_postgres.join(name="dependent", after=tuple(needs), waits=2)
    first = Held(postgres_store, partial(end, needs[0]), nothing)
    second = postgres_store.write(partial(end, needs[1]))
    assert waits(second, on_postgres)
    first.go_on()
    assert second.result(PATIENCE) == 1
    assert [(job.name, job.waits) for job in on_postgres.take(9)] == [("dependent", 0)]


def test_no_dependent_is_ever_missed(emptied_postgres: str) -> None:
    store = PostgresStore.open(emptied_postgres, threads=6)
    hand = Hand(store)
    for _ in range(15):
        needed = hand.claim(hand.submit().id).id
        gate = threading.Barrier(2, timeout=PATIENCE)

        def at_once(work: Callable[[Transaction], Any], gate: threading.Barrier, transaction: Transaction) -> Any:
            if not gate.broken and gate.n_waiting < gate.parties:
                gate.wait()
            return work(transaction)

        ending = store.write(partial(at_once, partial(end, needed), gate))
        submitting = store.write(partial(at_once, partial(submit_after, needed), gate))
        told, dependent = ending.result(PATIENCE), submitting.result(PATIENCE)
        assert told == dependent.waits
        assert [job.id for job in hand.take(9)] == [dependent.id]
    assert store.check() == []
    store.close()


# --- cards ------------------------------------------------------------------------------------------------------------


def test_a_card_that_is_being_changed_is_waited_for(on_postgres: Hand, postgres_store: PostgresStore) -> None:
    on_postgres.do(lambda t: t.put_card(Card(drawer="d", id="a", body="1")))
    first = Held(
        postgres_store,
        lambda transaction: transaction.card("d", "a"),
        lambda transaction: transaction.put_card(Card(drawer="d", id="a", body="2")),
    )
    second = postgres_store.write(lambda transaction: transaction.card("d", "a"))
    assert waits(second, on_postgres)
    first.go_on()
    assert second.result(PATIENCE) == Card(drawer="d", id="a", body="2")


def test_due_cards_of_one_work_are_nobody_elses(on_postgres: Hand, postgres_store: PostgresStore) -> None:
    for id_ in "abc":
        on_postgres.do(lambda t, id_=id_: t.put_card(Card(drawer="d", id=id_, body="", due_at=1)))  # type: ignore[misc]

    def due(transaction: Transaction, limit: int = 9) -> list[str]:
        return [card.id for card in transaction.due_cards("d", 5, limit)]

    first = Held(postgres_store, partial(due, limit=2), nothing)
    assert on_postgres.do(due) == ["c"]
    first.go_on()
    assert on_postgres.do(due) == ["a", "b", "c"]


# --- bytes ------------------------------------------------------------------------------------------------------------


def test_bytes_of_many_writers_add_up(emptied_postgres: str) -> None:
    stores = [PostgresStore.open(emptied_postgres, threads=3) for _ in range(2)]
    jobs = [Hand(stores[0]).submit(owner="ab"[at % 2]) for at in range(4)]

    def add(at: int, transaction: Transaction) -> None:
        for job in sorted((jobs[at % 4], jobs[(at + 1) % 4]), key=lambda job: job.id):
            transaction.add_file(job.id, ResultFile(name=f"f{at % 5}", size=at, sha256="", blob=f"{at}"))

    writes = [stores[at % 2].write(partial(add, at)) for at in range(40)]
    assert [write.exception(PATIENCE) for write in writes] == [None] * 40
    for store in stores:
        assert store.check() == []
        store.close()
