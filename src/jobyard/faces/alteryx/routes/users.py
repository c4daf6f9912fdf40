"""Users: listed, looked at, given another role or shut out. New ones are made by the house's own means."""

from __future__ import annotations

from typing import Any

from litestar import get, put
from litestar.params import FromPath

from jobyard.engine.schedules.verbs import SchedulesWanted
from jobyard.faces.alteryx import taking
from jobyard.faces.alteryx.knowing import user_named
from jobyard.faces.alteryx.surroundings import Ask
from jobyard.faces.alteryx.taking import ASKED, TAKES
from jobyard.faces.alteryx.wire.people import AssetOut, AssetsOut, ReducedUserOut, UserChange, UserOut
from jobyard.faces.alteryx.words import people as words
from jobyard.faces.alteryx.words.people import TheirRole
from jobyard.faces.alteryx.words.schedules import KINDS
from jobyard.faces.alteryx.words.workflows import ListView
from jobyard.people.record import User
from jobyard.workflows.library.record import Wanted

_THING = "/v3/users/{user_id:str}"
_ALL = 10_000


@get("/v3/users", opt={ASKED: ("view", "role", "email", "firstName", "active")})
async def list_users(request: Ask) -> list[ReducedUserOut] | list[UserOut]:
    """Return all users, by name, to administrators."""
    role = taking.chosen(request.asked, "role", TheirRole)
    names = {request.asked.get(key, "").strip().lower() for key in ("email", "firstname")} - {""}
    said = "active" in request.asked
    active = taking.flag(request.asked, "active")

    def meant(user: User) -> bool:
        fits = role is None or words.their_role(user) is role
        return fits and names <= {user.name} and (not said or user.disabled is not active)

    found = [one for one in await request.engine.people.users(request.user) if meant(one)]
    if taking.chosen(request.asked, "view", ListView) is ListView.FULL:
        return [words.user_out(one) for one in found]
    return [words.reduced_user_out(one) for one in found]


@get(_THING)
async def get_user(request: Ask, user_id: FromPath[str]) -> UserOut:
    """Return a user: oneself, or anybody to administrators."""
    return words.user_out(await _user(request, user_id))


@put(_THING, opt={TAKES: UserChange})
async def change_user(request: Ask, user_id: FromPath[str]) -> UserOut:
    """Give a user another role, shut them out or let them in; for administrators."""
    told = await taking.body(request, UserChange)
    user = await _user(request, user_id)
    wanted = None if told.role is None else taking.picked("role", told.role, TheirRole)
    active = told.is_active
    if wanted is TheirRole.NO_ACCESS:
        active = False
    role = None if wanted in {None, TheirRole.NO_ACCESS} else words.our_role(wanted or TheirRole.VIEWER, user.role)
    disabled = user.disabled if active is None else not active
    if (role or user.role, disabled) == (user.role, user.disabled):
        return words.user_out(user)
    changed = await request.engine.people.change_user(request.user, user.name, role=role, disabled=disabled)
    return words.user_out(changed)


@get(f"{_THING}/assets")
async def list_assets(request: Ask, user_id: FromPath[str]) -> AssetsOut:
    """Return what belongs to a user."""
    user = await _user(request, user_id)
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


HANDLERS: tuple[Any, ...] = (list_users, get_user, change_user, list_assets)
