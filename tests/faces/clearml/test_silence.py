"""How long the programs of tasks may be silent where the house itself could not hear them."""

from __future__ import annotations

import pytest

from tests.faces.clearml.house import House

pytestmark = pytest.mark.anyio


async def test_hours_in_which_the_house_heard_nobody_are_no_silence(any_house: House) -> None:
    agent = any_house.caller(worker="box:1")
    queue = (await agent("queues.create", name="a line"))["id"]
    script = await agent.task(status="in_progress")
    begun, lent = await agent.task(name="begun"), await agent.task(name="lent")
    for id_ in (begun, lent):
        await agent("tasks.enqueue", task=id_, queue=queue)
        assert (await agent("queues.get_next_task", queue=queue))["entry"]["task"] == id_
    await agent("tasks.started", task=begun)
    any_house.clock.forward(14_400)
    any_house.engine.vigil.broken(14_400)
    for seconds, stands, waiting in (
        (58, ("in_progress", "in_progress"), 0),
        (4, ("in_progress", "in_progress"), 1),
        (530, ("in_progress", "in_progress"), 1),
        (10, ("in_progress", "stopped"), 1),
        (6_590, ("in_progress", "stopped"), 1),
        (10, ("stopped", "stopped"), 1),
    ):
        any_house.clock.forward(seconds)
        await any_house.engine.keeper.find_lost()
        assert (await agent.status(script), await agent.status(begun)) == stands, seconds
        assert (await agent("queues.get_num_entries", queue=queue))["num"] == waiting, seconds
