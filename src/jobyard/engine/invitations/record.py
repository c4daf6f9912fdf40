"""Invitations as they rest on cards. Times are microseconds since 1970, UTC."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from jobyard.job.clock import SECOND
from jobyard.people.record import Role
from jobyard.store.contract import Card, Transaction, View

DRAWER = "invitations"
MOST_OF_ONE = 200
"""The most invitations of one user that nobody has accepted yet."""
_PAGE = 1_000
LASTS = 7 * 86_400 * SECOND
"""How long one can be accepted after it was sent."""


class Invitation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody's way into a project, where they take it."""

    key: str
    project: str
    """The id of the project."""
    user: str
    """Who is invited."""
    owner: str
    """Who invited them."""
    role: Role
    created_at: int
    sent_at: int
    accepted_at: int | None = None

    def expired(self, now: int) -> bool:
        """Tell whether it is too late to accept it."""
        return self.accepted_at is None and now >= self.sent_at + LASTS


def put(transaction: Transaction, invitation: Invitation) -> None:
    """Write an invitation."""
    body = msgspec.json.encode(invitation, order="deterministic").decode()
    transaction.put_card(Card(drawer=DRAWER, id=invitation.key, body=body))


def one(view: View, key: str) -> Invitation | None:
    """Return an invitation by its key."""
    card = view.card(DRAWER, key)
    return None if card is None else _read(card)


def everyone(view: View) -> list[Invitation]:
    """Return all invitations, the oldest first."""
    found, page = list[Invitation](), view.cards(DRAWER, limit=_PAGE)
    while page:
        found += map(_read, page)
        page = view.cards(DRAWER, after=page[-1].id, limit=_PAGE) if len(page) == _PAGE else []
    return sorted(found, key=lambda invitation: (invitation.created_at, invitation.key))


def drop(transaction: Transaction, *, project: str, user: str | None = None, open_only: bool = False) -> None:
    """Forget the invitations into a project; only one user's, or only those that wait, where that is said."""
    for invitation in everyone(transaction):
        if invitation.project != project or user not in {None, invitation.user}:
            continue
        if not open_only or invitation.accepted_at is None:
            transaction.drop_card(DRAWER, invitation.key)


def _read(card: Card) -> Invitation:
    return msgspec.json.decode(card.body, type=Invitation)
