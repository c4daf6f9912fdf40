"""The house's own history: who changed what that is no job. Jobs tell their own story in events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct, field

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.engine.ledger import Ledger
from jobyard.job.errors import WrongCursor
from jobyard.job.ids import is_id, new_id
from jobyard.people.record import Actor
from jobyard.store.contract import Card, Transaction

_DRAWER = "audit"
_DIGITS = 16


class Entry(Struct, frozen=True, kw_only=True):
    """One thing that somebody did to the house."""

    at: int
    actor: str
    """The user's name, or `jobyard` for the house itself."""
    verb: str
    """What they did, such as `paused`."""
    what: str
    """What they did it to, such as `queue gpu`."""
    details: dict[str, Any] = field(default_factory=dict)
    """What else is worth keeping; never a secret."""


class Entries(Struct, frozen=True, kw_only=True):
    """A page of what was done, newest first."""

    entries: list[Entry]
    next: str | None
    """Where the next page begins; None on the last one."""


def tell(
    transaction: Transaction,
    now: int,
    actor: str,
    verb: str,
    what: str,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write down, with whatever else the transaction does, that an actor did something to the house.

    `details` hold no secrets: every administrator may read them.
    """
    entry = Entry(at=now, actor=actor, verb=verb, what=what, details=dict(details or {}))
    # Numbers of one length sort like text; what happened in the same microsecond is told apart by the rest.
    id_ = f"{now:0{_DIGITS}d}{new_id()}"
    transaction.put_card(Card(drawer=_DRAWER, id=id_, body=msgspec.json.encode(entry).decode()))


def forget(transaction: Transaction, before: int, limit: int) -> int:
    """Remove up to `limit` entries older than `before`; return how many."""
    old = [card for card in transaction.cards(_DRAWER, limit=limit) if card.id < f"{before:0{_DIGITS}d}"]
    for card in old:
        transaction.drop_card(_DRAWER, card.id)
    return len(old)


class Audit:
    """Shows what was done to the house."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def list(self, actor: Actor, after: str = "", limit: int = 100) -> Entries:
        """Return a page behind `after`, newest first; only administrators may ask. Raises WrongCursor."""
        rules.require_house(actor, House.KEEP_HOUSE)
        if after and not (after[:_DIGITS].isdecimal() and is_id(after[_DIGITS:])):
            raise WrongCursor
        cards = await self._ledger.read(lambda view: view.cards(_DRAWER, after=after, limit=limit + 1, newest=True))
        shown = cards[:limit]
        return Entries(
            entries=[msgspec.json.decode(card.body, type=Entry) for card in shown],
            next=shown[-1].id if len(cards) > limit else None,
        )
