"""How a worker asks for work: never for more than it has room for, and never without end."""

from __future__ import annotations

import asyncio

from jobyard.job.desk import Claimed, Wish
from jobyard.worker.claims import Claims
from jobyard.worker.desk import Away
from jobyard.worker.options import WorkerOptions
from tests.worker.scene import AWAY, DECLINED, Scene, play
from tests.worker.scripted import assignment

OPTIONS = WorkerOptions(url="http://house", token="t", name="w", slots=2, wait=20.0)


def claims(scene: Scene) -> Claims:
    return Claims(scene.desk, scene.hand, OPTIONS, scene.wishes.append)


def test_claims_never_ask_for_more_than_there_is_room() -> None:
    async def act(scene: Scene) -> None:
        wish = Wish(job="z", attempt=1, what="stop")
        scene.desk.script["claim"] = [
            Claimed(assignments=(assignment("a"),), wishes=(wish,)),
            Claimed(assignments=(assignment("b"),)),
        ]
        scene.go(claims(scene).run())
        await scene.desk.until(lambda: len(scene.hand) == 2)
        for _ in range(5):
            await asyncio.sleep(0)
        assert len(scene.desk.of("claim")) == 2
        holding = scene.hand.get("a", 1)
        assert holding is not None
        scene.hand.settle(holding)
        await scene.desk.until(lambda: len(scene.desk.of("claim")) == 3)

    scene = play(act)
    asked = scene.desk.of("claim")
    assert [ask.limit for ask in asked] == [2, 1, 1]
    assert asked[0].wait == 20.0 and asked[1].wait == 10.0 and (asked[0].worker, asked[0].slots) == ("w", 2)
    assert scene.wishes == [Wish(job="z", attempt=1, what="stop")]


def test_claims_go_on_after_trouble_with_pauses() -> None:
    async def act(scene: Scene) -> None:
        scene.desk.script["claim"] = [AWAY, DECLINED, AWAY, Claimed(assignments=(assignment("a"),))]
        scene.go(claims(scene).run())
        await scene.desk.until(lambda: len(scene.hand) == 1)

    play(act)


def test_a_house_that_does_not_wait_is_not_asked_without_end() -> None:
    async def act(scene: Scene) -> None:
        scene.desk.script["claim"] = [Claimed() for _ in range(1_000)]
        started = asyncio.get_running_loop().time()
        scene.go(claims(scene).run())
        await scene.desk.until(lambda: len(scene.desk.of("claim")) == 4)
        assert asyncio.get_running_loop().time() - started > 0.15

    play(act)


def test_leaving_ends_the_claims_even_in_a_pause() -> None:
    async def act(scene: Scene) -> None:
        asking = claims(scene)
        scene.desk.script["claim"] = [Away(reason="busy", pause=1_000.0)]
        running = scene.go(asking.run())
        await scene.desk.until(lambda: scene.desk.of("claim"))
        for _ in range(3):
            await asyncio.sleep(0)
        asking.leave()
        await running

    assert len(play(act).desk.of("claim")) == 1
