"""`jobyard collections`: datasets that share their labels."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from jobyard.cli import showing
from jobyard.cli.codes import Code
from jobyard.cli.datasets.naming import collection_named
from jobyard.cli.reach import Where, house

app = App(name="collections", help="Gather datasets that share their labels.", help_format="plaintext")
_HERE = Where()


@app.command
def create(
    name: str,
    /,
    *,
    project: str | None = None,
    description: str = "",
    label: Annotated[list[str] | None, Parameter(negative=())] = None,
    where: Where = _HERE,
) -> int:
    """Make a collection.

    Parameters
    ----------
    name
        What people call it.
    project
        Id or name of a project to share it with.
    description
        What it holds.
    label
        A label that all of its samples may carry; may be said several times.
    """
    from jobyard.client.shapes import Label

    labels = [Label(name=one) for one in label or []]
    with house(where, indoors=True) as client:
        made = client.collections.create(name, project, description=description, labels=labels)
    if where.json:
        showing.print_json(made)
    else:
        showing.print_fields([("number", str(made.number)), ("id", made.id), ("name", made.name)])
    return Code.OK


@app.command(name="list")
def listed(*, where: Where = _HERE) -> int:
    """List the collections, newest first."""
    with house(where, indoors=True) as client:
        found = list(client.collections.all())
    if where.json:
        showing.print_json(found)
        return Code.OK
    rows = [(str(one.number), one.name, one.owner, showing.when(one.updated_at), one.id) for one in found]
    showing.print_table(("NUMBER ", "NAME", "OWNER", "CHANGED", "ID"), rows)
    return Code.OK


@app.command
def delete(collection: str, /, *, where: Where = _HERE) -> int:
    """Forget a collection with all its datasets; files in folders and buckets stay.

    Parameters
    ----------
    collection
        Its name, number or id.
    """
    with house(where, indoors=True) as client:
        client.collections.delete(collection_named(client, collection).id)
    return Code.OK
