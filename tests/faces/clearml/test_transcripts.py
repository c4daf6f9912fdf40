"""Whole lives of ClearML's clients, as they were written down, are answered as they were."""

from __future__ import annotations

import pytest

from jobyard.people.record import Role, User
from tests.faces.clearml.house import House
from tests.faces.clearml.replaying import PLACE, Replay, transcript

pytestmark = pytest.mark.anyio
LIVES = sorted(path.name.removesuffix(".jsonl.gz") for path in PLACE.glob("*.jsonl.gz"))


async def replay(house: House) -> Replay:
    """Return a way to say transcripts to a house, in which the same somebody lives as in that which was heard."""
    user = User(id="admin", name="admin", role=Role.ADMINISTRATOR, created_at=house.clock.now())
    await house.engine.ledger.write(lambda transaction: transaction.put_user(user))
    return Replay(house, *await house.pair("admin"))


@pytest.mark.parametrize("name", LIVES)
async def test_a_life_is_answered_as_it_was(any_house: House, name: str) -> None:
    assert await (await replay(any_house)).differences(transcript(name)) == []


async def test_a_difference_is_seen(house: House) -> None:
    said = transcript("stopping")
    made = next(one for one in said if one["path"].endswith("tasks.get_by_id"))
    task = made["answer"]["data"]["task"]
    task |= {"name": "another", "parent": None, "last_iteration": "0", "created": "yesterday"}
    del task["tags"]
    said[0]["status"] = 201
    number = said.index(made)
    found = await (await replay(house)).differences(said[: number + 1])
    assert [one.partition(" is ")[0].rpartition("task.")[2] for one in found[1:]] == [
        "parent",
        "tags",
        "name",
        "created",
        "last_iteration",
    ]
    assert found[0].startswith("0 /auth.login: 200 application/json, not 201")
