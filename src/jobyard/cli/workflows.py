"""`jobyard workflows`: hand workflows in, see what runs of them, run them, and read what their runs told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from jobyard.cli import showing
from jobyard.cli.codes import Code, Trouble
from jobyard.cli.jobs import staying
from jobyard.cli.jobs.naming import job_id
from jobyard.cli.jobs.submitting import stayed
from jobyard.cli.reach import Where, house
from jobyard.job.ids import is_id

if TYPE_CHECKING:
    from jobyard.client import Jobyard
    from jobyard.client.shapes.workflows import Workflow, WorkflowRun, WorkflowWhole

app = App(name="workflows", help="Hand in workflows, and run them.", help_format="plaintext")
_HERE = Where()
Said = Annotated[list[str] | None, Parameter(negative=())]


@app.command
def add(
    file: Path,
    /,
    *,
    name: str = "",
    project: str | None = None,
    comment: str = "",
    version_of: str | None = None,
    where: Where = _HERE,
) -> int:
    """Hand in a package or a document, and print what runs here of it.

    Parameters
    ----------
    file
        A .yxzp, .yxmd or .yxwz, or a zip with a workflow in Python.
    name
        What people call it; the file's own name where nothing is said.
    project
        Id or name of a project to share it with.
    comment
        What is new in it.
    version_of
        The workflow of which it is another version: its name, number or id.
    """
    with house(where, indoors=True) as client:
        if version_of is None:
            made = client.workflows.add(file, name, project, comment=comment)
        else:
            made = client.workflows.add_version(workflow_named(client, version_of).id, file, comment=comment)
    return _shown(made, json=where.json)


@app.command(name="list")
def listed(*, where: Where = _HERE) -> int:
    """List the workflows, first one first."""
    with house(where, indoors=True) as client:
        found = list(client.workflows.all())
    if where.json:
        showing.print_json(found)
        return Code.OK
    rows = [(str(one.number), one.name, one.owner, one.published.drawn, _version(one), one.id) for one in found]
    showing.print_table(("NUMBER ", "NAME", "OWNER", "DRAWN AS", "VERSION ", "ID"), rows)
    return Code.OK


@app.command
def show(workflow: str, /, *, where: Where = _HERE) -> int:
    """Show a workflow: what it asks, reads and writes, and which of its tools do not run here.

    Parameters
    ----------
    workflow
        Its name, number or id.
    """
    with house(where, indoors=True) as client:
        found = client.workflows.get(workflow_named(client, workflow).id)
    return _shown(found, json=where.json)


@app.command
def run(
    workflow: str,
    /,
    *,
    answer: Said = None,
    file: Said = None,
    name: str = "",
    queue: str | None = None,
    priority: int = 0,
    wait: Annotated[bool, Parameter(negative=())] = False,
    follow: Annotated[bool, Parameter(name=["--follow", "-f"], negative=())] = False,
    where: Where = _HERE,
) -> int:
    """Run a workflow's published version and print the job.

    With --wait or --follow the command ends with the job: 0 when it succeeded, 1 when it failed or was cancelled.

    Parameters
    ----------
    workflow
        Its name, number or id.
    answer
        NAME=VALUE, an answer to one of its questions; may be said several times.
    file
        A file that it reads and does not bring along, or NAME=FILE where it knows it by another name.
    name
        What people call the run.
    queue
        The queue; the workflow's own when it is left out.
    priority
        Higher goes first, -1000 to 1000.
    wait
        Stay until it has ended, showing how far it is.
    follow
        Stay until it has ended, printing its log.
    """
    answers = dict(_parted(one) for one in answer or [])
    files = dict(_located(one) for one in file or [])
    with house(where, patience=staying.STEADFAST if wait or follow else 10.0, indoors=True) as client:
        found = workflow_named(client, workflow)
        handed = {called: client.workflows.add_file(path, called).file for called, path in files.items()}
        job = client.workflows.run(found.id, answers, files=handed, name=name, queue=queue, priority=priority)
        return stayed(client, job, json=where.json, wait=wait, follow=follow)


@app.command
def told(job: str, /, *, where: Where = _HERE) -> int:
    """Print what a run told, tool by tool, with its records and files.

    Parameters
    ----------
    job
        The run's number or id.
    """
    with house(where, indoors=True) as client:
        found = client.workflows.told(job_id(client, job))
    if where.json:
        showing.print_json(found)
    else:
        _print_run(found)
    return Code.OK


@app.command
def delete(workflow: str, /, *, force: Annotated[bool, Parameter(negative=())] = False, where: Where = _HERE) -> int:
    """Forget a workflow and its versions; its jobs stay.

    Parameters
    ----------
    workflow
        Its name, number or id.
    force
        Also while it runs, waits or is scheduled; its schedules go with it.
    """
    with house(where, indoors=True) as client:
        client.workflows.delete(workflow_named(client, workflow).id, force=force)
    return Code.OK


def workflow_named(client: Jobyard, reference: str) -> Workflow:
    """Return the workflow of an id, a number or a name. Raises Trouble, also where several are called so."""
    if is_id(reference):
        return client.workflows.get(reference)
    number = reference.removeprefix("#")
    every = list(client.workflows.all())
    found = [one for one in every if number.isdecimal() and str(one.number) == number]
    found = found or [one for one in every if one.name == reference]
    if len(found) > 1:
        numbers = ", ".join(str(one.number) for one in found[:10])
        raise Trouble(f"several workflows are called {reference}; say a number: {numbers}.", Code.USAGE)
    if not found:
        raise Trouble(f"there is no workflow {reference}.", Code.REFUSED)
    return found[0]


def _parted(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise Trouble(f"{text!r} should look like NAME=VALUE.", Code.USAGE)
    return name, value


def _located(text: str) -> tuple[str, Path]:
    if Path(text).exists() or "=" not in text:
        return Path(text).name, Path(text)
    name, path = _parted(text)
    return name, Path(path)


def _version(one: Workflow) -> str:
    return str(one.published.number)


def _shown(found: WorkflowWhole, *, json: bool) -> int:
    if json:
        showing.print_json(found)
        return Code.OK
    look = found.look
    fields = [
        ("number", str(found.number)),
        ("id", found.id),
        ("name", found.name),
        ("owner", found.owner),
        ("drawn as", look.drawn),
        ("version", f"{_version(found)} of {len(found.versions)}"),
        ("runs here", "yes" if look.runs else "no"),
        ("problem", look.problem),
        ("reads", ", ".join(look.inputs)),
        ("writes", ", ".join(look.outputs)),
        *(("asks", f"{one.name}={one.default} ({one.description})") for one in look.questions),
    ]
    showing.print_fields(fields)
    undone = [(str(one.tool), one.title, "; ".join(one.reasons)) for one in look.tools if not one.runs]
    if undone:
        showing.print_table(("TOOL ", "WHAT", "WHY IT DOES NOT RUN"), undone)
    return Code.OK


def _print_run(found: WorkflowRun) -> None:
    rows = [(one.severity, "" if one.tool is None else str(one.tool), one.title, one.text) for one in found.messages]
    showing.print_table(("SORT", "TOOL ", "WHAT", "WHAT IT TOLD"), rows)
    counted = [
        (str(tool.tool), tool.title, port.port, f"{port.records:,}") for tool in found.records for port in tool.ports
    ]
    if counted:
        showing.print_table(("TOOL ", "WHAT", "PORT", "RECORDS "), counted)
    written = [(one.name, one.form, "" if one.records is None else f"{one.records:,}") for one in found.files]
    if written:
        showing.print_table(("FILE", "FORM", "RECORDS "), written)
