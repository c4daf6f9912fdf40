"""What people ask of webhooks: make, see, change, test and delete them, look at deliveries and have them made again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.access.signing import new_signing_secret
from jobyard.access.vault import Vault
from jobyard.engine import audit
from jobyard.engine.interest import Interest
from jobyard.engine.ledger import Ledger
from jobyard.engine.webhooks.post import Post
from jobyard.engine.webhooks.record import (
    DRAWER,
    Delivery,
    Fate,
    Tried,
    Webhook,
    card_id,
    delivery_card,
    delivery_of,
    drawer,
    found,
    webhook_card,
    webhook_of,
)
from jobyard.engine.webhooks.targets import Targets
from jobyard.job.clock import SECOND
from jobyard.job.errors import Conflict, NotFound, TooMuch
from jobyard.job.ids import new_id
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View

MOST_OF_ONE = 50
"""The most webhooks one user may have."""
MOST = 1_000
"""The most webhooks one house may have."""
OVERLAP = 24 * 3_600 * SECOND
"""How long a secret that was replaced goes on signing beside the new one."""
_PAGE = 200
_TESTS_AT_ONCE = 4

T = TypeVar("T")


class Wish(Struct, frozen=True, kw_only=True):
    """A wish for a webhook."""

    name: str
    """Empty for the host of the address."""
    url: str
    interest: Interest = Interest()
    """Its projects by id or name."""
    active: bool = True


class Edit(Struct, frozen=True, kw_only=True):
    """What shall change; None leaves it as it is."""

    name: str | None = None
    url: str | None = None
    interest: Mapping[str, frozenset[Any]] = {}
    """The fields of its interest that shall change."""
    active: bool | None = None
    from_now: bool = False
    """What happened up to now and was not looked at yet shall not be told."""


class Webhooks:
    """The webhooks of one house, as their owners see them."""

    def __init__(self, ledger: Ledger, vault: Vault, targets: Targets, post: Post) -> None:
        self._ledger = ledger
        self._vault = vault
        self._targets = targets
        self._post = post
        self._tests = asyncio.Semaphore(_TESTS_AT_ONCE)
        self.on_change: Callable[[], None] = _nobody
        """Called after something changed that the rounds should look at soon."""

    async def create(self, actor: Actor, wish: Wish) -> tuple[Webhook, str]:
        """Make a webhook that tells what happens from now on; return it with its secret, shown this once.

        Raises TargetNotAllowed for an address that may not be sent to, NotFound for an unknown project.
        """
        rules.require_house(actor, House.TELL)
        target = await self._targets.checked(wish.url)
        id_, secret, now = new_id(), new_signing_secret(), self._ledger.now()

        def work(transaction: Transaction) -> Webhook:
            transaction.alone(DRAWER)
            all_ = _all(transaction)
            if len(all_) >= MOST or sum(one.owner == actor.name for one in all_) >= MOST_OF_ONE:
                raise Conflict(reason="There are as many webhooks already as there may be; delete one first.")
            made = Webhook(
                id=id_,
                name=wish.name or target.host,
                owner=actor.name,
                url=wish.url,
                interest=_known(transaction, actor, wish.interest),
                active=wish.active,
                created_at=now,
                sealed=self._vault.seal(secret, id_),
                cursor=transaction.last_event(),
            )
            transaction.put_card(webhook_card(made))
            _audit(transaction, now, actor, "made", made)
            return made

        return await self._changed(work), secret

    async def seen(self, actor: Actor) -> list[Webhook]:
        """Return the actor's webhooks, oldest first; an administrator sees everybody's."""
        everybody = rules.may_house(actor, House.MANAGE_USERS)
        webhooks = await self._ledger.read(_all)
        return [one for one in webhooks if everybody or one.owner == actor.name]

    async def get(self, actor: Actor, id_: str) -> Webhook:
        """Return a webhook. Raises NotFound where the actor has none of that id."""
        return await self._ledger.read(lambda view: _own(view, actor, id_))

    async def change(self, actor: Actor, id_: str, edit: Edit) -> Webhook:
        """Change a webhook; what it tells from then on is what it says from then on.

        Made active again it goes on where it stopped, unless `from_now` is said.
        """
        rules.require_house(actor, House.TELL)
        await self.get(actor, id_)
        if edit.url is not None:
            await self._targets.checked(edit.url)

        def work(transaction: Transaction) -> Webhook:
            webhook = _own(transaction, actor, id_)
            changed = _edited(transaction, actor, webhook, edit)
            if edit.from_now:
                changed = replace(changed, cursor=max(webhook.cursor, transaction.last_event()))
            transaction.put_card(webhook_card(changed))
            _audit(transaction, self._ledger.now(), actor, _verb(edit), changed)
            return changed

        return await self._changed(work)

    async def renew_secret(self, actor: Actor, id_: str) -> tuple[Webhook, str]:
        """Make a new secret and return it, shown this once; for a day the one before signs as well."""
        rules.require_house(actor, House.TELL)
        secret, now = new_signing_secret(), self._ledger.now()

        def work(transaction: Transaction) -> Webhook:
            webhook = _own(transaction, actor, id_)
            sealed = self._vault.seal(secret, id_)
            changed = replace(webhook, sealed=sealed, former=webhook.sealed, former_until=now + OVERLAP)
            transaction.put_card(webhook_card(changed))
            _audit(transaction, now, actor, "renewed the secret of", changed)
            return changed

        return await self._changed(work), secret

    async def delete(self, actor: Actor, id_: str) -> None:
        """Remove a webhook with its deliveries; what waits is not told any more."""
        rules.require_house(actor, House.TELL)

        def work(transaction: Transaction) -> bool:
            webhook = _own(transaction, actor, id_)
            page = transaction.cards(drawer(id_), limit=_PAGE)
            for card in page:
                transaction.drop_card(card.drawer, card.id)
            if len(page) < _PAGE:
                transaction.drop_card(DRAWER, id_)
                _audit(transaction, self._ledger.now(), actor, "deleted", webhook)
                return True
            # In small batches; paused meanwhile, so that nothing comes after.
            transaction.put_card(webhook_card(replace(webhook, active=False)))
            return False

        while not await self._changed(work):
            pass

    async def ping(self, actor: Actor, id_: str) -> Tried:
        """Send a ping now and return how it went. It is no delivery and counts neither as success nor as failure."""
        rules.require_house(actor, House.TELL)
        webhook = await self.get(actor, id_)
        if self._tests.locked():
            raise TooMuch(reason="Too many webhooks are being tested already", retry_after=5)
        async with self._tests:
            return await self._post.ping(webhook)

    async def deliveries(
        self, actor: Actor, id_: str, before: int | None, limit: int
    ) -> list[tuple[Delivery, int | None]]:
        """Return deliveries, the newest event first, below an event's number; each with when it is tried next."""

        def work(view: View) -> list[tuple[Delivery, int | None]]:
            _own(view, actor, id_)
            after = "" if before is None else card_id(before)
            cards = view.cards(drawer(id_), after=after, limit=limit, newest=True)
            return [(delivery_of(card), card.due_at) for card in cards]

        return await self._ledger.read(work)

    async def redeliver(self, actor: Actor, id_: str, event: int) -> tuple[Delivery, int]:
        """Have a delivery made once more, at once and with all its tries; return it with when it is due.

        Raises Conflict while the webhook is paused.
        """
        rules.require_house(actor, House.TELL)
        now = self._ledger.now()

        def work(transaction: Transaction) -> Delivery:
            webhook = _own(transaction, actor, id_)
            card = transaction.card(drawer(id_), card_id(event))
            if card is None:
                raise NotFound(what="delivery", name=event)
            if not webhook.active:
                raise Conflict(reason="The webhook is paused; resume it first.")
            delivery = delivery_of(card)
            again = replace(delivery, fate=Fate.WAITING, failures=0, ended_at=None)
            if delivery.fate is not Fate.WAITING:
                webhook = replace(webhook, waiting=webhook.waiting + 1, over=max(0, webhook.over - 1))
            # Whoever asks for it thinks that the receiver is well again.
            transaction.put_card(webhook_card(replace(webhook, tried_at=None)))
            transaction.put_card(delivery_card(id_, again, now))
            return again

        return await self._changed(work), now

    async def _changed(self, work: Callable[[Transaction], T]) -> T:
        result = await self._ledger.write(work)
        self.on_change()
        return result


def _audit(transaction: Transaction, now: int, actor: Actor, verb: str, webhook: Webhook) -> None:
    import httpx2

    # Only the host: the rest of an address is often the receiver's own secret.
    details = {"id": webhook.id, "owner": webhook.owner, "host": httpx2.URL(webhook.url).host}
    audit.tell(transaction, now, actor.name, verb, f"webhook {webhook.name}", details)


def _verb(edit: Edit) -> str:
    if edit.active is None:
        return "changed"
    return "resumed" if edit.active else "paused"


def _all(view: View) -> list[Webhook]:
    found_ = [webhook_of(card) for card in view.cards(DRAWER, limit=MOST)]
    return sorted(found_, key=lambda one: (one.created_at, one.id))


def _own(view: View, actor: Actor, id_: str) -> Webhook:
    webhook = found(view, id_)
    if webhook is None or not (webhook.owner == actor.name or rules.may_house(actor, House.MANAGE_USERS)):
        raise NotFound(what="webhook", name=id_)
    return webhook


def _edited(view: View, actor: Actor, webhook: Webhook, edit: Edit) -> Webhook:
    interest = replace(webhook.interest, **edit.interest)
    if "projects" in edit.interest:
        interest = _known(view, actor, interest)
    changed = replace(
        webhook,
        name=webhook.name if edit.name is None else edit.name,
        url=webhook.url if edit.url is None else edit.url,
        interest=interest,
    )
    if edit.active is None:
        return changed
    # Whether it was paused or made active: what was before it counts no more.
    return replace(changed, active=edit.active, paused_reason="", failures=0, failing_since=None, tried_at=None)


def _known(view: View, actor: Actor, interest: Interest) -> Interest:
    """Return the interest with ids for its projects. Raises NotFound for one that the actor does not see."""
    scope, ids = rules.scope(actor), set[str]()
    for name in interest.projects:
        project = view.project(name)
        if project is None or not (scope.everything or project.id in scope.projects):
            raise NotFound(what="project", name=name)
        ids.add(project.id)
    return replace(interest, projects=frozenset(ids))


def _nobody() -> None:
    return None
