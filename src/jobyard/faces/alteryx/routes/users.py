"""Users: made, listed, looked at, given another role, shut out, and what belongs to them given to others."""

from __future__ import annotations

from typing import Any

from litestar import Response, delete, get, post, put
from litestar.params import FromPath
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.engine.schedules.verbs import SchedulesWanted
from jobyard.faces.alteryx import taking
from jobyard.faces.alteryx.knowing import user_named
from jobyard.faces.alteryx.refusals import NoMail, SchedulesStay
from jobyard.faces.alteryx.surroundings import Ask
from jobyard.faces.alteryx.taking import ASKED, TAKES
from jobyard.faces.alteryx.wire.people import (
    AssetOut,
    AssetsGiven,
    AssetsOut,
    ReducedUserOut,
    UserChange,
    UserIn,
    UserOut,
)
from jobyard.faces.alteryx.words import people as words
from jobyard.faces.alteryx.words.people import AssetType, TheirRole
from jobyard.faces.alteryx.words.schedules import KINDS
from jobyard.faces.alteryx.words.times import moment
from jobyard.faces.alteryx.words.workflows import ListView
from jobyard.people.record import User
from jobyard.workflows.library.record import Wanted

_THING = "/v3/users/{user_id:str}"
_ALL = 10_000


_LISTED_BY = ("view", "role", "email", "firstName", "lastName", "active", "createdAfter", "createdBefore")
_FOREVER = 2**62


@get("/v3/users", opt={ASKED: _LISTED_BY})
async def list_users(request: Ask) -> list[ReducedUserOut] | list[UserOut]:
    """Return all users, by name, to administrators."""
    role = taking.chosen(request.asked, "role", TheirRole)
    wanted = (request.asked.get(key, "").strip().lower() for key in ("email", "firstname"))
    names = {words.login_name(one) or one for one in wanted if one}
    said = "active" in request.asked
    active = taking.flag(request.asked, "active")
    last = request.asked.get("lastname", "").strip()
    since = moment("createdAfter", request.asked.get("createdafter", ""), 0)
    until = moment("createdBefore", request.asked.get("createdbefore", ""), _FOREVER)

    def meant(user: User) -> bool:
        fits = role is None or words.their_role(user) is role
        called = names <= {user.name} and last in {"", words.LAST_NAME}
        return fits and called and since <= user.created_at <= until and (not said or user.disabled is not active)

    found = [one for one in await request.engine.people.users(request.user) if meant(one)]
    if taking.chosen(request.asked, "view", ListView) is ListView.FULL:
        return [words.user_out(one) for one in found]
    return [words.reduced_user_out(one) for one in found]


@get(_THING)
async def get_user(request: Ask, user_id: FromPath[str]) -> UserOut:
    """Return a user: oneself, or anybody to administrators."""
    return words.user_out(await _user(request, user_id))


@post("/v3/users", status_code=200, opt={TAKES: UserIn})
async def add_user(request: Ask) -> UserOut:
    """Make a user, who signs in once an administrator has set a password; for administrators."""
    told = await taking.body(request, UserIn)
    role = taking.picked("role", told.role, TheirRole)
    name = words.login_name(told.email)
    if not name:
        said = "What stands before the @ is the login name: 1 to 64 of a-z, 0-9, dot, dash and underscore."
        raise taking.wrong("email", said)
    people = request.engine.people
    user, _ = await people.add_user(request.user, name, words.our_role(role))
    if role is TheirRole.NO_ACCESS or not told.is_active:
        user = await people.change_user(request.user, name, disabled=True)
    return words.user_out(user)


@put(_THING, opt={TAKES: UserChange})
async def change_user(request: Ask, user_id: FromPath[str]) -> UserOut:
    """Give a user another role, shut them out or let them in; for administrators."""
    told = await taking.body(request, UserChange)
    user = await _user(request, user_id)
    wanted = None if told.role is None else taking.picked("role", told.role, TheirRole)
    active = told.active if told.is_active is None else told.is_active
    if wanted is TheirRole.NO_ACCESS:
        active = False
    role = None if wanted in {None, TheirRole.NO_ACCESS} else words.our_role(wanted or TheirRole.VIEWER, user.role)
    disabled = user.disabled if active is None else not active
    if (role or user.role, disabled) == (user.role, user.disabled):
        return words.user_out(user)
    changed = await request.engine.people.change_user(request.user, user.name, role=role, disabled=disabled)
    return words.user_out(changed)


@delete(_THING, status_code=200)
async def delete_user(request: Ask, user_id: FromPath[str]) -> Response[None]:
    """Shut a user out and take them out of all groups; what they did and own stays under their name."""
    await _shut_out(request, await _user(request, user_id))
    return Response(None, status_code=200)


@post(f"{_THING}/deactivate", status_code=200)
async def deactivate_user(request: Ask, user_id: FromPath[str]) -> list[str]:
    """Shut a user out and take them out of all groups; return the ids of these."""
    return await _shut_out(request, await _user(request, user_id))


@post(f"{_THING}/passwordreset", status_code=200)
async def reset_password(request: Ask, user_id: FromPath[str]) -> Response[None]:
    """Refuse with how a password is set here, since no mail is sent."""
    rules.require_house(request.user, House.MANAGE_USERS)
    raise NoMail(user=(await _user(request, user_id)).name)


@put(f"{_THING}/assettransfer", opt={TAKES: AssetsGiven})
async def transfer_assets(request: Ask, user_id: FromPath[str]) -> list[AssetOut]:
    """Give a user's workflows and collections to another one; schedules stay, so none is told of."""
    told = await taking.body(request, AssetsGiven)
    rules.require_house(request.user, House.MANAGE_USERS)
    user, owner = await _user(request, user_id), await user_named(request, told.owner_id, "ownerId")
    assets = await _assets(request, user)
    if told.transfer_schedules and assets.schedules:
        raise SchedulesStay(user=user.name, count=f"{len(assets.schedules)} of them")
    for one in assets.workflows if told.transfer_workflows else ():
        await request.library.change(request.user, one.id, lambda old: replace(old.workflow, owner=owner))
    for one in assets.collections if told.transfer_collections else ():
        await request.house.sharing.collections.update(request.user, one.id, owner=owner)
    return []


@get(f"{_THING}/assets", opt={ASKED: ("assetType",)})
async def list_assets(request: Ask, user_id: FromPath[str]) -> AssetsOut:
    """Return what belongs to a user, all of it or what is of one type."""
    type_ = taking.chosen(request.asked, "assetType", AssetType) or AssetType.ALL
    found = await _assets(request, await _user(request, user_id))
    if type_ is AssetType.ALL:
        return found
    return AssetsOut(
        workflows=found.workflows if type_ is AssetType.WORKFLOW else [],
        schedules=found.schedules if type_ is AssetType.SCHEDULE else [],
        collections=found.collections if type_ is AssetType.COLLECTION else [],
    )


async def _assets(request: Ask, user: User) -> AssetsOut:
    workflows = await request.library.find(request.user, Wanted(owner=user.name, limit=_ALL))
    wanted = SchedulesWanted(owners=frozenset({user.name}), kinds=KINDS)
    schedules = await request.engine.schedules.find(request.user, wanted, _ALL)
    collections = await request.house.sharing.collections.all(request.user)
    own = [one.collection for one in collections if one.collection.owner == user.name]
    return AssetsOut(
        workflows=[AssetOut(id=one.workflow.id, name=one.workflow.name) for one in workflows],
        schedules=[AssetOut(id=one.schedule.id, name=one.schedule.name) for one in schedules.schedules],
        collections=[AssetOut(id=one.id, name=one.name) for one in own],
    )


async def _user(request: Ask, id_: str) -> User:
    return await request.engine.people.user(request.user, await user_named(request, id_))


async def _shut_out(request: Ask, user: User) -> list[str]:
    rules.require_house(request.user, House.MANAGE_USERS)
    if not user.disabled:
        await request.engine.people.change_user(request.user, user.name, disabled=True)
    return await request.house.sharing.groups.drop_everywhere(request.user, user.name)


HANDLERS: tuple[Any, ...] = (
    list_users,
    add_user,
    get_user,
    change_user,
    delete_user,
    deactivate_user,
    reset_password,
    transfer_assets,
    list_assets,
)
