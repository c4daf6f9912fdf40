"""Collections as they are stored."""

from __future__ import annotations

import msgspec

from jobyard.datasets.collection import Collection
from jobyard.datasets.tables.datasets import scoped
from jobyard.datasets.tables.statements import QUERIES
from jobyard.job.filters import Scope
from jobyard.store.contract import Row, Transaction, View
from jobyard.store.text import possible


def one(view: View, id_: str) -> Collection | None:
    """Return a collection by its id."""
    return next((_collection(row) for row in view.rows(QUERIES["collection"], {"id": id_})), None)


def lock(transaction: Transaction, id_: str) -> Collection | None:
    """Return a collection by its id and keep others from changing it until the transaction ends."""
    return next((_collection(row) for row in transaction.rows(QUERIES["lock_collection"], {"id": id_})), None)


def meant(view: View, scope: Scope, text: str) -> list[Collection]:
    """Return the collections inside a scope or seen to by its owner whose name contains a text, newest first."""
    parameters = {**scoped(scope), "charge": scope.owner or "", "text": text.casefold()}
    rows = view.rows(QUERIES["collections_meant"], parameters) if possible(parameters) else []
    return [_collection(row) for row in rows]


def datasets(view: View, id_: str) -> list[str]:
    """Return the ids of the datasets of a collection, first one first."""
    return [row[0] for row in view.rows(QUERIES["gathered"], {"id": id_})]


def insert(transaction: Transaction, made: Collection) -> int | None:
    """Write a collection and return its number; None when its owner has another one of this name."""
    rows = transaction.rows(QUERIES["insert_collection"], {**_said(made), "owner": made.owner, "project": made.project})
    return int(rows[0][0]) if rows else None


def update(transaction: Transaction, changed: Collection) -> bool:
    """Write what is said about a collection; tell whether its owner has no other one of the name."""
    rows = transaction.rows(QUERIES["collection_called"], {"owner": changed.owner, "name": changed.name})
    if any(row[0] != changed.id for row in rows):
        return False
    transaction.run(QUERIES["update_collection"], _said(changed))
    return True


def delete(transaction: Transaction, id_: str) -> None:
    """Forget a collection."""
    transaction.run(QUERIES["delete_collection"], {"id": id_})


def unshare(transaction: Transaction, project: str) -> None:
    """Take what is shared in a project out of it: collections, and datasets in them or by themselves."""
    transaction.run(QUERIES["unshare_datasets"], {"project": project})
    transaction.run(QUERIES["unshare_collections"], {"project": project})


def _said(collection: Collection) -> dict[str, object]:
    return {
        "id": collection.id,
        "name": collection.name,
        "folded": collection.name.casefold(),
        "description": collection.description,
        "settings": msgspec.json.encode(collection.settings).decode(),
        "now": collection.updated_at,
    }


def _collection(row: Row) -> Collection:
    number, id_, name, owner, project, description, settings, created_at, updated_at = row
    return Collection(
        id=id_,
        number=number,
        name=name,
        owner=owner,
        project=project,
        description=description,
        settings=msgspec.json.decode(settings),
        created_at=created_at,
        updated_at=updated_at,
    )
