"""`jobyard datasets`: folders of files that the house knows one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from jobyard.cli import showing
from jobyard.cli.codes import Code, Trouble
from jobyard.cli.jobs import staying
from jobyard.cli.reach import Where, house
from jobyard.job.ids import is_id

if TYPE_CHECKING:
    from jobyard.client import Jobyard
    from jobyard.client.shapes import Dataset

_HERE = Where()
app = App(name="datasets", help="Make, see and synchronize datasets.", help_format="plaintext")


@app.command
def create(name: str, source: str, /, *, project: str | None = None, where: Where = _HERE) -> int:
    """Make a dataset over a folder. Nothing is read yet; `jobyard datasets sync` does.

    Parameters
    ----------
    name
        What people call it.
    source
        A folder on the server's machine, inside one of its allowed source roots.
    project
        Id or name of a project to share it with.
    """
    with house(where, indoors=True) as client:
        made = client.datasets.create(name, source, project)
    if where.json:
        showing.print_json(made)
    else:
        showing.print_fields([("number", str(made.number)), ("id", made.id), ("name", made.name)])
    return Code.OK


@app.command(name="list")
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
            str(one.samples),
            showing.size(one.size),
            one.owner,
            showing.when(one.synced_at) or "never",
            one.source,
        )
        for one in found
    ]
    showing.print_table(("NUMBER ", "NAME", "SAMPLES ", "SIZE ", "OWNER", "SYNCED", "SOURCE"), rows)
    return Code.OK


@app.command
def show(dataset: str, /, *, where: Where = _HERE) -> int:
    """Show a dataset.

    Parameters
    ----------
    dataset
        Its name, number or id.
    """
    with house(where, indoors=True) as client:
        found = _found(client, dataset)
    if where.json:
        showing.print_json(found)
        return Code.OK
    showing.print_fields(
        [
            ("number", str(found.number)),
            ("id", found.id),
            ("name", found.name),
            ("source", found.source),
            ("owner", found.owner),
            ("project", found.project.name if found.project else ""),
            ("samples", str(found.samples)),
            ("size", showing.size(found.size)),
            ("created", showing.when(found.created_at)),
            ("synced", showing.when(found.synced_at) or "never"),
            ("last job", found.last_job or ""),
        ]
    )
    return Code.OK


@app.command
def sync(
    dataset: str,
    /,
    *,
    parameter: Annotated[list[str] | None, Parameter(name=["--parameter", "-p"], negative=())] = None,
    wait: Annotated[bool, Parameter(negative=())] = False,
    where: Where = _HERE,
) -> int:
    """Submit the job that compares a dataset with its folder: what is new, changed and gone.

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
        job = client.datasets.sync(_found(client, dataset).id, options=options)
        if not wait:
            return printed(job, json=where.json)
        return staying.conclude(staying.waited(client, [job.id], None), json=where.json)


@app.command
def samples(dataset: str, /, *, limit: int = 100, where: Where = _HERE) -> int:
    """List a dataset's files, in the order of their paths. With --json each file is a line.

    Parameters
    ----------
    dataset
        Its name, number or id.
    limit
        The most files to list; 0 for all.
    """
    rows = list[tuple[str, str, str]]()
    with house(where, indoors=True) as client:
        found = _found(client, dataset)
        for at, sample in enumerate(client.datasets.samples(found.id)):
            if limit and at >= limit:
                break
            if where.json:
                showing.print_json(sample)
            else:
                rows.append((sample.path, showing.size(sample.size), showing.when(sample.modified_at)))
    if not where.json:
        showing.print_table(("PATH", "SIZE ", "MODIFIED"), rows)
        if limit and found.samples > limit:
            showing.say(f"{limit} of {found.samples} files; --limit 0 lists all.")
    return Code.OK


def _found(client: Jobyard, reference: str) -> Dataset:
    if is_id(reference):
        return client.datasets.get(reference)
    number = reference.removeprefix("#")
    for one in client.datasets.all():
        if one.name == reference or (number.isdecimal() and str(one.number) == number):
            return one
    raise Trouble(f"there is no dataset {reference}.", Code.REFUSED)
