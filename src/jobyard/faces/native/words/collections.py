"""Collections in the native protocol's words, and back."""

from __future__ import annotations

from collections.abc import Mapping

from jobyard.datasets.collection import Collection, CollectionChanges, CollectionDraft
from jobyard.faces.native.wire.collections import CollectionChange, CollectionIn, CollectionOut
from jobyard.faces.native.words.asking import project_ref
from jobyard.faces.native.words.labels import label_in
from jobyard.faces.native.words.times import moment


def collection_draft(wanted: CollectionIn) -> CollectionDraft:
    """Return the collection that is wanted."""
    return CollectionDraft(
        name=wanted.name,
        project=wanted.project,
        description=wanted.description,
        labels=tuple(map(label_in, wanted.labels)),
    )


def collection_changes(wanted: CollectionChange) -> CollectionChanges:
    """Return what shall be different about a collection."""
    return CollectionChanges(name=wanted.name, description=wanted.description)


def collection_out(collection: Collection, names: Mapping[str, str]) -> CollectionOut:
    """Return a collection; `names` are the names of projects by id."""
    return CollectionOut(
        id=collection.id,
        number=collection.number,
        name=collection.name,
        owner=collection.owner,
        project=project_ref(collection.project, names),
        description=collection.description,
        created_at=moment(collection.created_at),
        updated_at=moment(collection.updated_at),
    )
