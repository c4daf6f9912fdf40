"""The keys a house makes for its own people: the command line on this machine, and the workers that `up` starts."""

from __future__ import annotations

import socket
from pathlib import Path

from jobyard.cli.codes import Code, Trouble
from jobyard.engine.engine import Engine
from jobyard.engine.people import HOUSE_FACE
from jobyard.people.record import HOUSE, Key, KeyForm, KeyScope, Role, User


class HouseKeys:
    """Tokens of the house itself, made at every start and void at its end."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._people = engine.people
        # Several servers may share a database; each only ever takes back its own keys.
        self._label = f"{socket.gethostname()}:{folder}"[:100]
        self._made = list[str]()

    async def make(self, scope: KeyScope) -> str:
        """Return a fresh token of the first administrator who may sign in. Raises Trouble when there is none."""
        owner = await self._owner()
        wanted = Key(id="", user=owner.name, form=KeyForm.TOKEN, scope=scope, label=self._label, face=HOUSE_FACE)
        key, token = await self._people.add_key(HOUSE, wanted)
        self._made.append(key.id)
        return token

    async def take_back(self) -> None:
        """Make every key void that this object made."""
        while self._made:
            await self._people.revoke_key(HOUSE, self._made.pop())

    async def take_back_old(self) -> None:
        """Make void what an earlier run of the same house left when it was killed."""
        for user in await self._people.users(HOUSE):
            for key in await self._people.keys(HOUSE, user.name):
                if key.face == HOUSE_FACE and key.label == self._label:
                    await self._people.revoke_key(HOUSE, key.id)

    async def _owner(self) -> User:
        able = [one for one in await self._people.users(HOUSE) if one.role is Role.ADMINISTRATOR and not one.disabled]
        if not able:
            raise Trouble("this house has no administrator who may sign in.", Code.REFUSED)
        return min(able, key=_age)


def _age(user: User) -> tuple[int, str]:
    return user.created_at, user.name
