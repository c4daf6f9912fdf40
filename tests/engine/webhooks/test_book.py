"""What people ask of webhooks, and who may."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace

from jobyard.access.vault import Vault
from jobyard.engine.audit import Audit
from jobyard.engine.interest import Interest
from jobyard.engine.webhooks import book
from jobyard.engine.webhooks.book import Edit, Wish
from jobyard.engine.webhooks.record import Webhook
from jobyard.job.errors import Conflict, NotFound, Refused, TargetNotAllowed
from jobyard.job.events import EventType
from jobyard.people.record import HOUSE, Actor, KeyScope, Role
from tests.engine.webhooks.conftest import Posted
from tests.engine.webhooks.receiver import Receiver
from tests.engine.yard import user

pytestmark = pytest.mark.anyio

INSIDE = ("http://10.0.0.1/", "http://169.254.169.254/", "gopher://127.0.0.1/", "http://u:p@127.0.0.1/")


async def test_a_webhook_begins_at_the_newest_event_with_a_secret_shown_once(
    posted: Posted, mia: Actor, receiver: Receiver
) -> None:
    await posted.submit(mia)
    webhook, secret = await posted.webhook(mia, receiver, interest=Interest(events=frozenset({EventType.FINISHED})))
    assert (webhook.owner, webhook.cursor, webhook.active) == ("mia", 1, True)
    assert secret.startswith("whsec_") and len(b64decode(secret.removeprefix("whsec_"))) == 32
    [card] = await posted.engine.ledger.read(lambda view: view.cards("webhook"))
    assert secret not in card.body and secret.removeprefix("whsec_") not in card.body
    other, other_secret = await posted.webhook(mia, receiver)
    assert other_secret != secret
    assert await posted.webhooks.seen(mia) == [webhook, other]
    assert await posted.webhooks.get(mia, webhook.id) == webhook


async def test_who_may(posted: Posted, mia: Actor, receiver: Receiver) -> None:
    webhook, _ = await posted.webhook(mia, receiver)
    viewer, desk = user("vera", Role.VIEWER), replace(mia, scope=KeyScope.DESK)
    reader = replace(mia, scope=KeyScope.READ)
    for actor in (viewer, desk, reader):
        for ask in _asks(posted, actor, webhook):
            with pytest.raises(Refused):
                await ask()
    assert await posted.webhooks.get(reader, webhook.id) == webhook
    for actor in (user("max"), user("olga", Role.OPERATOR), viewer):
        assert await posted.webhooks.seen(actor) == []
        with pytest.raises(NotFound):
            await posted.webhooks.get(actor, webhook.id)
        with pytest.raises(NotFound):
            await posted.webhooks.deliveries(actor, webhook.id, None, 10)
    for actor in (user("max"), user("olga", Role.OPERATOR)):
        for ask in _asks(posted, actor, webhook)[1:]:
            with pytest.raises(NotFound):
                await ask()
    assert await posted.webhooks.seen(HOUSE) == [webhook] == await posted.webhooks.seen(mia)


def _asks(posted: Posted, actor: Actor, webhook: Webhook) -> list[Callable[[], Awaitable[object]]]:
    webhooks, id_ = posted.webhooks, webhook.id
    return [
        lambda: webhooks.create(actor, Wish(name="w", url=webhook.url)),
        lambda: webhooks.change(actor, id_, Edit(active=False)),
        lambda: webhooks.renew_secret(actor, id_),
        lambda: webhooks.ping(actor, id_),
        lambda: webhooks.redeliver(actor, id_, 1),
        lambda: webhooks.delete(actor, id_),
    ]


@pytest.mark.parametrize("url", INSIDE)
async def test_what_may_not_be_sent_to_is_refused_at_saving_and_nothing_changes(
    posted: Posted, mia: Actor, receiver: Receiver, url: str
) -> None:
    webhook, _ = await posted.webhook(mia, receiver)
    with pytest.raises(TargetNotAllowed):
        await posted.webhooks.create(mia, Wish(name="w", url=url))
    with pytest.raises(TargetNotAllowed):
        await posted.webhooks.change(mia, webhook.id, Edit(url=url, name="other"))
    assert await posted.webhooks.seen(mia) == [webhook]


async def test_fields_are_changed_one_by_one(posted: Posted, mia: Actor, receiver: Receiver) -> None:
    interest = Interest(kinds=frozenset({"a"}), queues=frozenset({"b"}))
    webhook, _ = await posted.webhook(mia, receiver, interest=interest)
    changed = await posted.webhooks.change(mia, webhook.id, Edit(name="n", interest={"kinds": frozenset()}))
    assert changed == replace(webhook, name="n", interest=Interest(queues=frozenset({"b"})))
    paused = await posted.webhooks.change(mia, webhook.id, Edit(active=False))
    assert paused == replace(changed, active=False)
    moved = await posted.webhooks.change(mia, webhook.id, Edit(url=receiver.url + "c"))
    assert moved == replace(paused, url=receiver.url + "c")


async def test_who_did_what_is_written_down_without_what_is_secret(
    posted: Posted, mia: Actor, receiver: Receiver
) -> None:
    webhook, secret = await posted.webhook(mia, receiver, name="")
    assert webhook.name == "127.0.0.1", "a webhook without a name is called by its host"
    await posted.webhooks.change(mia, webhook.id, Edit(name="n"))
    await posted.webhooks.change(HOUSE, webhook.id, Edit(active=False))
    await posted.webhooks.change(mia, webhook.id, Edit(active=True))
    _, fresh = await posted.webhooks.renew_secret(mia, webhook.id)
    await posted.webhooks.delete(mia, webhook.id)
    entries = (await Audit(posted.engine.ledger).list(HOUSE)).entries
    told = [(one.actor, one.verb, one.what) for one in entries]
    assert sorted(told) == sorted(
        [
            ("mia", "made", "webhook 127.0.0.1"),
            ("mia", "changed", "webhook n"),
            ("jobyard", "paused", "webhook n"),
            ("mia", "resumed", "webhook n"),
            ("mia", "renewed the secret of", "webhook n"),
            ("mia", "deleted", "webhook n"),
        ]
    )
    assert all(one.details == {"id": webhook.id, "owner": "mia", "host": "127.0.0.1"} for one in entries)
    assert secret not in str(entries) and fresh not in str(entries) and "hook?a=b" not in str(entries)


async def test_projects_are_named_by_who_sees_them(posted: Posted, mia: Actor, receiver: Receiver) -> None:
    shared = await posted.project("shared", mia=Role.VIEWER)
    hidden = await posted.project("hidden")
    inside = replace(mia, projects={shared: Role.VIEWER})
    wish = {"interest": Interest(projects=frozenset({"shared"}))}
    webhook, _ = await posted.webhook(inside, receiver, **wish)
    assert webhook.interest.projects == {shared}
    for name in ("hidden", hidden, "nothing"):
        with pytest.raises(NotFound):
            await posted.webhooks.change(inside, webhook.id, Edit(interest={"projects": frozenset({name})}))
    everywhere = await posted.webhooks.change(
        HOUSE, webhook.id, Edit(interest={"projects": frozenset({hidden, shared})})
    )
    assert everywhere.interest.projects == {hidden, shared}
    # What stands there already is no reason to refuse another change.
    assert (await posted.webhooks.change(mia, webhook.id, Edit(name="x"))).name == "x"


async def test_made_active_again_it_goes_on_where_it_stopped_or_from_now(
    posted: Posted, mia: Actor, receiver: Receiver
) -> None:
    webhook, _ = await posted.webhook(mia, receiver, active=False)
    await posted.submit(mia)
    assert (await posted.webhooks.change(mia, webhook.id, Edit(active=True))).cursor == 0
    assert (await posted.webhooks.change(mia, webhook.id, Edit(active=True, from_now=True))).cursor == 1


async def test_nobody_makes_webhooks_without_end(
    posted: Posted, mia: Actor, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "MOST_OF_ONE", 2)
    monkeypatch.setattr(book, "MOST", 3)
    max_ = await posted.person("max")
    for actor in (mia, mia, max_):
        await posted.webhook(actor, receiver)
    for actor in (mia, max_):
        with pytest.raises(Conflict):
            await posted.webhook(actor, receiver)


async def test_a_deleted_webhook_leaves_nothing(
    posted: Posted, mia: Actor, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "_PAGE", 3)
    webhook, _ = await posted.webhook(mia, receiver)
    for _ in range(7):
        await posted.submit(mia)
    await posted.turn()
    drawer = f"delivery/{webhook.id}"
    assert len(await posted.engine.ledger.read(lambda view: view.cards(drawer))) == 7
    await posted.webhooks.delete(mia, webhook.id)
    assert await posted.engine.ledger.read(lambda view: view.cards(drawer)) == []
    with pytest.raises(NotFound):
        await posted.webhooks.get(mia, webhook.id)
    await posted.turn()


async def test_a_ping_goes_out_at_once_and_its_outcome_comes_back(
    posted: Posted, mia: Actor, receiver: Receiver
) -> None:
    webhook, secret = await posted.webhook(mia, receiver, active=False)
    tried = await posted.webhooks.ping(mia, webhook.id)
    assert (tried.status, tried.error) == (204, "")
    [got] = receiver.got
    assert got.genuine(secret) and got.told["type"] == "ping"
    assert got.told["data"] == {"webhook": webhook.id, "name": "w"}
    receiver.status = 500
    tried = await posted.webhooks.ping(mia, webhook.id)
    assert tried.error == "The receiver answered 500."
    assert len({one.id for one in receiver.got}) == 2
    assert await posted.look(webhook) == webhook and await posted.webhooks.deliveries(mia, webhook.id, None, 9) == []


async def test_a_new_secret_signs_beside_the_old_one_for_a_day(posted: Posted, mia: Actor, receiver: Receiver) -> None:
    webhook, old = await posted.webhook(mia, receiver)
    _, new = await posted.webhooks.renew_secret(mia, webhook.id)
    assert new != old
    await posted.webhooks.ping(mia, webhook.id)
    posted.clock.forward(86_400)
    await posted.webhooks.ping(mia, webhook.id)
    both, one = receiver.got
    assert both.genuine(old) and both.genuine(new) and len(both.headers["webhook-signature"].split(" ")) == 2
    assert one.genuine(new) and not one.genuine(old)


async def test_a_secret_of_another_house_signs_nothing(
    posted: Posted, mia: Actor, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook, _ = await posted.webhook(mia, receiver)
    monkeypatch.setattr(posted.webhooks._post, "_vault", Vault(bytes(32)))
    tried = await posted.webhooks.ping(mia, webhook.id)
    assert "master key" in tried.error and not receiver.got
