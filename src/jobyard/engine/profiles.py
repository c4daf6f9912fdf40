"""What people say of themselves and of the projects they share: names to be read, and what else is worth knowing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from msgspec import Struct

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.engine import audit
from jobyard.engine.governing import governed
from jobyard.engine.ledger import Ledger
from jobyard.engine.projects import PROFILES
from jobyard.engine.standing import held
from jobyard.job.errors import Invalid
from jobyard.people.record import Actor, KeyScope
from jobyard.store.contract import Card, Transaction
from jobyard.store.text import storable

_USERS = "profiles of users"
_LIMIT = 8 * 1024
"""Bytes of one profile."""


class UserProfile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is said of a user beyond the name they sign in with."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    gone: bool = False
    """They were shut out for good, and need not be shown any more."""


class ProjectProfile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is said of a project beyond its name."""

    title: str = ""
    description: str = ""
    contact: dict[str, Any] = {}


class Profiles:
    """Read and change what is said of users and projects. A profile is no secret."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def users(self, names: Iterable[str]) -> dict[str, UserProfile]:
        """Return the profiles of users; of whom nothing is said there is an empty one."""
        return await self._read(_USERS, names, UserProfile)

    async def projects(self, ids: Iterable[str]) -> dict[str, ProjectProfile]:
        """Return the profiles of projects; of which nothing is said there is an empty one."""
        return await self._read(PROFILES, ids, ProjectProfile)

    async def put_user(self, actor: Actor, name: str, profile: UserProfile) -> None:
        """Say something of oneself or, for an administrator, of anybody. Raises Refused, NotFound, Invalid."""
        if name != actor.name or actor.scope is not KeyScope.FULL or profile.gone:
            rules.require_house(actor, House.MANAGE_USERS)
        body = _body(profile)

        def work(transaction: Transaction) -> None:
            user = held(transaction, name)
            transaction.put_card(Card(drawer=_USERS, id=user.name, body=body))
            audit.tell(transaction, self._ledger.now(), actor.name, "changed", f"profile of user {name}")

        await self._ledger.write(work)

    async def put_project(self, actor: Actor, project: str, profile: ProjectProfile) -> None:
        """Say something of a project that one may change. Raises NotFound, Refused, Invalid."""
        body = _body(profile)

        def work(transaction: Transaction) -> None:
            found = governed(transaction, actor, project)
            transaction.put_card(Card(drawer=PROFILES, id=found.id, body=body))
            audit.tell(transaction, self._ledger.now(), actor.name, "changed", f"profile of project {found.name}")

        await self._ledger.write(work)

    async def _read(self, drawer: str, ids: Iterable[str], shape: type[Any]) -> dict[str, Any]:
        wanted = list(dict.fromkeys(ids))
        cards = await self._ledger.read(lambda view: [view.card(drawer, id_) for id_ in wanted])
        return {
            id_: shape() if card is None else msgspec.json.decode(card.body, type=shape)
            for id_, card in zip(wanted, cards, strict=True)
        }


def described(profile: ProjectProfile) -> Callable[[Transaction, str], None]:
    """Return what says this of a project, by its id, in the transaction that makes it. Raises Invalid at once."""
    body = _body(profile)

    def work(transaction: Transaction, project: str) -> None:
        if profile != ProjectProfile():
            transaction.put_card(Card(drawer=PROFILES, id=project, body=body))

    return work


def _body(profile: UserProfile | ProjectProfile) -> str:
    try:
        body = msgspec.json.encode(profile).decode()
    except (TypeError, ValueError, RecursionError):
        raise Invalid(reason="What is said is no JSON.") from None
    if len(body) > _LIMIT or not storable(body) or "\\u0000" in body:
        raise Invalid(reason=f"What is said has more than {_LIMIT} bytes, or holds a NUL character.")
    return body
