"""The rounds of the post: what is told to whom, and in which order."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from jobyard.engine.interest import Interest
from jobyard.engine.webhooks import outbox, rounds
from jobyard.engine.webhooks.book import Edit, Wish
from jobyard.engine.webhooks.record import Fate
from jobyard.job.errors import StoreFull
from jobyard.job.events import EventType
from jobyard.job.states import State
from jobyard.people.record import Actor, Role
from jobyard.store.contract import Transaction
from tests.engine.webhooks.conftest import Posted
from tests.engine.webhooks.receiver import Receiver, receiving

pytestmark = pytest.mark.anyio


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
    told = await posted.deliveries(webhook)
    assert {one.fate for one in told} == {Fate.DELIVERED} and [len(one.tries) for one in told] == [1] * 4
    now = await posted.look(webhook)
    assert (now.cursor, now.waiting, now.over, now.failures) == (4, 0, 4, 0)
    await posted.turn(3_600)
    assert len(receiver.got) == 4


async def test_only_what_its_owner_may_see_is_told(posted: Posted, mia: Actor, receiver: Receiver) -> None:
    max_ = await posted.person("max")
    webhook, _ = await posted.webhook(mia, receiver)
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
    assert {one.job for one in await posted.deliveries(webhook)} == {mine, ours}
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
    [delivery] = await posted.deliveries(webhook)
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


async def test_deliveries_are_read_in_pages_newest_first(posted: Posted, mia: Actor, receiver: Receiver) -> None:
    webhook, _ = await posted.webhook(mia, receiver)
    for _ in range(5):
        await posted.submit(mia)
    await posted.turn()
    first = await posted.webhooks.deliveries(mia, webhook.id, None, 3)
    rest = await posted.webhooks.deliveries(mia, webhook.id, first[-1][0].event, 3)
    assert [[one.event for one, _ in page] for page in (first, rest)] == [[5, 4, 3], [2, 1]]


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
    first, second = await posted.deliveries(webhook)
    assert receiver.numbers == [2] and second.fate is Fate.DELIVERED
    assert "its log says why" in first.tries[0].error


async def test_a_webhook_to_a_place_that_is_closed_now_says_so(
    posted: Posted, mia: Actor, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook, _ = await posted.webhooks.create(mia, Wish(name="w", url=receiver.url))
    monkeypatch.setattr(posted.engine.webhooks._targets, "_networks", [])
    await posted.submit(mia)
    await posted.turn()
    [delivery] = await posted.deliveries(webhook)
    assert receiver.got == [] and delivery.tries[0].error.startswith("A webhook cannot be sent there")


async def test_tries_and_what_still_waits_are_counted(posted: Posted, mia: Actor, receiver: Receiver) -> None:
    async def counted(*names: str) -> list[float]:
        text = (await posted.engine.watching.metrics(None)).decode()
        found = dict(line.rsplit(" ", 1) for line in text.splitlines())
        return [float(found.get(f"jobyard_{name}", -1)) for name in names]

    standing = ('webhooks{state="active"}', 'webhooks{state="failing"}', 'webhooks{state="paused"}')
    assert await counted(*standing, "webhook_deliveries_waiting") == [0, 0, 0, 0]
    await posted.webhook(mia, receiver)
    resting, _ = await posted.webhook(mia, receiver, name="resting")
    await posted.webhooks.change(mia, resting.id, Edit(active=False))
    receiver.status = 500
    await posted.submit(mia)
    await posted.turn()
    assert await counted(*standing, "webhook_deliveries_waiting") == [0, 1, 1, 1]

    async def silent(_: Receiver, writer: asyncio.StreamWriter) -> None:
        writer.close()

    receiver.answer = silent
    await posted.turn(60)
    receiver.answer, receiver.status = None, 204
    await posted.turn(600)
    tries = [f'webhook_tries_total{{outcome="{word}"}}' for word in ("refused", "unanswered", "delivered")]
    assert await counted(*tries, "webhook_answer_seconds_count") == [1, 1, 1, 3]
    assert await counted(*standing, "webhook_deliveries_waiting") == [1, 0, 1, 0]


async def test_a_round_that_fails_or_breaks_is_logged_and_the_post_goes_on(
    posted: Posted, mia: Actor, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    troubles: list[Exception] = [StoreFull(), ValueError("a bug")]
    real = posted.rounds.round

    async def troubled() -> bool:
        if troubles:
            raise troubles.pop(0)
        return await real()

    monkeypatch.setattr(rounds, "LOOK_AGAIN", 0.01)
    monkeypatch.setattr(posted.rounds, "round", troubled)
    await posted.webhook(mia, receiver)
    await posted.submit(mia)
    async with posted.running():
        assert len(await receiver.until(1)) == 1
    told = [(line.levelname, line.exc_info is not None) for line in caplog.records if line.name == rounds.__name__]
    assert told == [("WARNING", False), ("ERROR", True)]


@pytest.mark.parametrize("trouble", [StoreFull(), ValueError("a bug")])
async def test_a_delivery_that_could_not_be_looked_up_is_made_later(
    posted: Posted, mia: Actor, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    monkeypatch.setattr(rounds, "LOOK_AGAIN", 0.0)
    await posted.webhook(mia, receiver)
    await posted.submit(mia)
    real, troubles = outbox.next_posting, [trouble]

    def troubled(transaction: Transaction, id_: str, now: int) -> outbox.Posting | None:
        if troubles:
            raise troubles.pop()
        return real(transaction, id_, now)

    monkeypatch.setattr(outbox, "next_posting", troubled)
    await posted.turn()
    await posted.turn()
    assert receiver.numbers == [1]
