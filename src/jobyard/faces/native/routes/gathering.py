"""Collections of workflows and schedules: made, filled, and shared with people."""

from __future__ import annotations

from typing import Annotated

from litestar import delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import UNSET, Meta

from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import InPath, asking
from jobyard.faces.native.wire import PageAsked
from jobyard.faces.native.wire.gathering import GatheringChange, GatheringIn, GatheringOut, GatheringPage, PlaceIn
from jobyard.faces.native.words import row_cursor, row_text
from jobyard.faces.native.words.gathering import gathering_out, member_in
from jobyard.workflows.sharing.record import Form, Member

_Position = Annotated[int, Meta(ge=0, le=2**31 - 1)]
_PLACE = "/workflow-collections/{collection_id:str}"


@get("/workflow-collections", operation_id="listWorkflowCollections", **asking(PageAsked))
async def list_gatherings(request: Ask, asked: NamedDependency[PageAsked]) -> GatheringPage:
    """Return one page of the collections of workflows you may see, oldest first."""
    start = 0 if asked.cursor is None else row_cursor(asked.cursor, "workflow-collections", _Position)
    found = await request.house.sharing.collections.all(request.user)
    page = found[start : start + asked.limit]
    end = start + len(page)
    return GatheringPage(
        collections=[gathering_out(one) for one in page],
        next=row_text("workflow-collections", end) if end < len(found) else None,
    )


@post("/workflow-collections", operation_id="addWorkflowCollection")
async def add_gathering(request: Ask, data: JSONBody[GatheringIn]) -> GatheringOut:
    """Make a collection of workflows of your own."""
    return gathering_out(await request.house.sharing.collections.create(request.user, data.name))


@get(_PLACE, operation_id="getWorkflowCollection")
async def get_gathering(request: Ask, collection_id: InPath) -> GatheringOut:
    """Return a collection of workflows."""
    return gathering_out(await request.house.sharing.collections.get(request.user, collection_id))


@patch(_PLACE, operation_id="changeWorkflowCollection")
async def change_gathering(request: Ask, collection_id: InPath, data: JSONBody[GatheringChange]) -> GatheringOut:
    """Give a collection of workflows another name or owner."""
    name = None if data.name is UNSET else data.name
    owner = None if data.owner is UNSET else data.owner
    return gathering_out(await request.house.sharing.collections.update(request.user, collection_id, name, owner))


@delete(_PLACE, operation_id="deleteWorkflowCollection")
async def delete_gathering(request: Ask, collection_id: InPath) -> None:
    """Remove a collection of workflows; what lies in it stays, and is shared by it no more."""
    await request.house.sharing.collections.delete(request.user, collection_id)


@put(f"{_PLACE}/workflows/{{workflow_id:str}}", operation_id="gatherWorkflow")
async def gather_workflow(request: Ask, collection_id: InPath, workflow_id: InPath) -> GatheringOut:
    """Put a workflow that you may change into a collection: its members see and run it."""
    sharing = request.house.sharing.collections
    return gathering_out(await sharing.add_thing(request.user, collection_id, Form.WORKFLOW, workflow_id))


@delete(f"{_PLACE}/workflows/{{workflow_id:str}}", operation_id="dropWorkflow")
async def drop_workflow(request: Ask, collection_id: InPath, workflow_id: InPath) -> None:
    """Take a workflow out of a collection."""
    await request.house.sharing.collections.drop_thing(request.user, collection_id, Form.WORKFLOW, workflow_id)


@put(f"{_PLACE}/schedules/{{schedule_id:str}}", operation_id="gatherSchedule")
async def gather_schedule(request: Ask, collection_id: InPath, schedule_id: InPath) -> GatheringOut:
    """Put a schedule that you may change into a collection: its members see the jobs it makes through their clients."""
    sharing = request.house.sharing.collections
    return gathering_out(await sharing.add_thing(request.user, collection_id, Form.SCHEDULE, schedule_id))


@delete(f"{_PLACE}/schedules/{{schedule_id:str}}", operation_id="dropSchedule")
async def drop_schedule(request: Ask, collection_id: InPath, schedule_id: InPath) -> None:
    """Take a schedule out of a collection."""
    await request.house.sharing.collections.drop_thing(request.user, collection_id, Form.SCHEDULE, schedule_id)


@put(f"{_PLACE}/users/{{user:str}}", operation_id="shareWithUser")
async def share_with_user(request: Ask, collection_id: InPath, user: InPath, data: JSONBody[PlaceIn]) -> GatheringOut:
    """Give a user a place in a collection of workflows, or other permissions in the one they have."""
    return await _shared_with(request, collection_id, member_in(data, Form.USER, user))


@delete(f"{_PLACE}/users/{{user:str}}", operation_id="unshareWithUser")
async def unshare_with_user(request: Ask, collection_id: InPath, user: InPath) -> None:
    """Take a user's place in a collection away; anybody may leave."""
    await request.house.sharing.collections.drop_member(request.user, collection_id, Form.USER, user)


@put(f"{_PLACE}/groups/{{group_id:str}}", operation_id="shareWithGroup")
async def share_with_group(
    request: Ask, collection_id: InPath, group_id: InPath, data: JSONBody[PlaceIn]
) -> GatheringOut:
    """Give all people of a group a place in a collection of workflows, or other permissions in the one they have."""
    return await _shared_with(request, collection_id, member_in(data, Form.GROUP, group_id))


@delete(f"{_PLACE}/groups/{{group_id:str}}", operation_id="unshareWithGroup")
async def unshare_with_group(request: Ask, collection_id: InPath, group_id: InPath) -> None:
    """Take a group's place in a collection away."""
    await request.house.sharing.collections.drop_member(request.user, collection_id, Form.GROUP, group_id)


async def _shared_with(request: Ask, collection_id: str, wanted: Member) -> GatheringOut:
    sharing = request.house.sharing.collections
    there = (await sharing.get(request.user, collection_id)).members
    fresh = not any((one.form, one.id) == (wanted.form, wanted.id) for one in there)
    return gathering_out(await sharing.set_member(request.user, collection_id, wanted, fresh=fresh))


HANDLERS = (
    list_gatherings,
    add_gathering,
    get_gathering,
    change_gathering,
    delete_gathering,
    gather_workflow,
    drop_workflow,
    gather_schedule,
    drop_schedule,
    share_with_user,
    unshare_with_user,
    share_with_group,
    unshare_with_group,
)
