"""Users, their keys, and ready-made client settings."""

from __future__ import annotations

from litestar import delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import UNSET

from jobyard.engine import credentials
from jobyard.faces.native import words
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import InPath, asking
from jobyard.faces.native.wire import (
    CredentialsIn,
    CredentialsOut,
    KeyIn,
    KeyMade,
    KeyOut,
    KeysAsked,
    PasswordIn,
    PasswordOut,
    UserChange,
    UserIn,
    UserMade,
    UserOut,
)
from jobyard.people.record import Role

_LABEL = "client settings"


@get("/users", operation_id="listUsers")
async def list_users(request: Ask) -> list[UserOut]:
    """Return all users, by name; for administrators."""
    return [words.user_out(user) for user in await request.engine.people.users(request.user)]


@post("/users", operation_id="addUser")
async def add_user(request: Ask, data: JSONBody[UserIn]) -> UserMade:
    """Make a user; a password that is made here is shown this once. For administrators."""
    role = Role(data.role)
    user, password = await request.engine.people.add_user(request.user, data.name, role, data.password)
    return UserMade(user=words.user_out(user), password=None if data.password else password)


@patch("/users/{user:str}", operation_id="changeUser")
async def change_user(request: Ask, user: InPath, data: JSONBody[UserChange]) -> UserOut:
    """Change a user's role, shut them out, or set a password; their sessions end at once."""
    people = request.engine.people
    if data.role is not UNSET or data.disabled is not UNSET:
        role = None if data.role is UNSET else Role(data.role)
        disabled = None if data.disabled is UNSET else data.disabled
        await people.change_user(request.user, user, role=role, disabled=disabled)
    if data.password is not UNSET:
        await people.set_password(request.user, user, data.password)
    return words.user_out(await people.user(request.user, user))


@post("/users/{user:str}/password", operation_id="setPassword", status_code=200)
async def set_password(request: Ask, user: InPath, data: JSONBody[PasswordIn]) -> PasswordOut:
    """Set a password, one's own or, for administrators, anybody's; sessions end at once."""
    password = await request.engine.people.set_password(request.user, user, data.password)
    return PasswordOut(password=None if data.password else password)


@put("/users/{user:str}/rights/{right:str}", operation_id="grantRight")
async def grant_right(request: Ask, user: InPath, right: InPath) -> UserOut:
    """Give a user a right that no role brings along; for administrators."""
    return words.user_out(await request.engine.rights.grant(request.user, user, right))


@delete("/users/{user:str}/rights/{right:str}", operation_id="revokeRight", status_code=200)
async def revoke_right(request: Ask, user: InPath, right: InPath) -> UserOut:
    """Take a right from a user; for administrators."""
    return words.user_out(await request.engine.rights.revoke(request.user, user, right))


@get("/keys", operation_id="listKeys", **asking(KeysAsked))
async def list_keys(request: Ask, asked: NamedDependency[KeysAsked]) -> list[KeyOut]:
    """Return a user's keys, newest first: your own, or anybody's for administrators."""
    return [words.key_out(key) for key in await request.engine.people.keys(request.user, asked.user)]


@post("/keys", operation_id="addKey")
async def add_key(request: Ask, data: JSONBody[KeyIn]) -> KeyMade:
    """Make a key; its secret is shown this once."""
    wanted = words.key_in(data, request.user.name)
    key, secret = await request.engine.people.add_key(request.user, wanted)
    return KeyMade(key=words.key_out(key), secret=secret)


@delete("/keys/{key_id:str}", operation_id="revokeKey")
async def revoke_key(request: Ask, key_id: InPath) -> None:
    """Revoke a key; whoever comes with it next is turned away."""
    await request.engine.people.revoke_key(request.user, key_id)


@post("/credentials", operation_id="makeCredentials")
async def make_credentials(request: Ask, data: JSONBody[CredentialsIn]) -> CredentialsOut:
    """Make fresh keys for every client family, as settings ready to paste; each secret is shown this once."""
    name = data.user or request.user.name
    made = await credentials.make(
        request.engine.people, request.user, name, new_password=data.new_password, label=_LABEL
    )
    return words.client_settings(made, request.house.base_url())


HANDLERS = (
    list_users,
    add_user,
    change_user,
    set_password,
    grant_right,
    revoke_right,
    list_keys,
    add_key,
    revoke_key,
    make_credentials,
)
