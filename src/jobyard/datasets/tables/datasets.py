"""What is asked of the table of datasets beyond their synchronization (see `datasets/rows.py`)."""

from __future__ import annotations

import msgspec

from jobyard.datasets.record import Dataset, DatasetFilter, DatasetOrder
from jobyard.datasets.tables import activities, assignments, carried, charges, guides, issues, labels
from jobyard.datasets.tables import annotations as kept
from jobyard.datasets.tables.statements import QUERIES
from jobyard.job.filters import Scope
from jobyard.store.contract import Transaction, View
from jobyard.store.text import possible


def meant(view: View, scope: Scope, wanted: DatasetFilter, assignee: str | None = None) -> list[str]:
    """Return the ids of the datasets that fit a filter, in its order: those inside a scope or seen to by its owner.

    Beside them those of which a part is assigned to a user.
    """
    parameters = {
        **scoped(scope),
        "assignee": assignee or "",
        "charge": scope.owner or "",
        "text": wanted.text.casefold(),
        "purposes": msgspec.json.encode(sorted(wanted.purposes)).decode(),
        "owner": wanted.owner or "",
        "project": wanted.project or "",
        "collection": wanted.collection or "",
    }
    if not possible(parameters):
        return []
    rows = view.rows(QUERIES["datasets_meant"], parameters)
    if wanted.order in {DatasetOrder.NAME, DatasetOrder.NAME_BACKWARD}:
        rows.sort(key=lambda row: (row[1].casefold(), row[1]))
    if wanted.order in {DatasetOrder.NEWEST, DatasetOrder.NAME_BACKWARD}:
        rows.reverse()
    return [row[0] for row in rows]


def touch(transaction: Transaction, number: int, now: int) -> None:
    """Note that a dataset, its labels or its annotations were changed."""
    transaction.run(QUERIES["touch"], {"dataset": number, "now": now})


def gather(transaction: Transaction, number: int, collection: str, now: int) -> None:
    """Note that a dataset shares the labels of a collection from now on."""
    transaction.run(QUERIES["gather_dataset"], {"dataset": number, "collection": collection, "now": now})


def change(transaction: Transaction, changed: Dataset) -> bool:
    """Write what is said about a dataset; tell whether its owner has no other one of the name."""
    named = {"owner": changed.owner, "name": changed.name, "dataset": changed.number}
    if transaction.rows(QUERIES["name_taken"], named):
        return False
    parameters = {
        "dataset": changed.number,
        "name": changed.name,
        "folded": changed.name.casefold(),
        "description": changed.description,
        "read_labels": int(changed.read_labels),
        "settings": msgspec.json.encode(changed.settings).decode(),
        "now": changed.updated_at,
    }
    transaction.run(QUERIES["change_dataset"], parameters)
    return True


def strip(transaction: Transaction, number: int, limit: int) -> bool:
    """Remove up to `limit` of what was said of a hidden dataset's samples; tell whether nothing is left."""
    if kept.drop_some(transaction, number, limit) or carried.drop_some(transaction, number, limit):
        return False
    carried.forget(transaction, number)
    issues.drop(transaction, number)
    assignments.drop(transaction, number)
    activities.drop(transaction, number)
    for row in transaction.rows(QUERIES["id_of"], {"dataset": number}):
        labels.drop(transaction, row[0])
        guides.drop(transaction, row[0])
        charges.put(transaction, row[0], None)
        for card in transaction.cards(kept.ASIDE, prefix=f"{row[0]}/"):
            transaction.drop_card(kept.ASIDE, card.id)
    return True


def scoped(scope: Scope) -> dict[str, object]:
    """Return a scope as the statements take it."""
    projects = msgspec.json.encode(sorted(scope.projects)).decode()
    return {"everything": int(scope.everything), "scope_owner": scope.owner or "", "projects": projects}
