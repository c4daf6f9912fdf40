"""Files that programs put: one path may be several people's, and the task's own comes first."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.experiments.room import Room

pytestmark = pytest.mark.anyio


async def once(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def test_an_operator_is_given_the_file_of_the_task_whoever_else_put_one_under_its_path(room: Room) -> None:
    shelf, mia, max_ = room.house.experiments.shelf, room.house.actor("mia"), room.house.actor("max")
    path = f"project/task.{await room.task(mia)}/models/net.pkl"
    await shelf.put(max_, path, once(b"planted"))
    await shelf.put(mia, path, once(b"trained"))
    for name, owner in (("olga", "mia"), ("max", "max"), ("mia", "mia")):
        actor = room.house.actor(name)
        assert (await shelf.get(actor, path)).owner == owner
        assert (await shelf.among(actor, [path]))[path].owner == owner
