"""Credentials that runs may be given. No answer ever holds a password."""

from __future__ import annotations

from typing import Any

from litestar import Response, delete, get, post, put
from litestar.params import FromPath

from jobyard.faces.alteryx import taking
from jobyard.faces.alteryx.knowing import ids_of, named, user_named
from jobyard.faces.alteryx.surroundings import Ask
from jobyard.faces.alteryx.taking import ASKED, TAKES
from jobyard.faces.alteryx.wire.sharing import (
    CredentialIn,
    CredentialOut,
    CredentialUserIn,
    PasswordIn,
    ReducedCredentialOut,
)
from jobyard.faces.alteryx.words import sharing as words
from jobyard.faces.alteryx.words.workflows import ListView
from jobyard.workflows.sharing.record import CredentialUse, Form

_THING = "/v3/credentials/{credential_id:str}"


@get("/v3/credentials", opt={ASKED: ("view", "userId", "userGroupId")})
async def list_credentials(request: Ask) -> list[ReducedCredentialOut] | list[CredentialOut]:
    """Return the credentials that somebody may use or look after, by name: all, or a user's or a group's."""
    found = await request.house.sharing.credentials.all(request.user)
    user, group = (request.asked.get(key, "").strip() for key in ("userid", "usergroupid"))
    if user:
        name = await request.engine.people.name_of(user)
        found = [one for one in found if name and name in {one.credential.owner, *one.users}]
    if group:
        found = [one for one in found if group in one.groups]
    if taking.chosen(request.asked, "view", ListView) is ListView.FULL:
        ids = await ids_of(request, *(one.users for one in found))
        return [words.credential_out(one, ids) for one in found]
    return [words.reduced_credential_out(one) for one in found]


@post("/v3/credentials", status_code=200, opt={TAKES: CredentialIn})
async def add_credential(request: Ask) -> Response[bytes]:
    """Keep a credential and return its id."""
    told = await taking.body(request, CredentialIn)
    made = await request.house.sharing.credentials.create(request.user, told.username, told.password)
    return named(made.credential.id)


@get(_THING)
async def get_credential(request: Ask, credential_id: FromPath[str]) -> CredentialOut:
    """Return a credential with those who may use it."""
    return await _told(request, await request.house.sharing.credentials.get(request.user, credential_id))


@put(_THING, opt={TAKES: PasswordIn})
async def change_credential(request: Ask, credential_id: FromPath[str]) -> CredentialOut:
    """Set another password."""
    told = await taking.body(request, PasswordIn)
    credentials = request.house.sharing.credentials
    return await _told(request, await credentials.set_password(request.user, credential_id, told.new_password))


@delete(_THING, status_code=200, opt={ASKED: ("force",)})
async def delete_credential(request: Ask, credential_id: FromPath[str]) -> Response[None]:
    """Forget a credential. One that others use has to be forced."""
    force = taking.flag(request.asked, "force")
    await request.house.sharing.credentials.delete(request.user, credential_id, force=force)
    return Response(None, status_code=200)


@post(f"{_THING}/users", status_code=200, opt={TAKES: CredentialUserIn})
async def share_with_user(request: Ask, credential_id: FromPath[str]) -> CredentialOut:
    """Let a user use a credential."""
    told = await taking.body(request, CredentialUserIn)
    user = await user_named(request, told.user_id, "userId")
    return await _shared(request, credential_id, Form.USER, user)


@post(f"{_THING}/usergroups", status_code=200, opt={TAKES: CredentialUserIn})
async def share_with_group(request: Ask, credential_id: FromPath[str]) -> CredentialOut:
    """Let a group use a credential."""
    told = await taking.body(request, CredentialUserIn)
    return await _shared(request, credential_id, Form.GROUP, told.user_group_id)


@delete(f"{_THING}/users/{{user_id:str}}", status_code=200)
async def unshare_with_user(request: Ask, credential_id: FromPath[str], user_id: FromPath[str]) -> CredentialOut:
    """Let a user not use a credential any more."""
    user = await user_named(request, user_id)
    found = await request.house.sharing.credentials.unshare(request.user, credential_id, Form.USER, user)
    return await _told(request, found)


@delete(f"{_THING}/usergroups/{{group_id:str}}", status_code=200)
async def unshare_with_group(request: Ask, credential_id: FromPath[str], group_id: FromPath[str]) -> CredentialOut:
    """Let a group not use a credential any more."""
    found = await request.house.sharing.credentials.unshare(request.user, credential_id, Form.GROUP, group_id)
    return await _told(request, found)


async def _shared(request: Ask, id_: str, form: Form, member: str) -> CredentialOut:
    return await _told(request, await request.house.sharing.credentials.share(request.user, id_, form, member))


async def _told(request: Ask, found: CredentialUse) -> CredentialOut:
    return words.credential_out(found, await ids_of(request, found.users))


HANDLERS: tuple[Any, ...] = (
    list_credentials,
    add_credential,
    get_credential,
    change_credential,
    delete_credential,
    share_with_user,
    share_with_group,
    unshare_with_user,
    unshare_with_group,
)
