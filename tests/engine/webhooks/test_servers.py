"""Several servers on one PostgreSQL: one of them tells, and another takes over where it stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.people.record import Actor
from jobyard.store.postgres import PostgresStore
from tests.engine.webhooks.conftest import Posted
from tests.engine.webhooks.receiver import Receiver

pytestmark = pytest.mark.anyio


@pytest.fixture
def servers(emptied_postgres: str, tmp_path: Path) -> Iterator[tuple[Posted, Posted]]:
    stores = [PostgresStore.open(emptied_postgres, threads=2) for _ in range(2)]
    yield Posted(stores[0], tmp_path), Posted(stores[1], tmp_path)
    for store in stores:
        store.close()


async def test_one_of_two_servers_tells_whichever_was_asked(servers: tuple[Posted, Posted], receiver: Receiver) -> None:
    first, second = servers
    mia = await first.person("mia")
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(server.rounds.run()) for server in servers]
        webhook, secret = await second.webhook(mia, receiver)
        await asyncio.gather(*(server.submit(mia) for server in servers for _ in range(10)))
        await receiver.until(20)
        for server in servers:
            await server.rounds.idle()
        for task in tasks:
            task.cancel()
    assert receiver.numbers == list(range(1, 21)) and all(got.genuine(secret) for got in receiver.got)
    assert sorted(server.rounds._watching for server in servers) == [False, True]
    now = await first.look(webhook)
    assert (now.cursor, now.waiting, now.over) == (20, 0, 20)


async def test_another_server_goes_on_where_one_was_killed(servers: tuple[Posted, Posted], receiver: Receiver) -> None:
    first, second = servers
    mia: Actor = await first.person("mia")
    webhook, _ = await first.webhook(mia, receiver)
    await first.submit(mia)
    await first.turn()
    await second.turn()
    assert receiver.numbers == [1]
    for _ in range(3):
        await first.submit(mia)
    receiver.status = 500
    await first.turn()
    first.store.close()
    receiver.status = 204
    await second.turn()
    await second.turn(60)
    assert sorted(set(receiver.numbers)) == [1, 2, 3, 4]
    assert (await second.look(webhook)).waiting == 0


async def test_two_that_believe_to_keep_the_watch_write_nothing_down_twice(
    servers: tuple[Posted, Posted], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    mia = await servers[0].person("mia")
    webhook, _ = await servers[0].webhook(mia, receiver)
    for server in servers:
        monkeypatch.setattr(server.store, "hold_watch", lambda: True)
    for _ in range(30):
        await servers[0].submit(mia)
    await asyncio.gather(*(server.turn() for server in servers))
    now = await servers[0].look(webhook)
    assert (now.cursor, now.waiting, now.over) == (30, 0, 30)
    # What both had in hand at once was sent twice, under one id.
    assert {got.id for got in receiver.got} == {f"{webhook.id}-{number}" for number in range(1, 31)}
