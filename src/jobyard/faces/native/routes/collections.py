"""Collections of datasets, and the labels that all of theirs share."""

from __future__ import annotations

from typing import Annotated

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from jobyard.datasets.collection import Collection
from jobyard.datasets.record import LabelPolicy
from jobyard.faces.native import words
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import InPath, asking
from jobyard.faces.native.wire import LabelsChange, LabelSpec, PageAsked
from jobyard.faces.native.wire.collections import CollectionChange, CollectionIn, CollectionOut, CollectionPage
from jobyard.faces.native.words.collections import collection_changes, collection_draft, collection_out

_Place = Annotated[int, Meta(ge=0, le=2**53 - 1)]


@get("/collections", operation_id="listCollections", **asking(PageAsked))
async def list_collections(request: Ask, asked: NamedDependency[PageAsked]) -> CollectionPage:
    """Return one page of the collections you may see, newest first."""
    start = 0 if asked.cursor is None else words.row_cursor(asked.cursor, "collections", _Place)
    found, total = await request.house.datasets.browse_collections(request.user, "", start, asked.limit)
    names = await request.names.of(one.project for one in found)
    end = start + len(found)
    return CollectionPage(
        collections=[collection_out(one, names) for one in found],
        next=words.row_text("collections", end) if found and end < total else None,
        total=total,
    )


@post("/collections", operation_id="addCollection")
async def add_collection(request: Ask, data: JSONBody[CollectionIn]) -> CollectionOut:
    """Make a collection with its first labels."""
    return await _shown(request, await request.house.datasets.create_collection(request.user, collection_draft(data)))


@get("/collections/{collection_id:str}", operation_id="getCollection")
async def get_collection(request: Ask, collection_id: InPath) -> CollectionOut:
    """Return a collection."""
    return await _shown(request, await request.house.datasets.collection(request.user, collection_id))


@patch("/collections/{collection_id:str}", operation_id="changeCollection")
async def change_collection(request: Ask, collection_id: InPath, data: JSONBody[CollectionChange]) -> CollectionOut:
    """Change what is said about a collection."""
    changes = collection_changes(data)
    return await _shown(request, await request.house.datasets.update_collection(request.user, collection_id, changes))


@delete("/collections/{collection_id:str}", operation_id="deleteCollection")
async def delete_collection(request: Ask, collection_id: InPath) -> None:
    """Forget a collection with all its datasets; files in folders and buckets stay."""
    await request.house.datasets.delete_collection(request.user, collection_id)


@get("/collections/{collection_id:str}/labels", operation_id="listCollectionLabels")
async def list_collection_labels(request: Ask, collection_id: InPath) -> list[LabelSpec]:
    """Return a collection's labels in their order."""
    found = await request.house.datasets.collection_labels(request.user, collection_id)
    return [words.label_out(label) for label in found]


@patch("/collections/{collection_id:str}/labels", operation_id="changeCollectionLabels")
async def change_collection_labels(
    request: Ask, collection_id: InPath, data: JSONBody[LabelsChange]
) -> list[LabelSpec]:
    """Add, change and delete labels in all datasets of a collection; return all there are then."""
    labels = await request.house.datasets.change_collection_labels(
        request.user,
        collection_id,
        [words.label_in(label) for label in data.add],
        [words.label_in(label) for label in data.update],
        data.delete,
        LabelPolicy(data.policy),
    )
    return [words.label_out(label) for label in labels]


async def _shown(request: Ask, collection: Collection) -> CollectionOut:
    return collection_out(collection, await request.names.of([collection.project]))


HANDLERS = (
    list_collections,
    add_collection,
    get_collection,
    change_collection,
    delete_collection,
    list_collection_labels,
    change_collection_labels,
)
