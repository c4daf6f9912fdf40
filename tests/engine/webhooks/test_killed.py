"""The post as it runs: by itself, beside receivers that hang, and killed in any moment without loss."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jobyard.engine.webhooks import outbox, record, rounds
from jobyard.engine.webhooks.book import Edit
from jobyard.job.errors import Unavailable
from jobyard.job.events import EventType
from jobyard.people.record import Actor
from tests.engine.webhooks.conftest import Posted
from tests.engine.webhooks.receiver import Receiver, receiving

pytestmark = pytest.mark.anyio


async def test_running_it_tells_by_itself_what_happens_and_what_is_asked(
    posted: Posted, mia: Actor, receiver: Receiver
) -> None:
    async with posted.running():
        webhook, _ = await posted.webhook(mia, receiver)
        await posted.submit(mia)
        await receiver.until(1)
        await posted.rounds.idle()
        await posted.webhooks.redeliver(mia, webhook.id, 1)
        await receiver.until(2)
        await posted.submit(mia)
        await receiver.until(3)
    assert receiver.numbers == [1, 1, 2]


async def test_what_is_written_down_while_a_sender_ends_is_sent_at_once(
    posted: Posted, mia: Actor, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "LOOK_AGAIN", 1_000.0)
    await posted.webhook(mia, receiver)
    monkeypatch.setattr(posted.rounds, "_heard", lambda loop: None)
    next_, held = posted.rounds._next, list[bool]()

    async def ending(id_: str, done: Any) -> Any:
        posting = await next_(id_, done)
        if posting is None and not held:
            held.append(True)
            await posted.submit(mia)
            await posted.rounds.round()
        return posting

    monkeypatch.setattr(posted.rounds, "_next", ending)
    await posted.submit(mia)
    async with posted.running():
        await receiver.until(2)
    assert held and receiver.numbers == [1, 2]


@pytest.mark.parametrize("ticks", range(12))
async def test_it_ends_when_it_is_cancelled_whatever_happens_in_that_moment(posted: Posted, ticks: int) -> None:
    task = asyncio.create_task(posted.rounds.run())
    # Long enough for the first round, after which it waits.
    await asyncio.sleep(0.3)
    posted.rounds.wake()
    for _ in range(ticks):
        await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=5)
    assert done


async def test_a_hanging_receiver_holds_up_no_other(posted: Posted, mia: Actor) -> None:
    async with receiving() as slow, receiving() as quick:

        async def hang(receiver: Receiver, writer: asyncio.StreamWriter) -> None:
            await asyncio.Event().wait()

        slow.answer = hang
        await posted.webhook(mia, slow)
        await posted.webhook(mia, quick)
        async with posted.running():
            for _ in range(10):
                await posted.submit(mia)
            await quick.until(10)
            assert quick.numbers == list(range(1, 11)) and len(slow.got) == 1


async def test_killed_between_writing_down_and_sending_nothing_is_lost(
    posted: Posted, mia: Actor, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook, _ = await posted.webhook(mia, receiver)
    for _ in range(3):
        await posted.submit(mia)
    monkeypatch.setattr(posted.rounds, "_start", lambda id_: None)
    await posted.rounds.round()
    assert (await posted.look(webhook)).waiting == 3 and not receiver.got
    again = Posted(posted.store, posted.folder)
    await again.turn()
    assert receiver.numbers == [1, 2, 3] and (await again.look(webhook)).waiting == 0


async def test_killed_while_it_is_being_sent_it_is_sent_again_under_the_same_id(
    posted: Posted, mia: Actor, receiver: Receiver
) -> None:
    webhook, _ = await posted.webhook(mia, receiver)

    async def hang(receiver: Receiver, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    receiver.answer = hang
    async with posted.running():
        await posted.submit(mia)
        await receiver.until(1)
    receiver.answer = None
    again = Posted(posted.store, posted.folder)
    await again.turn()
    first, second = receiver.got
    assert first.id == second.id
    assert (await again.look(webhook)).waiting == 0


async def test_a_write_that_fails_leaves_the_place_where_it_was(
    posted: Posted, mia: Actor, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook, _ = await posted.webhook(mia, receiver)
    await posted.submit(mia)
    put, count = record.delivery_card, [0]

    def failing(*args: Any) -> Any:
        count[0] += 1
        if count[0] == 1:
            raise Unavailable(reason="the disk is away")
        return put(*args)

    monkeypatch.setattr("jobyard.engine.webhooks.outbox.delivery_card", failing)
    with pytest.raises(Unavailable):
        await posted.rounds.round()
    assert (await posted.look(webhook)).cursor == 0
    await posted.turn()
    assert receiver.numbers == [1] and (await posted.look(webhook)).cursor == 1


async def test_what_changed_since_it_was_looked_at_is_looked_at_again(
    posted: Posted, mia: Actor, receiver: Receiver
) -> None:
    webhook, _ = await posted.webhook(mia, receiver)
    await posted.submit(mia)
    seen = (await posted.engine.ledger.read(lambda view: outbox.look(view, posted.clock.now()))).seen[0]
    none = {"events": frozenset({EventType.DELETED})}
    await posted.webhooks.change(mia, webhook.id, Edit(interest=none))
    assert not await posted.rounds._write_down(seen)
    await posted.turn()
    assert receiver.got == [] and (await posted.look(webhook)).cursor == 1
    assert not await posted.rounds._write_down(seen), "and what was written down once is not again"


async def test_whoever_does_not_keep_the_watch_sends_nothing(
    posted: Posted, mia: Actor, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook, _ = await posted.webhook(mia, receiver)
    await posted.submit(mia)
    monkeypatch.setattr(posted.store, "hold_watch", lambda: False)
    await posted.turn()
    assert receiver.got == [] and (await posted.look(webhook)).cursor == 0
    monkeypatch.setattr(posted.store, "hold_watch", lambda: True)
    await posted.turn()
    assert receiver.numbers == [1]
