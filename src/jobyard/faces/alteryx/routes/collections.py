"""Collections: made, listed, changed, deleted; who belongs to them, and what lies in them."""

from __future__ import annotations

from typing import Any

from litestar import Response, delete, get, post, put
from litestar.params import FromPath

from jobyard.faces.alteryx import taking
from jobyard.faces.alteryx.knowing import ids_of, named, user_named
from jobyard.faces.alteryx.surroundings import Ask
from jobyard.faces.alteryx.taking import ASKED, TAKES
from jobyard.faces.alteryx.wire.sharing import (
    CollectionIn,
    CollectionOut,
    PlaceIn,
    ReducedCollectionOut,
    ScheduleInCollection,
    WorkflowInCollection,
)
from jobyard.faces.alteryx.words import sharing as words
from jobyard.faces.alteryx.words.workflows import ListView
from jobyard.workflows.sharing.record import Contents, Form

_THING = "/v3/collections/{collection_id:str}"


@get("/v3/collections", opt={ASKED: ("view",)})
async def list_collections(request: Ask) -> list[ReducedCollectionOut] | list[CollectionOut]:
    """Return the collections that somebody sees, oldest first."""
    found = await request.house.sharing.collections.all(request.user)
    ids = await ids_of(request, *map(_people, found))
    if taking.chosen(request.asked, "view", ListView) is ListView.FULL:
        return [words.collection_out(one, ids) for one in found]
    return [words.reduced_out(one, ids) for one in found]


@post("/v3/collections", status_code=200, opt={TAKES: CollectionIn})
async def add_collection(request: Ask) -> Response[bytes]:
    """Make a collection and return its id."""
    told = await taking.body(request, CollectionIn)
    made = await request.house.sharing.collections.create(request.user, told.name)
    return named(made.collection.id)


@get(_THING)
async def get_collection(request: Ask, collection_id: FromPath[str]) -> CollectionOut:
    """Return a collection."""
    return await _told(request, await request.house.sharing.collections.get(request.user, collection_id))


@put(_THING, opt={TAKES: CollectionIn})
async def change_collection(request: Ask, collection_id: FromPath[str]) -> CollectionOut:
    """Give a collection another name or another owner."""
    told = await taking.body(request, CollectionIn)
    owner = await user_named(request, told.owner_id, "ownerId") if told.owner_id else None
    found = await request.house.sharing.collections.update(request.user, collection_id, told.name, owner)
    return await _told(request, found)


@delete(_THING, status_code=200)
async def delete_collection(request: Ask, collection_id: FromPath[str]) -> Response[None]:
    """Remove a collection; what lies in it stays."""
    await request.house.sharing.collections.delete(request.user, collection_id)
    return Response(None, status_code=200)


@post(f"{_THING}/users", status_code=200, opt={TAKES: PlaceIn})
async def add_user(request: Ask, collection_id: FromPath[str]) -> CollectionOut:
    """Give a user a place in a collection."""
    told = await taking.body(request, PlaceIn)
    return await _place(request, collection_id, Form.USER, told.user_id, told, fresh=True)


@post(f"{_THING}/usergroups", status_code=200, opt={TAKES: PlaceIn})
async def add_group(request: Ask, collection_id: FromPath[str]) -> CollectionOut:
    """Give a group a place in a collection."""
    told = await taking.body(request, PlaceIn)
    return await _place(request, collection_id, Form.GROUP, told.user_group_id, told, fresh=True)


@put(f"{_THING}/users/{{user_id:str}}/permissions", opt={TAKES: PlaceIn})
async def change_user(request: Ask, collection_id: FromPath[str], user_id: FromPath[str]) -> CollectionOut:
    """Say what a user may do with a collection."""
    told = await taking.body(request, PlaceIn)
    return await _place(request, collection_id, Form.USER, user_id, told, fresh=False)


@put(f"{_THING}/usergroups/{{group_id:str}}/permissions", opt={TAKES: PlaceIn})
async def change_group(request: Ask, collection_id: FromPath[str], group_id: FromPath[str]) -> CollectionOut:
    """Say what a group may do with a collection."""
    told = await taking.body(request, PlaceIn)
    return await _place(request, collection_id, Form.GROUP, group_id, told, fresh=False)


@delete(f"{_THING}/users/{{user_id:str}}", status_code=200)
async def drop_user(request: Ask, collection_id: FromPath[str], user_id: FromPath[str]) -> CollectionOut:
    """Take a user's place away."""
    user = await user_named(request, user_id)
    found = await request.house.sharing.collections.drop_member(request.user, collection_id, Form.USER, user)
    return await _told(request, found)


@delete(f"{_THING}/usergroups/{{group_id:str}}", status_code=200)
async def drop_group(request: Ask, collection_id: FromPath[str], group_id: FromPath[str]) -> CollectionOut:
    """Take a group's place away."""
    found = await request.house.sharing.collections.drop_member(request.user, collection_id, Form.GROUP, group_id)
    return await _told(request, found)


@post(f"{_THING}/schedules", status_code=200, opt={TAKES: ScheduleInCollection})
async def add_schedule(request: Ask, collection_id: FromPath[str]) -> CollectionOut:
    """Put a schedule into a collection: its members see the jobs it makes, and may stop them."""
    told = await taking.body(request, ScheduleInCollection)
    return await _put_in(request, collection_id, Form.SCHEDULE, told.schedule_id)


@post(f"{_THING}/workflows", status_code=200, opt={TAKES: WorkflowInCollection})
async def add_workflow(request: Ask, collection_id: FromPath[str]) -> CollectionOut:
    """Put a workflow into a collection."""
    told = await taking.body(request, WorkflowInCollection)
    return await _put_in(request, collection_id, Form.WORKFLOW, told.workflow_id)


@delete(f"{_THING}/schedules/{{schedule_id:str}}", status_code=200)
async def drop_schedule(request: Ask, collection_id: FromPath[str], schedule_id: FromPath[str]) -> CollectionOut:
    """Take a schedule out of a collection."""
    return await _taken_out(request, collection_id, Form.SCHEDULE, schedule_id)


@delete(f"{_THING}/workflows/{{workflow_id:str}}", status_code=200)
async def drop_workflow(request: Ask, collection_id: FromPath[str], workflow_id: FromPath[str]) -> CollectionOut:
    """Take a workflow out of a collection."""
    return await _taken_out(request, collection_id, Form.WORKFLOW, workflow_id)


async def _place(request: Ask, id_: str, form: Form, member: str, told: PlaceIn, *, fresh: bool) -> CollectionOut:
    field = "" if not fresh else "userId" if form is Form.USER else "userGroupId"
    if not member:
        raise taking.wrong(field, "This field is required.")
    name = await user_named(request, member, field) if form is Form.USER else member
    placed = words.place(told, form, name)
    return await _told(
        request, await request.house.sharing.collections.set_member(request.user, id_, placed, fresh=fresh)
    )


async def _put_in(request: Ask, id_: str, form: Form, thing: str) -> CollectionOut:
    return await _told(request, await request.house.sharing.collections.add_thing(request.user, id_, form, thing))


async def _taken_out(request: Ask, id_: str, form: Form, thing: str) -> CollectionOut:
    return await _told(request, await request.house.sharing.collections.drop_thing(request.user, id_, form, thing))


async def _told(request: Ask, found: Contents) -> CollectionOut:
    return words.collection_out(found, await ids_of(request, _people(found)))


def _people(found: Contents) -> list[str]:
    return [found.collection.owner, *(one.id for one in found.members if one.form is Form.USER)]


HANDLERS: tuple[Any, ...] = (
    list_collections,
    add_collection,
    get_collection,
    change_collection,
    delete_collection,
    add_user,
    add_group,
    change_user,
    change_group,
    drop_user,
    drop_group,
    add_schedule,
    add_workflow,
    drop_schedule,
    drop_workflow,
)
