"""What a worker has in hand, and how much more it should take."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from jobyard.job.record import Progress
from jobyard.worker.hand import Cause, Hand, Holding, Phase
from tests.worker.scripted import assignment


def story(tell: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(10):
            await tell()

    asyncio.run(whole())


def filled(hand: Hand, count: int, phase: Phase = Phase.WAITING) -> list[Holding]:
    holdings = []
    for number in range(count):
        holding = hand.take_in(assignment(f"{phase.name}{number}"), 0.0)
        assert holding is not None
        holding.phase = phase
        holdings.append(holding)
    return holdings


def test_before_anything_is_known_nothing_is_claimed_ahead() -> None:
    async def tell() -> None:
        hand = Hand(slots=3, ahead=16)
        assert hand.room() == 3
        filled(hand, 2)
        assert hand.room() == 1
        filled(hand, 1, Phase.RUNNING)
        assert hand.room() == 0

    story(tell)


@pytest.mark.parametrize(
    ("seconds", "room"), [(0.0, 32), (0.001, 32), (0.05, 32), (0.1, 16), (0.2, 8), (0.39, 4), (0.8, 2), (3600.0, 2)]
)
def test_short_work_is_claimed_ahead_and_long_work_is_not(seconds: float, room: int) -> None:
    async def tell() -> None:
        hand = Hand(slots=2, ahead=16)
        hand.learn(seconds)
        assert hand.room() == room

    story(tell)


def test_a_short_lease_allows_little_ahead() -> None:
    async def tell() -> None:
        hand = Hand(slots=1, ahead=16)
        hand.learn(0.05)
        hand.take_in(assignment("a", lease=1.0), 0.0)
        assert hand.shortest_lease == 1.0
        assert hand.room() == 4

    story(tell)


def test_a_well_stocked_hand_asks_for_nothing_until_half_is_gone() -> None:
    async def tell() -> None:
        hand = Hand(slots=2, ahead=8)
        hand.learn(0.001)
        holdings = filled(hand, 9)
        assert hand.room() == 0
        hand.settle(holdings[0])
        assert hand.room() == 8

    story(tell)


def test_ends_that_nobody_heard_do_not_count_until_they_are_many() -> None:
    async def tell() -> None:
        hand = Hand(slots=2, ahead=1)
        filled(hand, 256, Phase.ENDING)
        assert hand.room() == 2
        hand.take_in(assignment("one more"), 0.0)
        next(iter(holding for holding in hand if holding.job.id == "one more")).phase = Phase.ENDING
        assert hand.room() == 0

    story(tell)


def test_the_same_attempt_is_taken_once_and_another_is_another() -> None:
    async def tell() -> None:
        hand = Hand(slots=2, ahead=1)
        assert hand.take_in(assignment("a", 1), 0.0) is not None
        assert hand.take_in(assignment("a", 1), 0.0) is None
        assert hand.take_in(assignment("a", 2), 0.0) is not None
        assert len(hand) == 2 and hand.get("a", 3) is None

    story(tell)


def test_work_is_handed_out_in_order_and_only_while_it_waits() -> None:
    async def tell() -> None:
        hand = Hand(slots=1, ahead=8)
        first, second, third = filled(hand, 3)
        second.phase = Phase.ENDING
        assert hand.busy is True
        assert [await hand.next(), await hand.next()] == [first, third]
        assert len(hand._line) == 0
        waiting = asyncio.create_task(hand.next())
        await asyncio.sleep(0)
        late = hand.take_in(assignment("late"), 0.0)
        assert await waiting is late
        waiting = asyncio.create_task(hand.next())
        await asyncio.sleep(0)
        hand.close()
        assert await waiting is None and hand.room() == 0

    story(tell)


def test_what_waits_too_long_is_overdue_and_stops_claiming_ahead() -> None:
    async def tell() -> None:
        hand = Hand(slots=1, ahead=8)
        hand.learn(0.001)
        waiting, running = filled(hand, 1)[0], filled(hand, 1, Phase.RUNNING)[0]
        assert hand.overdue(waiting.since + 1.9) == []
        assert hand.overdue(waiting.since + 2.1) == [waiting]
        assert running not in hand.overdue(waiting.since + 2.1)
        hand.settle(waiting)
        hand.settle(running)
        assert hand.room() == 1

    story(tell)


def test_the_greater_cause_wins_and_is_acted_on_once() -> None:
    async def tell() -> None:
        holding = Holding(assignment("a"), 0.0)
        seen: list[Cause] = []
        holding.want(Cause.TIMEOUT)
        holding.react = seen.append
        for cause in (Cause.LEAVE, Cause.TIMEOUT, Cause.STOP, Cause.STOP, Cause.TIMEOUT, Cause.DROP):
            holding.want(cause)
        assert seen == [Cause.STOP, Cause.DROP] and holding.cause is Cause.DROP

    story(tell)


def test_progress_changes_only_when_something_is_new() -> None:
    class Page:
        read_at = 0

        def read(self, at: int) -> Progress:
            return Progress(done=float(at // 10), at=at)

    async def tell() -> None:
        holding = Holding(assignment("a"), 0.0)
        holding.slate = Page()  # type: ignore[assignment]
        holding.look(10)
        first = holding.progress
        holding.look(11)
        assert holding.progress is first
        holding.look(20)
        assert holding.progress is not None and holding.progress.done == 2.0

    story(tell)


def test_a_lease_counts_from_the_moment_of_asking() -> None:
    async def tell() -> None:
        holding = Holding(assignment("a", lease=12.5), 100.0)
        assert holding.sure == 112.5 and str(holding) == "job a attempt 1"

    story(tell)
