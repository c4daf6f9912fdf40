"""Files that programs put: one path may be several people's, and the task's own comes first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

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


async def test_the_files_of_a_task_go_with_it_but_not_the_weights_of_a_model_that_stays(room: Room) -> None:
    verbs, mia = room.verbs, room.house.actor("mia")
    tasks = [await room.task(mia, name) for name in ("goes", "stays")]
    # The client escapes names before they become part of an address, where they are escaped again.
    names = [f"project/{id_}.{id_}/{kind}" for id_ in tasks for kind in ("artifacts/a%2Bb.pkl", "models/net 1.pkl")]
    for name in names:
        await verbs.shelf.put(mia, name, once(name.encode()))
    for ready, name in ((True, "http://house/files/" + quote(names[1])), (False, "http://house/files/" + names[0])):
        await verbs.library.create(mia, {"name": "net", "uri": name, "task": tasks[0], "ready": ready})
    await verbs.deleting.delete(mia, tasks[0], force=True)
    assert list(await verbs.shelf.among(mia, names)) == sorted(names), "a client that deletes them itself finds none"
    assert await verbs.shelf.sweep() == 0
    assert list(await verbs.shelf.among(mia, names)) == sorted(names[1:])
    room.house.clock.forward(2 * 86_400)
    assert await verbs.shelf.sweep() == 1
