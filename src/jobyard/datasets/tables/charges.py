"""Who is to see to a whole dataset or collection, by its id, as it is stored."""

from __future__ import annotations

from jobyard.store.contract import Transaction, View
from jobyard.store.queries import Queries

QUERIES = Queries("jobyard.datasets")


def of(view: View, home: str) -> str | None:
    """Return the name of the user who is to see to a dataset or a collection."""
    return next((str(row[0]) for row in view.rows(QUERIES["charge"], {"home": home})), None)


def called(view: View, name: str, assignee: str) -> list[int]:
    """Return up to two datasets of a name that are assigned to a user, wholly or in part, by number."""
    return [row[0] for row in view.rows(QUERIES["assigned_called"], {"name": name, "assignee": assignee})]


def working_in(view: View, collection: str, assignee: str) -> list[int]:
    """Return a dataset in a collection of which a part is assigned to a user, by number, if there is one."""
    return [row[0] for row in view.rows(QUERIES["assigned_in"], {"collection": collection, "assignee": assignee})]


def put(transaction: Transaction, home: str, assignee: str | None) -> None:
    """Write down who is to see to it from now on; None for nobody."""
    transaction.run(QUERIES["drop_charge"], {"home": home})
    if assignee is not None:
        transaction.run(QUERIES["insert_charge"], {"home": home, "assignee": assignee})
