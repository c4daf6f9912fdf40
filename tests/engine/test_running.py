"""Running the queues and the workers: pause, drain, resume, and how fast the queues go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from jobyard.engine import pace
from jobyard.engine.pace import Span
from jobyard.job.clock import SECOND
from jobyard.job.errors import NotFound, Refused
from jobyard.job.states import State
from jobyard.people.record import HOUSE, Actor, KeyScope, Role
from tests.engine.yard import Yard, counting, user

pytestmark = pytest.mark.anyio
OLGA = user("olga", Role.OPERATOR)


async def told(yard: Yard) -> list[tuple[str, str, str]]:
    """Return the house's own history, oldest first."""
    found = await yard.engine.audit.list(HOUSE)
    return [(entry.actor, entry.verb, entry.what) for entry in reversed(found.entries)]


async def draining(yard: Yard, name: str = "w1") -> bool:
    return (await yard.listing.worker(HOUSE, name)).row.draining


async def somebody_waits(yard: Yard) -> None:
    while not yard.engine.bell.waiting:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0)


# --- queues ---------------------------------------------------------------------------------------------------------


async def test_a_paused_queue_gives_nothing_out_until_it_goes_on(yard: Yard) -> None:
    await yard.submit()
    row = await yard.engine.queues.pause(OLGA, "default")
    assert (row.paused, row.paused_by, row.paused_at) == (True, "olga", yard.clock.now())
    await yard.submit(name="while it rests")
    assert await yard.claim(limit=9) == []
    await yard.engine.queues.resume(OLGA, "default")
    assert len(await yard.claim(limit=9)) == 2


async def test_what_runs_runs_on_in_a_paused_queue(yard: Yard) -> None:
    job = await yard.claimed()
    await yard.engine.queues.pause(OLGA, "default")
    assert await yard.report(job, begun=True) == []
    assert await yard.finish(job) == "succeeded"


async def test_resuming_wakes_who_waits(yard: Yard) -> None:
    await yard.engine.queues.pause(OLGA, "default")
    await yard.submit()
    waiting = asyncio.create_task(yard.claim(wait=20))
    await somebody_waits(yard)
    await yard.engine.queues.resume(OLGA, "default")
    assert len(await asyncio.wait_for(waiting, 0.9)) == 1


async def test_pausing_twice_keeps_who_was_first_and_is_told_once(yard: Yard) -> None:
    await yard.engine.queues.pause(OLGA, "default")
    yard.clock.forward(5)
    again = await yard.engine.queues.pause(user("otto", Role.OPERATOR), "default")
    assert (again.paused_by, again.paused_at) == ("olga", yard.clock.now() - 5 * SECOND)
    await yard.engine.queues.resume(OLGA, "default")
    await yard.engine.queues.resume(OLGA, "default")
    assert await told(yard) == [("olga", "paused", "queue default"), ("olga", "resumed", "queue default")]


async def test_a_queue_is_known_once_it_was_used_or_is_served(yard: Yard) -> None:
    with pytest.raises(NotFound):
        await yard.engine.queues.pause(OLGA, "gpu")
    await yard.claim(queues=("gpu",))
    assert (await yard.engine.queues.pause(OLGA, "gpu")).paused
    await yard.submit(queue="used")
    assert (await yard.engine.queues.pause(OLGA, "used")).paused
    with pytest.raises(NotFound):
        await yard.engine.queues.resume(OLGA, "typo")


@pytest.mark.parametrize(
    "actor",
    [
        user("maria"),
        user("vera", Role.VIEWER),
        Actor(name="olga", role=Role.OPERATOR, scope=KeyScope.READ),
        Actor(name="ada", role=Role.ADMINISTRATOR, scope=KeyScope.DESK),
    ],
)
async def test_only_operators_run_queues_and_workers(yard: Yard, actor: Actor) -> None:
    await yard.claim()
    verbs: list[Callable[[Actor, str], Awaitable[Any]]] = [
        yard.engine.queues.pause,
        yard.engine.queues.resume,
        yard.engine.workers.drain,
        yard.engine.workers.resume,
    ]
    for verb in verbs:
        with pytest.raises(Refused):
            await verb(actor, "default")
    assert await told(yard) == []


async def test_a_queue_says_since_when_its_line_waits_and_how_many_ended(yard: Yard) -> None:
    first = await yard.submit()
    yard.clock.forward(10)
    await yard.submit()
    state = await yard.listing.queue(OLGA, "default")
    assert (state.queued, state.oldest, state.ended.long) == (2, first.queued_at, 0)
    [assignment] = await yard.claim()
    await yard.finish(assignment.job)
    yard.clock.forward(400)
    state = await yard.listing.queue(OLGA, "default")
    assert (state.queued, state.running, state.ended.short, state.ended.long) == (1, 0, 0, 1)
    yard.clock.forward(3600)
    assert (await yard.listing.queue(OLGA, "default")).ended.long == 0


async def test_how_fast_queues_go_is_looked_up_once_in_a_while(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    ended = pace.Pace.ended

    def counted(self: pace.Pace, view: Any, now: int) -> Any:
        finishes = view.finishes

        def looked(since: int, limit: int) -> Any:
            looks.append(since)
            return finishes(since, limit)

        monkeypatch.setattr(type(view), "finishes", lambda _, since, limit: looked(since, limit), raising=True)
        try:
            return ended(self, view, now)
        finally:
            monkeypatch.undo()

    for _ in range(3):
        monkeypatch.setattr(pace.Pace, "ended", counted)
        await yard.listing.queues(OLGA)
    assert len(looks) == 2
    yard.clock.forward(4)
    monkeypatch.setattr(pace.Pace, "ended", counted)
    await yard.listing.queues(OLGA)
    assert len(looks) == 4


async def test_only_the_newest_of_very_many_ends_are_counted(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "LIMIT", 5)
    for _ in range(10):
        job = await yard.claimed()
        yard.clock.forward(10)
        await yard.finish(job)
    ended = (await yard.listing.queue(OLGA, "default")).ended
    assert (ended.short, ended.long) == (5, 5)


async def test_a_look_at_the_queues_is_one_read(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[object] = []
    monkeypatch.setattr(yard.store, "read", counting(yard.store, reads))
    await yard.listing.queues(OLGA)
    assert len(reads) == 1


# --- workers --------------------------------------------------------------------------------------------------------


async def test_how_many_ended_is_told_step_by_step(yard: Yard) -> None:
    yard.clock.forward(-(yard.clock.now() // SECOND) % 3_600 + 30)  # half a minute after a full hour
    await yard.finish(await yard.claimed())
    yard.clock.forward(60)
    job = await yard.claimed(tries=1)
    await yard.finish(await yard.claimed())
    await yard.jobs.cancel(HOUSE, (await yard.submit()).id)
    yard.clock.forward(60)
    await yard.finish(job, "fail")
    course = await yard.listing.course(OLGA, Span.HOUR)
    assert (course.steps, course.step, course.since) == (60, 60 * SECOND, course.whole_from)
    assert course.since == (yard.clock.now() // course.step - 59) * course.step
    assert {state: counts[-3:] for state, counts in course.queues["default"].items()} == {
        State.SUCCEEDED: [1, 1, 0],
        State.CANCELLED: [0, 1, 0],
        State.FAILED: [0, 0, 1],
    }
    assert [sum(map(sum, line.values())) for line in course.workers.values()] == [3]
    week = await yard.listing.course(OLGA, Span.WEEK)
    assert (week.steps, week.queues["default"][State.SUCCEEDED][-1]) == (168, 2)
    await yard.finish(await yard.claimed())
    assert await yard.listing.course(OLGA, Span.HOUR) is course
    yard.clock.forward(4)
    assert (await yard.listing.course(OLGA, Span.HOUR)).queues["default"][State.SUCCEEDED][-3:] == [1, 1, 1]


async def test_steps_that_may_lack_ends_are_told(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "COURSE_LIMIT", 5)
    for _ in range(10):
        job = await yard.claimed()
        yard.clock.forward(60)
        await yard.finish(job)
    course = await yard.listing.course(OLGA, Span.HOUR)
    assert course.queues["default"][State.SUCCEEDED][-6:] == [0, 1, 1, 1, 1, 1]
    assert course.whole_from == course.since + 56 * course.step


async def test_a_draining_worker_finishes_what_it_holds_and_gets_nothing_more(yard: Yard) -> None:
    job = await yard.claimed()
    await yard.submit()
    row = await yard.engine.workers.drain(OLGA, "w1")
    assert row.draining
    assert await yard.claim() == []
    assert await yard.beat(job) == []
    assert await yard.finish(job) == "succeeded"
    assert await yard.claim() == []
    assert len(await yard.claim(worker="w2")) == 1
    assert await told(yard) == [("olga", "drained", "worker w1")]


async def test_it_drains_across_beats_and_claims_until_it_is_resumed(yard: Yard) -> None:
    job = await yard.claimed()
    await yard.engine.workers.drain(OLGA, "w1")
    for _ in range(4):
        yard.clock.forward(6)
        await yard.beat(job)
        await yard.claim()
        assert await draining(yard)
    await yard.submit()
    await yard.engine.workers.resume(OLGA, "w1")
    assert not await draining(yard)
    assert len(await yard.claim()) == 1
    assert [verb for _, verb, _ in await told(yard)] == ["drained", "resumed"]


async def test_a_worker_that_starts_anew_drains_no_longer(yard: Yard) -> None:
    await yard.claim()
    await yard.engine.workers.drain(OLGA, "w1")
    await yard.submit()
    from jobyard.job.desk import Ask

    yard.lose_patience()
    ask = Ask(worker="w1", session="another", kinds=("test.count",))
    assert len((await yard.desk.claim(yard.worker, ask)).assignments) == 1
    assert not await draining(yard)


async def test_resuming_a_worker_wakes_it(yard: Yard) -> None:
    await yard.claim()
    await yard.engine.workers.drain(OLGA, "w1")
    await yard.submit()
    waiting = asyncio.create_task(yard.claim(wait=20))
    await somebody_waits(yard)
    await yard.engine.workers.resume(OLGA, "w1")
    assert len(await asyncio.wait_for(waiting, 0.9)) == 1


async def test_a_draining_worker_serves_no_queue(yard: Yard) -> None:
    await yard.claim()
    await yard.submit()
    assert (await yard.listing.queue(OLGA, "default")).workers == 1
    assert (await yard.listing.counts(OLGA)).unserved == []
    await yard.engine.workers.drain(OLGA, "w1")
    assert (await yard.listing.queue(OLGA, "default")).workers == 0
    assert (await yard.listing.counts(OLGA)).unserved == ["default"]
    assert (await yard.listing.worker(OLGA, "w1")).alive


async def test_an_unknown_worker_cannot_drain(yard: Yard) -> None:
    for verb in (yard.engine.workers.drain, yard.engine.workers.resume):
        with pytest.raises(NotFound):
            await verb(OLGA, "nobody")
    with pytest.raises(NotFound):
        await yard.listing.worker(OLGA, "nobody")
