"""`jobyard datasets list` and `show`."""

from __future__ import annotations

from jobyard.cli import showing
from jobyard.cli.codes import Code
from jobyard.cli.datasets.naming import dataset_named
from jobyard.cli.reach import Where, house

_HERE = Where()


def listed(*, where: Where = _HERE) -> int:
    """List the datasets, newest first."""
    with house(where, indoors=True) as client:
        found = list(client.datasets.all())
    if where.json:
        showing.print_json(found)
        return Code.OK
    rows = [
        (
            str(one.number),
            one.name,
            one.purpose,
            str(one.samples),
            str(one.annotated),
            showing.size(one.size),
            one.owner,
            showing.when(one.synced_at) or "never",
            one.source,
        )
        for one in found
    ]
    columns = ("NUMBER ", "NAME", "PURPOSE", "SAMPLES ", "LABELLED ", "SIZE ", "OWNER", "SYNCED", "SOURCE")
    showing.print_table(columns, rows)
    return Code.OK


def show(dataset: str, /, *, where: Where = _HERE) -> int:
    """Show a dataset.

    Parameters
    ----------
    dataset
        Its name, number or id.
    """
    with house(where, indoors=True) as client:
        found = dataset_named(client, dataset)
    if where.json:
        showing.print_json(found)
        return Code.OK
    showing.print_fields(
        [
            ("number", str(found.number)),
            ("id", found.id),
            ("name", found.name),
            ("source", found.source),
            ("purpose", found.purpose),
            ("description", found.description),
            ("work path", found.work_path),
            ("owner", found.owner),
            ("project", found.project.name if found.project else ""),
            ("samples", str(found.samples)),
            ("labelled", str(found.annotated)),
            ("size", showing.size(found.size)),
            ("created", showing.when(found.created_at)),
            ("changed", showing.when(found.updated_at)),
            ("synced", showing.when(found.synced_at) or "never"),
            ("last job", found.last_job or ""),
        ]
    )
    return Code.OK
