"""Groups of people."""

from __future__ import annotations

from typing import Any

from litestar import Response, delete, get, post, put
from litestar.params import FromPath

from jobyard.faces.alteryx import taking
from jobyard.faces.alteryx.knowing import ids_of, named, user_named
from jobyard.faces.alteryx.refusals import NoDirectory
from jobyard.faces.alteryx.surroundings import Ask
from jobyard.faces.alteryx.taking import ASKED, TAKES
from jobyard.faces.alteryx.wire.people import AddedOut, GroupIn, GroupOut, Ids, ReducedGroupOut
from jobyard.faces.alteryx.words import people as words
from jobyard.faces.alteryx.words.people import TheirRole
from jobyard.job.errors import NotFound
from jobyard.workflows.sharing.groups import GroupSeen

_THING = "/v3/usergroups/{group_id:str}"
_MOST = 1_000


@get("/v3/usergroups")
async def list_groups(request: Ask) -> list[ReducedGroupOut]:
    """Return all groups, by name."""
    return [words.reduced_group_out(one) for one in await request.house.sharing.groups.all(request.user)]


@post("/v3/usergroups", status_code=200, opt={TAKES: GroupIn})
async def add_group(request: Ask) -> Response[bytes]:
    """Make a group and return its id."""
    told = await taking.body(request, GroupIn)
    role = taking.picked("role", told.role, TheirRole)
    made = await request.house.sharing.groups.create(request.user, told.name, role.value)
    return named(made.group.id)


@get(_THING)
async def get_group(request: Ask, group_id: FromPath[str]) -> GroupOut:
    """Return a group with its people."""
    return await _told(request, await request.house.sharing.groups.get(request.user, group_id))


@put(_THING, opt={TAKES: GroupIn})
async def change_group(request: Ask, group_id: FromPath[str]) -> GroupOut:
    """Say another name or role."""
    told = await taking.body(request, GroupIn)
    role = taking.picked("role", told.role, TheirRole)
    found = await request.house.sharing.groups.update(request.user, group_id, told.name, role.value)
    return await _told(request, found)


@delete(_THING, status_code=200, opt={ASKED: ("forceDelete",)})
async def delete_group(request: Ask, group_id: FromPath[str]) -> Response[None]:
    """Remove a group. One with people in it has to be forced."""
    force = taking.flag(request.asked, "forceDelete")
    await request.house.sharing.groups.delete(request.user, group_id, force=force)
    return Response(None, status_code=200)


@post(f"{_THING}/users", status_code=200, opt={TAKES: Ids})
async def add_members(request: Ask, group_id: FromPath[str]) -> AddedOut:
    """Put people into a group; the body is a list of their ids."""
    wanted = await taking.body(request, Ids)
    if len(wanted) > _MOST:
        raise taking.wrong("userIds", f"At most {_MOST:,} people come into a group at once.")
    names = {id_: await request.engine.people.name_of(id_) for id_ in wanted}
    known = [name for name in names.values() if name]
    added, reasons = await request.house.sharing.groups.add_members(request.user, group_id, known)
    failed = {id_: reasons[name] for id_, name in names.items() if name in reasons}
    failed |= {id_: "There is no such user." for id_, name in names.items() if not name}
    return AddedOut(
        successfully_added_user_count=added, total_users_submitted_count=len(wanted), failed_user_reasons=failed
    )


@delete(f"{_THING}/users/{{user_id:str}}", status_code=200)
async def drop_member(request: Ask, group_id: FromPath[str], user_id: FromPath[str]) -> GroupOut:
    """Take somebody out of a group."""
    user = await user_named(request, user_id)
    return await _told(request, await request.house.sharing.groups.drop_member(request.user, group_id, user))


@post(f"{_THING}/activedirectorygroups", status_code=200)
async def add_directory(request: Ask, group_id: FromPath[str]) -> GroupOut:
    """Refuse: this house knows no Active Directory."""
    await request.house.sharing.groups.get(request.user, group_id)
    raise NoDirectory


@delete(f"{_THING}/activedirectorygroups/{{sid:str}}", status_code=200)
async def drop_directory(request: Ask, group_id: FromPath[str], sid: FromPath[str]) -> GroupOut:
    """Refuse: no group of an Active Directory is in a group here."""
    await request.house.sharing.groups.get(request.user, group_id)
    raise NotFound(what="Active Directory group", name=sid[:64])


async def _told(request: Ask, found: GroupSeen) -> GroupOut:
    people = [name for one in found.members for name in (one.user, one.added_by)]
    return words.group_out(found, await ids_of(request, people))


HANDLERS: tuple[Any, ...] = (
    list_groups,
    add_group,
    get_group,
    change_group,
    delete_group,
    add_members,
    drop_member,
    add_directory,
    drop_directory,
)
