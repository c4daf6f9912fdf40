"""What keeping house asks of a store: what ended, what waits for long, who rests, and how much room it all takes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from jobyard.job import moves
from jobyard.job.ids import new_id
from jobyard.job.record import Job, ResultFile
from jobyard.job.states import State
from jobyard.store.contract import QueueRow, WorkerRow
from tests.store.making import NOW, PATIENCE, Hand

ALL = (-1, 0)


def names(hand: Hand, before: int, after: tuple[int, int] = ALL, limit: int = 9, **rest: Any) -> list[str]:
    found = hand.see(lambda view: view.aged(before, after, limit, **rest))
    jobs = hand.see(lambda view: view.jobs([one.id for one in found]))
    for one, job in zip(found, jobs, strict=True):
        assert (one.finished_at, one.number, one.kind, one.project, one.kept) == (
            job.finished_at,
            job.number,
            job.kind,
            job.project,
            job.kept,
        )
    return [job.name for job in jobs]


# --- what ended -----------------------------------------------------------------------------------------------------


def test_what_ended_is_walked_oldest_first_from_a_place_on(hand: Hand) -> None:
    ended = [hand.finished(NOW + at, name=f"{at} {number}") for at in (7, 3, 5) for number in (1, 2)]
    hand.submit(name="queued")
    cancelled = hand.submit(name="cancelled")
    hand.move(cancelled.id, lambda job: moves.cancel(job, NOW + 4, "ada"))
    assert names(hand, NOW + 9) == ["3 1", "3 2", "cancelled", "5 1", "5 2", "7 1", "7 2"]
    assert names(hand, NOW + 5) == ["3 1", "3 2", "cancelled"]
    assert names(hand, NOW + 9, limit=2) == ["3 1", "3 2"]
    assert names(hand, NOW + 9, (NOW + 3, ended[2].number)) == ["3 2", "cancelled", "5 1", "5 2", "7 1", "7 2"]
    assert names(hand, NOW + 9, (NOW + 5, ended[5].number)) == ["7 1", "7 2"]
    assert names(hand, NOW + 9, (NOW + 7, ended[1].number)) == []
    assert names(hand, NOW, ALL) == [] == names(hand, NOW + 9, limit=0)


def test_what_ended_in_one_project_is_walked_alone(hand: Hand) -> None:
    for at, project in enumerate(["p1", None, "p2", "p1"]):
        hand.finished(NOW + at, name=str(at), project=project)
    assert names(hand, NOW + 9, project="p1") == ["0", "3"]
    assert names(hand, NOW + 9, (NOW, 2**40), project="p1") == ["3"]
    assert names(hand, NOW + 9, project="other") == []


def test_a_job_that_was_tried_again_has_not_ended(hand: Hand) -> None:
    job = hand.finished(NOW, name="again")
    hand.move(job.id, lambda job: moves.retry(job, NOW, "ada"))
    assert names(hand, NOW + 9) == []
    hand.claim(job.id)
    hand.move(job.id, lambda job: moves.finish(job, job.attempt, NOW + 5))
    assert names(hand, NOW + 9) == ["again"]


def test_prunable_jobs_are_final_and_not_kept(hand: Hand) -> None:
    old, kept, queued = hand.finished(name="old"), hand.finished(name="kept"), hand.submit(name="queued")
    hand.move(kept.id, lambda job: moves.keep(job, NOW, "ada", None, always=True))
    ids = [queued.id, kept.id, old.id, old.id, "0" * 32]
    assert [one.kept for one in hand.see(lambda view: view.aged(NOW + 1, ALL, 9))] == [False, True]
    assert [job.name for job in hand.do(lambda t: t.prunable(ids))] == ["old"]
    assert hand.do(lambda t: t.prunable([])) == []
    hand.move(old.id, lambda job: moves.retry(job, NOW, "ada"))
    assert hand.do(lambda t: t.prunable(ids)) == []


def test_how_many_ended_lately_by_queue(hand: Hand) -> None:
    for at, queue in enumerate(["a", "b", "a", "a"]):
        hand.finished(NOW + at, queue=queue)
    hand.submit(queue="a")

    def finishes(since: int, limit: int = 99) -> dict[str, int]:
        return hand.see(lambda view: view.finishes(since, limit))

    assert finishes(NOW) == {"a": 3, "b": 1}
    assert finishes(NOW + 2) == {"a": 2}
    assert finishes(NOW + 4) == {} == finishes(NOW, 0)
    assert finishes(NOW - 50, 2) == {"a": 2}
    assert finishes(NOW - 50, 3) == {"a": 2, "b": 1}


def test_how_many_ended_in_each_step_of_time(hand: Hand) -> None:
    def ended(at: int, queue: str, worker: str) -> None:
        job = hand.claim(hand.submit(queue=queue).id, worker)
        hand.move(job.id, lambda job: moves.finish(job, job.attempt, NOW + at))

    for at, queue, worker in [(0, "a", "w2"), (9, "a", "w2"), (10, "a", "w1"), (25, "b", "w1")]:
        ended(at, queue, worker)
    hand.move(hand.submit(queue="a").id, lambda job: moves.cancel(job, NOW + 12, "ada"))
    hand.submit(queue="a")

    def ends(since: int, limit: int = 99) -> list[tuple[str, str, str, int, int, int]]:
        found = hand.see(lambda view: view.ends(since, 10, limit))
        return [(one.queue, one.worker, one.state.value, one.step, one.count, one.first - NOW) for one in found]

    assert ends(NOW) == [
        ("a", "", "cancelled", 1, 1, 12),
        ("a", "w1", "succeeded", 1, 1, 10),
        ("a", "w2", "succeeded", 0, 2, 0),
        ("b", "w1", "succeeded", 2, 1, 25),
    ]
    assert ends(NOW + 10) == [
        ("a", "", "cancelled", 0, 1, 12),
        ("a", "w1", "succeeded", 0, 1, 10),
        ("b", "w1", "succeeded", 1, 1, 25),
    ]
    assert ends(NOW, 2) == [("a", "", "cancelled", 1, 1, 12), ("b", "w1", "succeeded", 2, 1, 25)]
    assert ends(NOW + 26) == [] == ends(NOW, 0)


def test_the_bytes_of_all_results(hand: Hand) -> None:
    assert hand.see(lambda view: view.stored(None)) == 0
    for owner, size in (("ada", 5), ("bob", 7)):
        job = hand.finished(owner=owner)
        file = ResultFile(name="a", size=size, sha256="x", blob=new_id(), attempt=1)
        hand.do(lambda t, job=job, file=file: t.add_file(job.id, file))  # type: ignore[misc]
    assert hand.see(lambda view: (view.stored(None), view.stored("bob"))) == (12, 7)
    hand.do(lambda t: t.remove(job.id))
    assert hand.do(lambda t: (t.stored(None), t.stored("bob"))) == (5, 0)


# --- what waits, and who rests --------------------------------------------------------------------------------------


def test_since_when_a_queue_s_line_waits(hand: Hand) -> None:
    first, second = hand.submit(now=NOW + 3, queue="a", priority=-5), hand.submit(now=NOW + 1, queue="a", priority=5)
    hand.submit(now=NOW, queue="a", external=True)
    hand.submit(now=NOW, queue="a", due_at=NOW + 9)
    hand.submit(now=NOW, queue="a", state=State.DRAFT)
    hand.submit(now=NOW + 2, queue="b")

    def oldest(*queues: str) -> dict[str, int]:
        return hand.see(lambda view: view.oldest(queues))

    assert oldest("a", "b", "c", "a", "\0") == {"a": NOW + 1, "b": NOW + 2}
    hand.claim(second.id)
    assert oldest("a") == {"a": NOW + 3}
    hand.claim(first.id)
    assert oldest("a") == {} == oldest()


def test_a_queue_remembers_who_paused_it_and_when(hand: Hand) -> None:
    row = QueueRow(name="gpu", paused=True, paused_by="ada", paused_at=NOW)
    hand.do(lambda t: t.put_queue(row))
    hand.submit(queue="cpu")
    assert hand.see(lambda view: view.queues()) == [QueueRow(name="cpu"), row]


def test_a_worker_drains_until_it_is_told_otherwise_or_starts_anew(hand: Hand) -> None:
    row = WorkerRow(name="w1", session="s1", queues=("default",), seen_at=NOW)
    hand.do(lambda t: t.put_worker(row))
    assert hand.do(lambda t: (t.drain("w1", draining=True), t.drain("nobody", draining=True))) == (True, False)
    hand.do(lambda t: t.put_worker(replace(row, seen_at=NOW + 5)))
    assert hand.see(lambda view: view.workers()) == [replace(row, seen_at=NOW + 5, draining=True)]
    hand.do(lambda t: t.drain("w1", draining=False))
    assert hand.see(lambda view: view.workers()) == [replace(row, seen_at=NOW + 5)]
    hand.do(lambda t: t.drain("w1", draining=True))
    hand.do(lambda t: t.put_worker(replace(row, session="s2")))
    assert hand.see(lambda view: view.workers()) == [replace(row, session="s2")]


def test_a_worker_that_drains_is_given_nothing(hand: Hand) -> None:
    hand.submit(name="work")
    hand.do(lambda t: t.put_worker(WorkerRow(name="w1", session="s1")))

    def given(worker: str) -> list[str]:
        return hand.do(lambda t: [job.name for job in t.candidates(["default"], ["test.work"], NOW, 9, worker=worker)])

    assert given("w1") == given("w2") == given("") == ["work"]
    hand.do(lambda t: t.drain("w1", draining=True))
    assert given("w1") == []
    assert given("w2") == given("") == ["work"]
    hand.do(lambda t: t.drain("w1", draining=False))
    assert given("w1") == ["work"]


# --- the room it takes ----------------------------------------------------------------------------------------------


def test_a_store_says_how_much_room_it_takes(hand: Hand) -> None:
    hand.submit()
    sizes = hand.store.sizes()
    assert (sizes.database > 0) is (hand.store.dialect != "memory")
    assert 0 <= sizes.free <= sizes.database
    assert sizes.shrinks


def test_a_store_can_be_tidied_and_compacted_while_it_is_used(hand: Hand) -> None:
    jobs = [hand.submit(name=str(number), parameters={"text": "x" * 5_000}) for number in range(40)]
    for job in jobs[:30]:
        hand.move(job.id, lambda job: moves.cancel(job, NOW, "ada"))
        hand.do(lambda t, job=job: t.remove(job.id))  # type: ignore[misc]
    assert hand.store.tidy() >= 0
    hand.store.compact()
    assert hand.names() == [str(number) for number in reversed(range(30, 40))]
    assert hand.store.check() == []
    assert hand.submit(name="after").number == 41
    assert hand.store.sizes().free == 0


def test_every_commit_is_measured(hand: Hand) -> None:
    measured: list[tuple[int, float]] = []
    enough = threading.Event()

    def told(works: int, seconds: float) -> None:
        measured.append((works, seconds))
        if sum(works for works, _ in measured) == 3:
            enough.set()

    hand.store.measure(told)
    works: list[Callable[[], Job]] = [hand.submit] * 3
    for work in works:
        work()
    assert enough.wait(PATIENCE)
    assert all(seconds > 0 for _, seconds in measured)
