"""`jobyard datasets sync` and `syncs`."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import Parameter

from jobyard.cli import showing
from jobyard.cli.codes import Code
from jobyard.cli.datasets.naming import dataset_named
from jobyard.cli.jobs import staying
from jobyard.cli.reach import Where, house

_HERE = Where()


def sync(
    dataset: str,
    /,
    *,
    parameter: Annotated[list[str] | None, Parameter(name=["--parameter", "-p"], negative=())] = None,
    wait: Annotated[bool, Parameter(negative=())] = False,
    where: Where = _HERE,
) -> int:
    """Submit the job that compares a dataset with its source: what is new, changed and gone.

    Parameters
    ----------
    dataset
        Its name, number or id.
    parameter
        A further parameter of the job as NAME=VALUE, such as allow_empty=true.
    wait
        Stay until it has ended; 1 when it did not succeed.
    """
    from jobyard.cli.jobs.submitting import named, printed

    with house(where, patience=staying.STEADFAST if wait else 10.0) as client:
        options: dict[str, Any] = named(client, "dataset.sync", parameter or [])
        job = client.datasets.sync(dataset_named(client, dataset).id, options=options)
        if not wait:
            return printed(job, json=where.json)
        return staying.conclude(staying.waited(client, [job.id], None), json=where.json)


def syncs(dataset: str, /, *, where: Where = _HERE) -> int:
    """Show what the last synchronizations of a dataset found, the newest first.

    Parameters
    ----------
    dataset
        Its name, number or id.
    """
    with house(where, indoors=True) as client:
        found = client.datasets.syncs(dataset_named(client, dataset).id)
    if where.json:
        showing.print_json(found)
        return Code.OK
    rows = [
        (
            showing.when(one.started_at),
            showing.when(one.finished_at) or "not finished",
            *map(str, (one.listed, one.added, one.changed, one.deleted, one.skipped, one.labels_read)),
            one.job,
        )
        for one in found
    ]
    columns = ("STARTED", "FINISHED", "LISTED ", "ADDED ", "CHANGED ", "DELETED ", "SKIPPED ", "LABELS READ ", "JOB")
    showing.print_table(columns, rows)
    return Code.OK
