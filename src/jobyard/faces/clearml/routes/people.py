"""The login, users, and what the server says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.faces.clearml import times
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.asking.conditions import Condition, Form
from jobyard.faces.clearml.login import FACE, Login
from jobyard.faces.clearml.refusals import Missing, UserNotFound
from jobyard.faces.clearml.routes import surveys
from jobyard.faces.clearml.routes.listing import chosen, shown
from jobyard.faces.clearml.surroundings import SERVER, Call
from jobyard.faces.clearml.wire import COMPANY, Empty, Json, Nothing
from jobyard.faces.clearml.wire.people import (
    ChangedOut,
    ConfigOut,
    CredentialsOut,
    CurrentUserIn,
    CurrentUserOut,
    EditCredentialsIn,
    EditedUserOut,
    EditUserIn,
    InfoOut,
    LoginIn,
    LoginOut,
    NewCredentialsIn,
    NewCredentialsOut,
    RevokeIn,
    RevokeOut,
    TokenIn,
    TokenOut,
    UserIn,
    UserOut,
    UsersExIn,
    UsersIn,
    UsersOut,
)
from jobyard.faces.clearml.words import neighbours as words
from jobyard.job.errors import NotFound, Unauthenticated
from jobyard.people.record import Key, KeyForm

_USER = frozenset({"id", "name", "given_name", "family_name", "role", "company", "created", "preferences"})
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
    meant = await _pair(call, said.access_key)
    if meant is None:
        return RevokeOut(revoked=0)
    await call.house.engine.people.revoke_key(call.actor, meant.id)
    return RevokeOut(revoked=1)


@action("auth.edit_credentials", "2.18", EditCredentialsIn, ChangedOut)
async def edit_credentials(call: Call, said: EditCredentialsIn) -> Answer:
    """Call a pair of keys otherwise."""
    meant = await _pair(call, said.access_key)
    if meant is None:
        return ChangedOut(updated=0)
    await call.house.engine.people.change_key(call.actor, replace(meant, label=(said.label or "")[:100]))
    return ChangedOut(updated=1)


@action("auth.validate_token", "2.1", TokenIn, TokenOut)
async def validate_token(call: Call, said: TokenIn) -> Answer:
    """Return whose a token is, and whether it is good for anything."""
    known = Login(call.house.engine.people, call.house.engine.ledger.clock)
    try:
        comer = await known.by_token(said.token)
    except Unauthenticated as fault:
        return TokenOut(valid=False, msg=fault.sentence)
    return TokenOut(valid=True, user=comer.actor.name, company=COMPANY)


@action("auth.logout", "2.2", Nothing, Empty)
async def logout(call: Call, said: Nothing) -> Answer:
    """End the session one came with, and forget its cookie; pairs of keys stay good."""
    if call.key is not None and call.key.form is KeyForm.SESSION:
        await call.house.engine.people.sign_out(call.actor)
    return Empty()


@action("auth.edit_user", "2.1", EditUserIn, EditedUserOut)
async def edit_user(call: Call, said: EditUserIn) -> Answer:
    """Say what somebody may do; for administrators."""
    if said.role is None:
        rules.require_house(call.actor, House.MANAGE_USERS)
        return EditedUserOut(updated=0)
    name = said.user or call.actor.name
    role = next(role for role, theirs in words.ROLES.items() if theirs == said.role)
    with _known(name):
        await call.house.engine.people.change_user(call.actor, name, role=role)
    return EditedUserOut(updated=1, fields={"role": said.role})


@action("users.get_by_id", "2.1", UserIn, UserOut)
async def get_by_id(call: Call, said: UserIn) -> Answer:
    """Return a user: oneself, and for administrators anybody."""
    with _known(said.user):
        return UserOut(user=words.user(await call.house.engine.people.user(call.actor, said.user)))


@action("users.get_current_user", "2.1", CurrentUserIn, CurrentUserOut)
async def get_current_user(call: Call, said: CurrentUserIn) -> Answer:
    """Return who asks."""
    return CurrentUserOut(user=words.user(call.actor))


@action("users.get_all", "2.1", UsersIn, UsersOut)
async def get_all(call: Call, said: UsersIn) -> Answer:
    """Return users: oneself, and for administrators all."""
    return await _users(call, said)


@action("users.get_all_ex", "2.8", UsersExIn, UsersOut)
async def get_all_ex(call: Call, said: UsersExIn) -> Answer:
    """Return users: oneself, and for administrators all, or those of whom something lies in some projects."""
    if said.active_in_projects is None:
        return await _users(call, said)
    tasks = await surveys.tasks_in(call, said.active_in_projects)
    models = await surveys.models_in(call, said.active_in_projects)
    active = {one.job.owner for one in tasks} | {one.owner for one in models}
    return await _users(call, said, lambda one: one["id"] in active)


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


@contextmanager
def _known(name: str) -> Iterator[None]:
    """Say of a user who is not there what clients know that by."""
    try:
        yield
    except NotFound:
        raise UserNotFound(name=name) from None


async def _pair(call: Call, access: str) -> Key | None:
    """Return one's pair of keys with this access key."""
    keys = await call.house.engine.people.keys(call.actor)
    return next((key for key in keys if key.form is KeyForm.PAIR and key.access == access), None)


async def _users(call: Call, said: UsersIn, fits: Condition | None = None) -> Json:
    people = call.house.engine.people
    if rules.may_house(call.actor, House.MANAGE_USERS):
        found = [words.user(one) for one in await people.users(call.actor)]
    else:
        found = [words.user(call.actor)]
    some, along = chosen(call, said, found, _FORMS, _USER, [fits])
    return {"users": shown(said, some, _USER), **along}


ACTIONS = (
    login,
    create_credentials,
    get_credentials,
    revoke_credentials,
    edit_credentials,
    validate_token,
    logout,
    edit_user,
    get_by_id,
    get_current_user,
    get_all,
    get_all_ex,
    info,
    config,
    ping,
)
