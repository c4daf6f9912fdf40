"""What becomes of a letter that did not arrive: tried again, given up, made again, and forgotten in the end."""

from __future__ import annotations

import pytest

from jobyard.engine.webhooks import outbox, record
from jobyard.engine.webhooks.book import Edit
from jobyard.engine.webhooks.record import Fate
from jobyard.job.errors import Conflict
from jobyard.people.record import Actor
from tests.engine.webhooks.conftest import Posted
from tests.engine.webhooks.receiver import Receiver

pytestmark = pytest.mark.anyio


async def test_failures_are_tried_again_after_growing_pauses(posted: Posted, mia: Actor, receiver: Receiver) -> None:
    webhook, _ = await posted.webhook(mia, receiver)
    receiver.status = 503
    await posted.submit(mia)
    await posted.turn()
    for tries, pause in enumerate(record.PAUSES, start=1):
        assert len(receiver.got) == tries
        await posted.turn(pause * (1 - record.SPREAD) - 1)
        assert len(receiver.got) == tries, "it was too early"
        await posted.turn(pause * 2 * record.SPREAD + 2)
    assert len(receiver.got) == len(record.PAUSES) + 1
    assert len({got.id for got in receiver.got}) == 1 and len({got.body for got in receiver.got}) == 1
    assert len({got.headers["webhook-timestamp"] for got in receiver.got}) > 5
    [delivery] = await posted.deliveries(webhook)
    assert delivery.fate is Fate.GIVEN_UP and {tried.status for tried in delivery.tries} == {503}
    await posted.turn(7 * 86_400)
    assert len(receiver.got) == len(record.PAUSES) + 1


async def test_what_failed_holds_up_nothing_behind_it(posted: Posted, mia: Actor, receiver: Receiver) -> None:
    webhook, _ = await posted.webhook(mia, receiver)
    receiver.status = 500
    await posted.submit(mia)
    await posted.turn()
    receiver.status = 204
    await posted.submit(mia)
    await posted.turn()
    assert receiver.numbers == [1, 2]
    assert [one.fate for one in await posted.deliveries(webhook)] == [Fate.WAITING, Fate.DELIVERED]
    await posted.turn(60)
    assert receiver.numbers == [1, 2, 1]


async def test_a_receiver_that_fails_all_the_time_is_left_alone_until_it_is_well(
    posted: Posted, mia: Actor, receiver: Receiver
) -> None:
    webhook, _ = await posted.webhook(mia, receiver)
    receiver.status = 500
    for _ in range(20):
        await posted.submit(mia)
    await posted.turn()
    assert len(receiver.got) == record.TIRED
    await posted.turn(30)
    assert len(receiver.got) == record.TIRED
    await posted.turn(31)
    assert len(receiver.got) == record.TIRED + 1
    receiver.status = 204
    await posted.turn(61)
    # It is well: everything that is due goes out at once.
    assert set(receiver.numbers) == set(range(1, 21))
    await posted.turn(3_600)
    assert {one.fate for one in await posted.deliveries(webhook)} == {Fate.DELIVERED}


async def test_three_days_of_failures_pause_a_webhook_and_it_can_go_on_where_it_was(
    posted: Posted, mia: Actor, receiver: Receiver
) -> None:
    webhook, _ = await posted.webhook(mia, receiver)
    receiver.status = 500
    for _ in range(8):
        await posted.submit(mia)
        await posted.turn(43_200)
    paused = await posted.look(webhook)
    assert not paused.active and paused.paused_reason.startswith("For three days every try failed.")
    receiver.status, receiver.got = 204, []
    await posted.submit(mia)
    await posted.turn(86_400)
    assert receiver.got == []
    await posted.webhooks.change(mia, webhook.id, Edit(active=True))
    await posted.turn(86_400)
    given_up = {one.event for one in await posted.deliveries(webhook) if one.fate is Fate.GIVEN_UP}
    assert set(receiver.numbers) == set(range(1, 10)) - given_up and 9 in receiver.numbers


async def test_a_delivery_is_made_once_more_on_demand(posted: Posted, mia: Actor, receiver: Receiver) -> None:
    webhook, secret = await posted.webhook(mia, receiver)
    await posted.submit(mia)
    await posted.turn()
    delivery, due_at = await posted.webhooks.redeliver(mia, webhook.id, 1)
    assert (delivery.fate, due_at) == (Fate.WAITING, posted.clock.now())
    await posted.turn()
    first, second = receiver.got
    assert first.id == second.id and second.genuine(secret)
    [again] = await posted.deliveries(webhook)
    assert again.fate is Fate.DELIVERED and len(again.tries) == 2
    now = await posted.look(webhook)
    assert (now.waiting, now.over) == (0, 1)
    await posted.webhooks.change(mia, webhook.id, Edit(active=False))
    with pytest.raises(Conflict):
        await posted.webhooks.redeliver(mia, webhook.id, 1)


async def test_what_is_given_up_gets_all_its_tries_again(posted: Posted, mia: Actor, receiver: Receiver) -> None:
    webhook, _ = await posted.webhook(mia, receiver)
    receiver.status = 500
    await posted.submit(mia)
    for _ in range(len(record.PAUSES) + 1):
        await posted.turn(2 * 86_400)
    await posted.webhooks.change(mia, webhook.id, Edit(active=True))
    [delivery] = await posted.deliveries(webhook)
    assert delivery.fate is not Fate.DELIVERED
    await posted.webhooks.redeliver(mia, webhook.id, 1)
    await posted.turn()
    [delivery] = await posted.deliveries(webhook)
    assert (delivery.fate, delivery.failures) == (Fate.WAITING, 1)
    receiver.status = 200
    await posted.turn(60)
    assert (await posted.deliveries(webhook))[0].fate is Fate.DELIVERED


async def test_old_deliveries_go_and_of_many_the_oldest(
    posted: Posted, mia: Actor, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("KEPT", 4), ("BATCH", 2)):
        monkeypatch.setattr(outbox, name, value)
    webhook, _ = await posted.webhook(mia, receiver)
    receiver.status = 500
    await posted.submit(mia)
    await posted.turn()
    receiver.status = 204
    for _ in range(9):
        await posted.submit(mia)
    await posted.turn()
    await posted.turn()
    # The first one still waits for its next try, so it stays, whatever its age.
    assert [one.event for one in await posted.deliveries(webhook)] == [1, 7, 8, 9, 10]
    assert (await posted.look(webhook)).over == 4
    receiver.status = 500
    await posted.turn(8 * 86_400)
    assert [one.event for one in await posted.deliveries(webhook)] == [1]
    now = await posted.look(webhook)
    assert (now.over, now.waiting) == (0, 1)


async def test_a_receiver_that_stands_still_fills_no_store(
    posted: Posted, mia: Actor, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BACKLOG", 3)
    monkeypatch.setattr(outbox, "PAGE", 2)
    webhook, _ = await posted.webhook(mia, receiver)
    receiver.status = 500
    for _ in range(12):
        await posted.submit(mia)
    await posted.turn()
    assert (await posted.look(webhook)).waiting == 4 and (await posted.look(webhook)).cursor == 4
    receiver.status = 204
    for _ in range(6):
        await posted.turn(60)
    assert sorted(set(receiver.numbers)) == list(range(1, 13)), "nothing is left out"
