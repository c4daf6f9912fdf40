"""Ready-to-paste settings for every client family: fresh keys, made together, each secret shown this once."""

from __future__ import annotations

from msgspec import Struct

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.engine.people import People
from jobyard.people.record import Actor, Key, KeyForm, User

FAMILIES = ("native", "clearml", "cvat", "alteryx", "modelarts")


class Credentials(Struct, frozen=True, kw_only=True):
    """A user with fresh keys."""

    user: User
    password: str | None
    """Only where a fresh one was asked for."""
    tokens: dict[str, str]
    """A token for each family that takes one: native, cvat, modelarts."""
    pairs: dict[str, tuple[str, str]]
    """An access key and a secret key for each family that takes them: clearml, alteryx, modelarts."""


async def make(people: People, actor: Actor, name: str, *, new_password: bool, label: str) -> Credentials:
    """Make keys for all families: one's own, or anybody's for an administrator. Older keys stay good."""
    if name != actor.name:
        rules.require_house(actor, House.MANAGE_USERS)
    user = await people.user(actor, name)
    password = await people.set_password(actor, name) if new_password else None
    tokens, pairs = dict[str, str](), dict[str, tuple[str, str]]()
    for family in ("native", "cvat", "modelarts"):
        wanted = Key(id="", user=name, form=KeyForm.TOKEN, label=label, face=family)
        _, tokens[family] = await people.add_key(actor, wanted)
    for family in ("clearml", "alteryx", "modelarts"):
        wanted = Key(id="", user=name, form=KeyForm.PAIR, label=label, face=family)
        made, secret = await people.add_key(actor, wanted)
        pairs[family] = (made.access, secret)
    return Credentials(user=user, password=password, tokens=tokens, pairs=pairs)
