"""The login, users, and what the server says of itself."""

from __future__ import annotations

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.faces.clearml import times
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.asking.conditions import Form
from jobyard.faces.clearml.login import FACE
from jobyard.faces.clearml.refusals import Missing
from jobyard.faces.clearml.routes.listing import chosen
from jobyard.faces.clearml.surroundings import SERVER, Call
from jobyard.faces.clearml.wire import Empty, Json, Nothing
from jobyard.faces.clearml.wire.people import (
    ConfigOut,
    CredentialsOut,
    CurrentUserIn,
    CurrentUserOut,
    InfoOut,
    LoginIn,
    LoginOut,
    NewCredentialsIn,
    NewCredentialsOut,
    RevokeIn,
    RevokeOut,
    UsersIn,
    UsersOut,
)
from jobyard.faces.clearml.words import neighbours as words
from jobyard.people.record import Key, KeyForm

_USER = frozenset({"id", "name", "given_name", "family_name", "role", "company", "created"})
_FORMS = {"id": Form.LIST, "name": Form.PATTERN}


@action("auth.login", "2.1", LoginIn, LoginOut)
async def login(call: Call, said: LoginIn) -> Answer:
    """Give out a token that stands for the key one came with."""
    if not call.token:
        raise Missing
    return LoginOut(token=call.token)


@action("auth.create_credentials", "2.1", NewCredentialsIn, NewCredentialsOut)
async def create_credentials(call: Call, said: NewCredentialsIn) -> Answer:
    """Make a pair of keys; its secret is shown this once."""
    wanted = Key(id="", user=call.actor.name, form=KeyForm.PAIR, label=(said.label or "")[:100], face=FACE)
    made, secret = await call.house.engine.people.add_key(call.actor, wanted)
    return NewCredentialsOut(credentials={"access_key": made.access, "secret_key": secret, "label": made.label or None})


@action("auth.get_credentials", "2.1", Nothing, CredentialsOut)
async def get_credentials(call: Call, said: Nothing) -> Answer:
    """Return one's pairs of keys, without their secrets."""
    keys = await call.house.engine.people.keys(call.actor)
    return CredentialsOut(
        credentials=[
            {"access_key": key.access, "label": key.label or None, "last_used": times.told(key.used_at)}
            for key in keys
            if key.form is KeyForm.PAIR
        ]
    )


@action("auth.revoke_credentials", "2.1", RevokeIn, RevokeOut)
async def revoke_credentials(call: Call, said: RevokeIn) -> Answer:
    """Make a pair of keys void, with all tokens that were given out for it."""
    keys = await call.house.engine.people.keys(call.actor)
    meant = next((key for key in keys if key.form is KeyForm.PAIR and key.access == said.access_key), None)
    if meant is None:
        return RevokeOut(revoked=0)
    await call.house.engine.people.revoke_key(call.actor, meant.id)
    return RevokeOut(revoked=1)


@action("users.get_current_user", "2.1", CurrentUserIn, CurrentUserOut)
async def get_current_user(call: Call, said: CurrentUserIn) -> Answer:
    """Return who asks."""
    return CurrentUserOut(user=words.user(call.actor))


@action("users.get_all", "2.1", UsersIn, UsersOut)
async def get_all(call: Call, said: UsersIn) -> Answer:
    """Return users: oneself, and for administrators all."""
    return await _users(call, said)


@action("users.get_all_ex", "2.8", UsersIn, UsersOut)
async def get_all_ex(call: Call, said: UsersIn) -> Answer:
    """Return users: oneself, and for administrators all."""
    return await _users(call, said)


@action("server.info", "2.8", Nothing, InfoOut)
async def info(call: Call, said: Nothing) -> Answer:
    """Return which release of the protocol's own server this one behaves like, and its own version."""
    return InfoOut(version=SERVER, build=call.house.version, commit="", uid="jobyard")


@action("server.config", "2.8", Nothing, ConfigOut)
async def config(call: Call, said: Nothing) -> Answer:
    """Return settings that clients may know; there are none."""
    return ConfigOut()


@action("debug.ping", "2.1", Nothing, Empty, public=True)
async def ping(call: Call, said: Nothing) -> Answer:
    """Answer."""
    return Empty()


async def _users(call: Call, said: UsersIn) -> Json:
    people = call.house.engine.people
    if rules.may_house(call.actor, House.MANAGE_USERS):
        found = [words.user(one) for one in await people.users(call.actor)]
    else:
        found = [words.user(call.actor)]
    some, along = chosen(call, said, found, _FORMS, _USER)
    return {"users": some, **along}


ACTIONS = (
    login,
    create_credentials,
    get_credentials,
    revoke_credentials,
    get_current_user,
    get_all,
    get_all_ex,
    info,
    config,
    ping,
)
