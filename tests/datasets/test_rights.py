from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from jobyard.datasets.messages import Applied, unpacked
from jobyard.job.errors import AlreadySynchronizing, Conflict, NotFound, Refused
from jobyard.people.record import Actor, Role
from jobyard.store.contract import Transaction
from tests.datasets.yard import ADA, BOB, OPERATOR, Yard, fill


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Do each in a thread of its own; return what they returned or raised."""
    outcomes, gate = list[Any](), threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> None:
        gate.wait(10)
        try:
            outcomes.append(work())
        except Exception as error:  # noqa: BLE001 - the test looks at it
            outcomes.append(error)

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def test_of_many_submitted_at_once_one_is_taken(yard: Yard) -> None:
    yard.create()
    outcomes = at_once(*[yard.submit] * 6)
    assert [type(one) for one in outcomes].count(AlreadySynchronizing) == 5, outcomes


def test_a_batch_sent_by_many_at_once_counts_once(yard: Yard) -> None:
    yard.create()
    job = yard.claim(yard.submit())
    yard.call(job, "datasets.open")
    batch = {"start": b"", "entries": [(b"a", 1, 1, ""), (b"b", 2, 2, "")], "upto": b"b", "skipped": 1}
    answers = at_once(*[lambda: unpacked(yard.call(job, "datasets.apply", batch), Applied)] * 6)
    assert len(answers) == 6
    assert {(one.cursor, one.counts.listed, one.counts.added, one.counts.skipped) for one in answers} == {
        (b"b", 2, 2, 1)
    }
    yard.check_counters()


def test_a_deletion_and_a_batch_at_once_leave_nothing_behind(yard: Yard) -> None:
    yard.create()
    job = yard.claim(yard.submit())
    yard.call(job, "datasets.open")
    batch = {"start": b"", "entries": [(b"a", 1, 1, "")], "upto": b"a", "skipped": 0}
    at_once(
        lambda: yard.call(job, "datasets.apply", batch),
        lambda: yard.ask(yard.datasets.delete(ADA, "cats")),
    )
    with pytest.raises(NotFound):
        yard.get()
    with pytest.raises(NotFound):
        yard.call(job, "datasets.apply", batch)
    assert yard.create().samples == 0
    assert yard.stored() == []


def test_only_one_synchronization_waits_or_runs(yard: Yard) -> None:
    yard.create()
    first = yard.submit()
    with pytest.raises(AlreadySynchronizing, match=f"by job {first.number} "):
        yard.submit()
    yard.claim(first)
    with pytest.raises(AlreadySynchronizing):
        yard.submit()
    yard.fail(first)
    yard.submit()


def test_a_second_running_one_is_turned_away_and_an_overtaken_one_cannot_write(yard: Yard) -> None:
    yard.create()
    fill(yard, 5)
    first = yard.claim(yard.submit())
    yard.call(first, "datasets.open")
    yard.fail(first)
    second = yard.claim(yard.submit())
    yard.call(second, "datasets.open")
    first = yard.claim(yard.retry(first))
    with pytest.raises(RuntimeError, match=f"by job {second.number} already"):
        yard.run(yard.rehearse(first))
    yard.fail(second)
    yard.call(first, "datasets.open")
    batch: dict[str, Any] = {"start": b"", "entries": [], "upto": None, "skipped": 0}
    with pytest.raises(AlreadySynchronizing):
        yard.call(second, "datasets.apply", batch)


def test_a_dataset_that_is_deleted_meanwhile_fails_its_synchronization(yard: Yard) -> None:
    yard.create()
    fill(yard, 5)
    job = yard.claim(yard.submit())
    yard.call(job, "datasets.open")
    yard.ask(yard.datasets.delete(ADA, "cats"))
    with pytest.raises(RuntimeError, match="There is no dataset cats"):
        yard.run(yard.rehearse(job))


def test_who_may_synchronize(yard: Yard) -> None:
    dataset = yard.create()
    with pytest.raises(NotFound, match="There is no dataset cats"):
        yard.submit(actor=BOB)
    with pytest.raises(NotFound):
        yard.submit(actor=BOB, dataset=dataset.id)
    with pytest.raises(Refused):
        yard.submit(actor=Actor(name="ada", role=Role.VIEWER))
    job = yard.submit(actor=OPERATOR, dataset=dataset.id)
    assert job.resource is not None
    assert (job.resource.type, job.resource.id, job.resource.name) == ("dataset", dataset.id, "cats")
    with pytest.raises(NotFound):
        yard.submit(dataset="dogs")
    with pytest.raises(NotFound):
        yard.submit(dataset="\udcff")


def test_files_that_were_sent_in_have_no_source_to_synchronize_with(yard: Yard) -> None:
    yard.create(source="")
    with pytest.raises(Conflict, match="The files of the dataset cats were sent in"):
        yard.submit()


def test_a_synchronization_that_waited_is_refused_to_who_may_not_have_it_any_more(yard: Yard) -> None:
    yard.create()
    fill(yard, 3)
    job = yard.claim(yard.submit(actor=ADA))

    def become(**fields: Any) -> None:
        def work(transaction: Transaction) -> None:
            user = transaction.user(ADA.name)
            assert user is not None
            transaction.put_user(replace(user, **fields))

        yard.write(work)

    become(role=Role.VIEWER)
    with pytest.raises(Refused, match="You are not allowed to synchronize cats any more"):
        yard.call(job, "datasets.open")
    become(role=Role.MEMBER, disabled=True)
    with pytest.raises(Refused, match="ada may not sign in any more"):
        yard.call(job, "datasets.open")
    assert yard.ask(yard.datasets.last_sync(OPERATOR, "cats")) is None
    become(disabled=False)
    yard.call(job, "datasets.open")
