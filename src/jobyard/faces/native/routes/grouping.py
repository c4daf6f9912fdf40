"""Groups of people: whoever looks after what is shared makes them, and everybody sees them."""

from __future__ import annotations

from typing import Annotated

from litestar import delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import InPath, asking
from jobyard.faces.native.wire import PageAsked
from jobyard.faces.native.wire.gathering import GroupDropAsked, GroupIn, GroupOut, GroupPage
from jobyard.faces.native.words import row_cursor, row_text
from jobyard.faces.native.words.gathering import group_line, group_out

_Position = Annotated[int, Meta(ge=0, le=2**31 - 1)]
_GROUP = "/groups/{group_id:str}"


@get("/groups", operation_id="listGroups", **asking(PageAsked))
async def list_groups(request: Ask, asked: NamedDependency[PageAsked]) -> GroupPage:
    """Return one page of all groups, by name."""
    start = 0 if asked.cursor is None else row_cursor(asked.cursor, "groups", _Position)
    found = await request.house.sharing.groups.all(request.user)
    page = found[start : start + asked.limit]
    end = start + len(page)
    return GroupPage(
        groups=[group_line(one) for one in page],
        next=row_text("groups", end) if end < len(found) else None,
    )


@post("/groups", operation_id="addGroup")
async def add_group(request: Ask, data: JSONBody[GroupIn]) -> GroupOut:
    """Make a group without anybody in it."""
    return group_out(await request.house.sharing.groups.create(request.user, data.name))


@get(_GROUP, operation_id="getGroup")
async def get_group(request: Ask, group_id: InPath) -> GroupOut:
    """Return a group with its people."""
    return group_out(await request.house.sharing.groups.get(request.user, group_id))


@patch(_GROUP, operation_id="changeGroup")
async def change_group(request: Ask, group_id: InPath, data: JSONBody[GroupIn]) -> GroupOut:
    """Give a group another name."""
    return group_out(await request.house.sharing.groups.update(request.user, group_id, data.name))


@delete(_GROUP, operation_id="deleteGroup", **asking(GroupDropAsked))
async def delete_group(request: Ask, group_id: InPath, asked: NamedDependency[GroupDropAsked]) -> None:
    """Remove a group with every place that it has; one with people in it has to be forced."""
    await request.house.sharing.groups.delete(request.user, group_id, force=asked.force)


@put(f"{_GROUP}/users/{{user:str}}", operation_id="addToGroup")
async def add_to_group(request: Ask, group_id: InPath, user: InPath) -> GroupOut:
    """Put a user into a group, where they may be already."""
    return group_out(await request.house.sharing.groups.add_member(request.user, group_id, user))


@delete(f"{_GROUP}/users/{{user:str}}", operation_id="dropFromGroup")
async def drop_from_group(request: Ask, group_id: InPath, user: InPath) -> None:
    """Take a user out of a group."""
    await request.house.sharing.groups.drop_member(request.user, group_id, user)


HANDLERS = (
    list_groups,
    add_group,
    get_group,
    change_group,
    delete_group,
    add_to_group,
    drop_from_group,
)
