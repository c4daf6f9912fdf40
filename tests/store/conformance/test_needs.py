"""Jobs that wait for others, keys that only one live job may have, and words that only one work says at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from jobyard.job import moves
from jobyard.job.errors import ChangedMeanwhile, Invalid, NameTaken, UniqueTaken
from jobyard.job.events import Change
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.store.contract import Transaction
from tests.store.making import LEASE, NOW, PATIENCE, Hand, submission


def dependents(hand: Hand, *ids: str) -> list[str]:
    return hand.do(lambda t: [job.name for job in t.dependents(ids)])


# --- needs ----------------------------------------------------------------------------------------------------------


def test_who_waits_for_a_job_by_number(hand: Hand) -> None:
    first, second = hand.submit(), hand.submit()
    hand.submit(name="b", after=(second.id, first.id), waits=2)
    hand.submit(name="a", after=(first.id,), waits=1, state=State.DRAFT)
    hand.submit(name="c", after=(second.id,), waits=1, due_at=NOW + 9)
    hand.submit(name="none")
    assert dependents(hand, first.id) == ["b", "a"]
    assert dependents(hand, second.id, first.id, second.id, "0" * 32) == ["b", "a", "c"]
    assert dependents(hand) == []
    assert dependents(hand, "0" * 32) == []
    assert dependents(hand, "\0", "\ud800", "x'") == []


def test_who_waits_for_a_job_some_at_a_time_and_only_those_who_came_in_time(hand: Hand) -> None:
    first, second = hand.submit(), hand.submit()
    numbers = [hand.submit(name=name, after=(first.id,), waits=1).number for name in "abcd"]
    hand.submit(name="other", after=(second.id,), waits=1)

    def some(after: int = 0, **bounds: int) -> str:
        return "".join(hand.do(lambda t: [job.name for job in t.dependents([first.id], after, **bounds)]))

    assert (some(limit=2), some(numbers[1], limit=2), some(numbers[3], limit=2)) == ("ab", "cd", "")
    assert (some(upto=numbers[2]), some(numbers[0], upto=numbers[2], limit=1), some(upto=0)) == ("abc", "b", "")
    assert (some(limit=0), some(limit=-1)) == ("", "")


def test_the_newest_that_waits_or_waited_for_a_job(hand: Hand) -> None:
    def last(*ids: str) -> int:
        return hand.do(lambda t: t.last_dependent(ids))

    first, second = hand.submit(), hand.submit()
    assert [last(first.id), last(), last("0" * 32), last("\0", "\ud800")] == [0, 0, 0, 0]
    one = hand.submit(after=(first.id, second.id), waits=2)
    two = hand.submit(after=(second.id,), waits=1)
    hand.move(two.id, lambda job: moves.cancel(job, NOW, "ada"))
    assert [last(first.id), last(second.id), last(second.id, first.id)] == [one.number, two.number, two.number]


def test_who_waits_no_longer_is_no_dependent(hand: Hand) -> None:
    needed = hand.submit()
    met = hand.submit(name="met", after=(needed.id,), waits=1)
    hand.move(met.id, lambda job: moves.meet(job, NOW, needed.id, 0, 3))
    gone = hand.submit(name="cancelled", after=(needed.id,), waits=1)
    hand.move(gone.id, lambda job: moves.cancel(job, NOW, "ada"))
    started = hand.submit(name="external", after=(needed.id,), waits=1, external=True)
    hand.move(started.id, lambda job: moves.start(job, NOW, "ada", LEASE))
    assert dependents(hand, needed.id) == []


def test_who_is_tried_again_waits_again(hand: Hand) -> None:
    needed = hand.submit()
    job = hand.finished(name="again", after=(needed.id,))
    assert dependents(hand, needed.id) == []
    hand.move(job.id, lambda job: moves.retry(job, NOW, "ada", waits=1))
    assert dependents(hand, needed.id) == ["again"]


def test_the_same_need_twice_is_one(hand: Hand) -> None:
    needed = hand.submit()
    hand.submit(name="twice", after=(needed.id, needed.id), waits=1)
    assert dependents(hand, needed.id, needed.id) == ["twice"]


def test_needs_follow_a_change(hand: Hand) -> None:
    first, second = hand.submit(), hand.submit()
    job = hand.submit(name="waits", after=(first.id,), waits=1)
    hand.do(lambda t: t.apply(Change(job=replace(job, revision=2, after=(second.id, second.id)))))
    assert (dependents(hand, first.id), dependents(hand, second.id)) == ([], ["waits"])
    assert hand.store.check() == []


def test_needs_go_with_the_job(hand: Hand) -> None:
    needed = hand.submit()
    job = hand.submit(after=(needed.id,), waits=1, state=State.DRAFT)
    hand.do(lambda t: t.remove(job.id))
    assert dependents(hand, needed.id) == []
    assert hand.store.check() == []


def test_whoever_waits_for_a_job_that_is_gone_still_does(hand: Hand) -> None:
    needed = hand.submit(state=State.DRAFT)
    hand.submit(name="waits", after=(needed.id,), waits=1)
    hand.do(lambda t: t.remove(needed.id))
    assert dependents(hand, needed.id) == ["waits"]


def test_a_dependent_is_seen_and_changed_within_the_work_that_made_it(hand: Hand) -> None:
    needed = hand.submit()

    def work(transaction: Transaction) -> list[int]:
        job = transaction.insert(submission(after=(needed.id,), waits=1))
        (found,) = transaction.dependents([needed.id])
        transaction.apply(moves.meet(found, NOW, needed.id, 0))
        return [found.number - job.number, len(transaction.dependents([needed.id]))]

    assert hand.do(work) == [0, 0]


@pytest.mark.parametrize("bad", ["\0", "\ud800"])
def test_needs_that_cannot_be_kept_are_invalid(hand: Hand, bad: str) -> None:
    assert isinstance(hand.fails(lambda t: t.insert(submission(after=(bad,)))), Invalid)
    assert hand.names() == []


# --- unique keys ----------------------------------------------------------------------------------------------------


def unique(hand: Hand, key: str = "key") -> str | None:
    """Return the name of the live job with a key, seen by a reading and by a writing."""
    seen = hand.see(lambda view: view.unique(key))
    written = hand.do(lambda transaction: transaction.unique(key))
    assert seen == written
    return None if seen is None else seen.name


def insert(transaction: Transaction, **fields: Any) -> Job:
    return transaction.insert(submission(**fields))


def test_a_second_live_job_with_a_key_is_refused_by_name(hand: Hand) -> None:
    first = hand.submit(name="first", unique="key")
    error = hand.fails(partial(insert, unique="key"))
    assert isinstance(error, UniqueTaken)
    assert error.data["job"] == first.id
    hand.claim(first.id)
    assert isinstance(hand.fails(partial(insert, unique="key")), UniqueTaken)
    assert hand.submit(unique="another").unique == "another"
    assert [unique(hand), unique(hand, "none"), unique(hand, "\0"), unique(hand, "x' --")] == ["first", *[None] * 3]


ENDS: dict[str, Callable[[Job], Change]] = {
    "finish": lambda job: moves.finish(job, 1, NOW),
    "stop": lambda job: moves.stop(moves.cancel(job, NOW, "ada").job, 1, NOW).after(moves.cancel(job, NOW, "ada")),
    "withdraw": lambda job: moves.withdraw(moves.give_back(job, 1, NOW).job, NOW, "ada").after(
        moves.give_back(job, 1, NOW)
    ),
}


@pytest.mark.parametrize("end", ENDS)
def test_the_end_of_a_job_frees_its_key_and_it_cannot_come_back_while_another_has_it(hand: Hand, end: str) -> None:
    first = hand.claim(hand.submit(name="first", unique="key").id)
    hand.move(first.id, ENDS[end])
    assert unique(hand) is None
    second = hand.submit(name="second", unique="key")
    again = moves.release if end == "withdraw" else moves.retry
    error = hand.fails(lambda t: t.apply(again(_there(t, first.id), NOW, "ada")))
    assert isinstance(error, UniqueTaken)
    assert unique(hand) == "second"
    hand.move(second.id, lambda job: moves.cancel(job, NOW, "ada"))
    hand.move(first.id, lambda job: again(job, NOW, "ada"))
    assert unique(hand) == "first"


def _there(transaction: Transaction, id_: str) -> Job:
    job = transaction.job(id_)
    assert job is not None
    return job


def test_drafts_may_share_a_key(hand: Hand) -> None:
    first, second = (hand.submit(name=name, unique="key", state=State.DRAFT) for name in ("first", "second"))
    assert unique(hand) is None
    hand.move(first.id, lambda job: moves.release(job, NOW, "ada"))
    assert isinstance(hand.fails(lambda t: t.apply(moves.release(second, NOW, "ada"))), UniqueTaken)


def test_an_external_job_has_its_key_like_others(hand: Hand) -> None:
    first = hand.submit(unique="key", external=True, state=State.DRAFT)
    hand.submit(name="ours", unique="key")
    assert isinstance(hand.fails(lambda t: t.apply(moves.start(first, NOW, "ada", LEASE))), UniqueTaken)


def test_a_key_may_be_changed_to_a_free_one_only(hand: Hand) -> None:
    hand.submit(unique="a")
    job = hand.submit(name="b", unique="b")
    change = partial(replace, job, revision=2)
    assert isinstance(hand.fails(lambda t: t.apply(Change(job=change(unique="a")))), UniqueTaken)
    hand.do(lambda t: t.apply(Change(job=change(unique="c"))))
    assert (unique(hand, "b"), unique(hand, "c")) == (None, "b")


def test_within_one_work_a_key_is_free_once_its_job_has_ended(hand: Hand) -> None:
    first = hand.claim(hand.submit(unique="key").id)

    def work(transaction: Transaction) -> None:
        transaction.apply(moves.finish(first, 1, NOW))
        transaction.insert(submission(name="second", unique="key"))
        with pytest.raises(UniqueTaken):
            transaction.insert(submission(name="third", unique="key"))

    hand.do(work)
    assert unique(hand) == "second"
    assert hand.names() == ["second", ""]


def test_a_change_that_comes_too_late_is_that_first_of_all(hand: Hand) -> None:
    old = hand.finished(unique="key")
    hand.move(old.id, lambda job: moves.mark(job, NOW, "ada", {"a": 1}))
    hand.submit(unique="key")
    assert isinstance(hand.fails(lambda t: t.apply(moves.retry(old, NOW, "ada"))), ChangedMeanwhile)


def test_a_used_id_is_refused_whatever_key_it_brings(hand: Hand) -> None:
    job = hand.submit(unique="key")
    assert isinstance(hand.fails(partial(insert, id=job.id, unique="key")), NameTaken)
    assert isinstance(hand.fails(partial(insert, id=job.id, unique="free")), NameTaken)
    other = hand.submit()
    assert isinstance(hand.fails(partial(insert, id=other.id, unique="key")), UniqueTaken)


def test_of_many_who_want_one_key_at_once_one_has_it(hand: Hand) -> None:
    writes = [hand.store.write(partial(insert, unique="key", name=str(at))) for at in range(20)]
    errors = [write.exception(PATIENCE) for write in writes]
    assert errors.count(None) == 1
    assert {type(error) for error in errors if error is not None} == {UniqueTaken}
    assert len(hand.names()) == 1
    assert hand.store.check() == []


@pytest.mark.parametrize("bad", ["\0", "\ud800"])
def test_keys_that_cannot_be_kept_are_invalid(hand: Hand, bad: str) -> None:
    assert isinstance(hand.fails(partial(insert, unique=bad)), Invalid)
    assert isinstance(hand.fails(partial(insert, schedule=bad)), Invalid)


# --- one at a time --------------------------------------------------------------------------------------------------


def test_a_word_is_said_by_one_work_at_a_time(hand: Hand) -> None:
    def work(transaction: Transaction) -> int:
        transaction.alone("count")
        transaction.alone("count")
        count = int(transaction.setting("count") or 0) + 1
        transaction.put_setting("count", str(count))
        return count

    writes = [hand.store.write(work) for _ in range(20)]
    assert sorted(write.result(PATIENCE) for write in writes) == list(range(1, 21))
