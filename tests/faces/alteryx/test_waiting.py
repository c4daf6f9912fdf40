"""What a job that waits says of it to clients that know no such word."""

from __future__ import annotations

from typing import Any

import pytest

from jobyard.people.record import HOUSE
from tests.faces.alteryx.house import House, writing

pytestmark = pytest.mark.anyio


async def told(house: House, job: str) -> list[Any]:
    messages: list[Any] = (await house.caller().got(f"/v3/jobs/{job}"))["messages"]
    assert await house.caller("olga").got(f"/v3/jobs/{job}/messages") == messages
    return messages


async def test_a_tag_that_nobody_serves_is_told_as_a_warning(house: House) -> None:
    mia = house.caller()
    workflow = await mia.upload(writing())
    job = await mia.run(workflow, workerTag="moon")
    [message] = await told(house, job)
    assert (message["status"], message["toolId"]) == (2, -1)
    assert "moon" in message["text"]
    assert "messages" not in await mia.got(f"/v3/jobs/{job}?includeMessages=false")


async def test_why_a_job_waits_goes_away_when_it_begins(house: House) -> None:
    mia = house.caller()
    workflow = await mia.upload(writing())
    assert await house.take() is None  # a worker is there now
    job = await mia.run(workflow)
    [message] = await told(house, job)
    assert message["status"] == 1
    await house.engine.queues.pause(HOUSE, "default")
    [message] = await told(house, job)
    assert message["status"] == 2 and "paused" in message["text"]
    await house.engine.queues.resume(HOUSE, "default")
    assert (await house.work()).id == job
    assert message["text"] not in {one["text"] for one in await told(house, job)}
