"""The rounds of the post: what is told to whom, in which order, how often, and that nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from msgspec.structs import replace

from jobyard.engine.interest import Interest
from jobyard.engine.webhooks import outbox, record
from jobyard.engine.webhooks.book import Edit, Wish
from jobyard.engine.webhooks.record import Delivery, Fate, Webhook
from jobyard.job.errors import Conflict, Unavailable
from jobyard.job.events import EventType
from jobyard.job.states import State
from jobyard.people.record import HOUSE, Actor, Role
from tests.engine.webhooks.conftest import Posted
from tests.engine.webhooks.receiver import Receiver, receiving

pytestmark = pytest.mark.anyio


async def deliveries(posted: Posted, webhook: Webhook) -> list[Delivery]:
    found = await posted.webhooks.deliveries(HOUSE, webhook.id, None, 1_000)
    return [delivery for delivery, _ in reversed(found)]


async def ended(posted: Posted, actor: Actor, **fields: Any) -> str:
    """Let a job live from its submission to its end: events submitted, claimed, begun, finished."""
    job = await posted.submit(actor, **fields)
    [assignment] = await posted.claim(queues=(fields.get("queue", "default"),))
    await posted.finish(assignment.job)
    return job.id


async def test_what_happens_is_told_in_order_signed_with_the_job(
    posted: Posted, mia: Actor, receiver: Receiver
) -> None:
    webhook, secret = await posted.webhook(mia, receiver)
    id_ = await ended(posted, mia)
    await posted.turn()
    assert [got.told["type"] for got in receiver.got] == [
        "job.submitted",
        "job.claimed",
        "job.begun",
        "job.finished",
    ]
    assert receiver.numbers == [1, 2, 3, 4] and all(got.genuine(secret) for got in receiver.got)
    assert [got.id for got in receiver.got] == [f"{webhook.id}-{number}" for number in range(1, 5)]
    last = receiver.got[-1].told
    assert last["data"]["job"]["id"] == id_ == last["data"]["event"]["job"]
    assert last["data"]["job"]["state"] == "succeeded" and "delete" in last["data"]["job"]["may"]
    assert last["timestamp"] == last["data"]["event"]["at"]
    told = await deliveries(posted, webhook)
    assert {one.fate for one in told} == {Fate.DELIVERED} and [len(one.tries) for one in told] == [1] * 4
    now = await posted.look(webhook)
    assert (now.cursor, now.waiting, now.over, now.failures) == (4, 0, 4, 0)
    await posted.turn(3_600)
    assert len(receiver.got) == 4


async def test_only_what_its_owner_may_see_is_told(posted: Posted, mia: Actor, receiver: Receiver) -> None:
    max_ = await posted.person("max")
    await posted.webhook(mia, receiver)
    shared = await posted.project("shared", mia=Role.VIEWER, max=Role.MEMBER)
    theirs = await ended(posted, max_)
    await posted.jobs.delete(max_, theirs)
    inside = replace(max_, projects={shared: Role.MEMBER})
    mine, ours = await ended(posted, mia), await ended(posted, inside, project=shared)
    await posted.jobs.delete(mia, mine)
    await posted.turn()
    assert [got.told["data"]["event"]["job"] for got in receiver.got] == [mine] * 4 + [ours] * 4 + [mine]
    assert receiver.got[-1].told["type"] == "job.deleted" and receiver.got[-1].told["data"]["job"] is None
    by_job = {got.told["data"]["event"]["job"]: got.told["data"]["job"] for got in receiver.got}
    assert by_job[mine] is None, "it is gone, and what became of it is told all the same"
    assert by_job[ours]["project"] == {"id": shared, "name": "shared"} and by_job[ours]["may"] == []


async def test_rights_count_as_they_are_when_something_is_told(posted: Posted, mia: Actor, receiver: Receiver) -> None:
    webhook, _ = await posted.webhook(mia, receiver)
    max_ = await posted.person("max")
    shared = await posted.project("shared", mia=Role.VIEWER, max=Role.MEMBER)
    await posted.submit(replace(max_, projects={shared: Role.MEMBER}), project=shared)
    # Written down while she may see it, and not sent before she may not.
    receiver.status = 500
    await posted.turn()
    await posted.engine.ledger.write(lambda transaction: transaction.drop_membership(shared, "mia"))
    receiver.status = 204
    await posted.turn(60)
    [delivery] = await deliveries(posted, webhook)
    assert len(receiver.got) == 1 and delivery.fate is Fate.GIVEN_UP and "may not see" in delivery.tries[-1].error
    await posted.person("mia", Role.OPERATOR)
    await posted.submit(max_)
    await posted.turn()
    assert len(receiver.got) == 2


@pytest.mark.parametrize("how", ["disabled", "viewer"])
async def test_whoever_may_have_no_webhook_any_more_is_told_nothing_until_they_may(
    posted: Posted, mia: Actor, receiver: Receiver, how: str
) -> None:
    await posted.webhook(mia, receiver)
    receiver.status = 500
    await posted.submit(mia)
    await posted.turn()
    receiver.status = 204
    if how == "disabled":
        await posted.person("mia", disabled=True)
    else:
        await posted.person("mia", Role.VIEWER)
    await posted.submit(mia)
    await posted.turn(60)
    assert len(receiver.got) == 1
    await posted.person("mia")
    await posted.turn()
    assert receiver.numbers[1:] == [1, 2]


@pytest.mark.parametrize(
    ("interest", "types"),
    [
        ({"events": {EventType.FINISHED, EventType.DELETED}}, ["finished", "finished", "deleted"]),
        ({"states": {State.RUNNING}}, ["claimed", "begun", "claimed", "begun"]),
        ({"queues": {"gpu"}}, ["submitted", "claimed", "begun", "finished", "deleted"]),
        ({"kinds": {"test.count"}, "events": {EventType.SUBMITTED}}, ["submitted", "submitted"]),
        ({"kinds": {"other"}}, []),
        ({"owners": {"max"}}, ["submitted", "claimed", "begun", "finished"]),
        ({"projects": {"shared"}}, ["submitted", "claimed", "begun", "finished", "deleted"]),
        ({"queues": {"default"}, "projects": {"shared"}}, []),
        ({"owners": {"mia"}, "queues": {"gpu"}, "events": {EventType.DELETED}}, ["deleted"]),
    ],
)
async def test_what_is_told_is_narrowed(
    posted: Posted, receiver: Receiver, interest: dict[str, Any], types: list[str]
) -> None:
    mia, max_ = await posted.person("mia", Role.OPERATOR), await posted.person("max")
    shared = await posted.project("shared", mia=Role.MEMBER)
    wanted = Interest(**{name: frozenset(words) for name, words in interest.items()})
    await posted.webhook(mia, receiver, interest=wanted)
    await ended(posted, max_)
    job = await ended(posted, mia, queue="gpu", project=shared)
    await posted.jobs.delete(mia, job)
    await posted.turn()
    assert [got.told["type"].removeprefix("job.") for got in receiver.got] == types


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
    [delivery] = await deliveries(posted, webhook)
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
    assert [one.fate for one in await deliveries(posted, webhook)] == [Fate.WAITING, Fate.DELIVERED]
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
    assert {one.fate for one in await deliveries(posted, webhook)} == {Fate.DELIVERED}


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
    given_up = {one.event for one in await deliveries(posted, webhook) if one.fate is Fate.GIVEN_UP}
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
    [again] = await deliveries(posted, webhook)
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
    [delivery] = await deliveries(posted, webhook)
    assert delivery.fate is not Fate.DELIVERED
    await posted.webhooks.redeliver(mia, webhook.id, 1)
    await posted.turn()
    [delivery] = await deliveries(posted, webhook)
    assert (delivery.fate, delivery.failures) == (Fate.WAITING, 1)
    receiver.status = 200
    await posted.turn(60)
    assert (await deliveries(posted, webhook))[0].fate is Fate.DELIVERED


async def test_deliveries_are_read_in_pages_newest_first(posted: Posted, mia: Actor, receiver: Receiver) -> None:
    webhook, _ = await posted.webhook(mia, receiver)
    for _ in range(5):
        await posted.submit(mia)
    await posted.turn()
    first = await posted.webhooks.deliveries(mia, webhook.id, None, 3)
    rest = await posted.webhooks.deliveries(mia, webhook.id, first[-1][0].event, 3)
    assert [[one.event for one, _ in page] for page in (first, rest)] == [[5, 4, 3], [2, 1]]


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
    assert [one.event for one in await deliveries(posted, webhook)] == [1, 7, 8, 9, 10]
    assert (await posted.look(webhook)).over == 4
    receiver.status = 500
    await posted.turn(8 * 86_400)
    assert [one.event for one in await deliveries(posted, webhook)] == [1]
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


async def test_many_webhooks_at_different_places_each_get_their_own(posted: Posted, mia: Actor) -> None:
    async with receiving() as one, receiving() as two, receiving() as three:
        await posted.webhook(mia, one)
        await posted.submit(mia)
        await posted.webhook(mia, two, interest=Interest(events=frozenset({EventType.CANCELLED})))
        await posted.turn()
        await posted.webhook(mia, three)
        job = await posted.submit(mia)
        await posted.jobs.cancel(mia, job.id)
        await posted.turn()
    assert (one.numbers, two.numbers, three.numbers) == ([1, 2, 3], [3], [2, 3])


async def test_a_hanging_receiver_holds_up_no_other(posted: Posted, mia: Actor) -> None:
    async with receiving() as slow, receiving() as quick:

        async def hang(receiver: Receiver, writer: asyncio.StreamWriter) -> None:
            await asyncio.Event().wait()

        slow.answer = hang
        await posted.webhook(mia, slow)
        await posted.webhook(mia, quick)
        async with running(posted):
            for _ in range(10):
                await posted.submit(mia)
            await quick.until(10)
            assert quick.numbers == list(range(1, 11)) and len(slow.got) == 1


async def test_a_letter_that_cannot_be_written_holds_up_nothing(
    posted: Posted, mia: Actor, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook, _ = await posted.webhook(mia, receiver)
    wording = posted.rounds._post._wording
    told = wording.told

    def broken(happening: Any) -> bytes:
        if happening.event.number == 1:
            raise ValueError("no words for this")
        return told(happening)

    monkeypatch.setattr(wording, "told", broken)
    await posted.submit(mia)
    await posted.submit(mia)
    await posted.turn()
    first, second = await deliveries(posted, webhook)
    assert receiver.numbers == [2] and second.fate is Fate.DELIVERED
    assert "its log says why" in first.tries[0].error


@asynccontextmanager
async def running(posted: Posted) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(posted.rounds.run())
    await asyncio.sleep(0)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_running_it_tells_by_itself_what_happens_and_what_is_asked(
    posted: Posted, mia: Actor, receiver: Receiver
) -> None:
    async with running(posted):
        webhook, _ = await posted.webhook(mia, receiver)
        await posted.submit(mia)
        await receiver.until(1)
        await posted.rounds.idle()
        await posted.webhooks.redeliver(mia, webhook.id, 1)
        await receiver.until(2)
        await posted.submit(mia)
        await receiver.until(3)
    assert receiver.numbers == [1, 1, 2]


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
    async with running(posted):
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
    await posted.webhook(mia, receiver)
    await posted.submit(mia)
    monkeypatch.setattr(posted.store, "hold_watch", lambda: False)
    await posted.turn()
    assert receiver.got == []
    monkeypatch.setattr(posted.store, "hold_watch", lambda: True)
    await posted.turn()
    assert receiver.numbers == [1]


async def test_a_webhook_to_a_place_that_is_closed_now_says_so(
    posted: Posted, mia: Actor, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook, _ = await posted.webhooks.create(mia, Wish(name="w", url=receiver.url))
    monkeypatch.setattr(posted.engine.webhooks._targets, "_networks", [])
    await posted.submit(mia)
    await posted.turn()
    [delivery] = await deliveries(posted, webhook)
    assert receiver.got == [] and delivery.tries[0].error.startswith("A webhook cannot be sent there")
