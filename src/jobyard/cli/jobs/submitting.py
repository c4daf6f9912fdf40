"""`jobyard jobs submit`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from cyclopts import Parameter

from jobyard.cli.codes import Code, Trouble
from jobyard.cli.jobs import staying
from jobyard.cli.jobs.naming import job_ids
from jobyard.cli.reach import Where, house
from jobyard.cli.showing import print_json, say

if TYPE_CHECKING:
    from jobyard.client import Jobyard
    from jobyard.client.shapes import Job

_HERE = Where()


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Waits:
    """What a new job waits for."""

    at: Annotated[datetime | None, Parameter(name=["--at", "--due-at"])] = None
    """Not to be run before this time."""
    after: Annotated[list[str] | None, Parameter(negative=())] = None
    """Number or id of a job that has to end first; may be said several times."""
    on_failure: Literal["cancel", "run", "wait"] | None = None
    """What becomes of it when one of these does not end well; it is cancelled where nothing is said."""
    unique: str | None = None
    """A key that at most one queued or running job of the project, or of yours, may have."""


_AT_ONCE = Waits()


def submit(
    kind: str,
    /,
    *,
    parameters: str | None = None,
    parameter: Annotated[list[str] | None, Parameter(name=["--parameter", "-p"], negative=())] = None,
    name: str | None = None,
    queue: str | None = None,
    priority: int | None = None,
    project: str | None = None,
    label: Annotated[list[str] | None, Parameter(negative=())] = None,
    key: str | None = None,
    tries: int | None = None,
    time_limit: float | None = None,
    waits: Waits = _AT_ONCE,
    draft: Annotated[bool, Parameter(negative=())] = False,
    wait: Annotated[bool, Parameter(negative=())] = False,
    follow: Annotated[bool, Parameter(name=["--follow", "-f"], negative=())] = False,
    where: Where = _HERE,
) -> int:
    """Submit a job and print it.

    With --wait or --follow the command ends with the job: 0 when it succeeded, 1 when it failed or was cancelled.

    Parameters
    ----------
    kind
        What kind of work; `jobyard kinds` lists them.
    parameters
        The parameters as a JSON object, or @FILE to read it from a file (@- from standard input).
    parameter
        One parameter as NAME=VALUE; the value is read as JSON where it is JSON and the parameter is not a text.
    name
        What people call it.
    queue
        The queue; the kind's own when it is left out.
    priority
        Higher goes first, -1000 to 1000.
    project
        Id or name of a project to share it with.
    label
        NAME=VALUE, or a bare NAME; may be said several times.
    key
        Idempotency key: one key makes one job, however often it is asked for.
    tries
        Tries before it counts as failed.
    time_limit
        Seconds one try may run.
    draft
        Only write it down; `jobyard jobs release` puts it in line.
    wait
        Stay until it has ended, showing how far it is.
    follow
        Stay until it has ended, printing its log.
    """
    wishes: dict[str, Any] = {
        "name": name,
        "queue": queue,
        "priority": priority,
        "project": project,
        "labels": labels_in(label or []),
        "tries": tries,
        "time_limit": time_limit,
        "due_at": None if waits.at is None else waits.at.astimezone(),
        "on_failure": waits.on_failure,
        "unique": waits.unique,
        "draft": draft or None,
    }
    with house(where, patience=staying.STEADFAST if wait or follow else 10.0) as client:
        given = parameters_in(parameters) | named(client, kind, parameter or [])
        wishes["after"] = job_ids(client, waits.after or []) or None
        said = {word: value for word, value in wishes.items() if value is not None}
        job = client.submit(kind, given, key=key, **said)
        return stayed(client, job, json=where.json, wait=wait, follow=follow)


def stayed(client: Jobyard, job: Job, *, json: bool, wait: bool, follow: bool) -> int:
    """Print a submitted job, or stay with it until it has ended; return the exit code."""
    if not (wait or follow):
        return printed(job, json=json)
    say(f"job {job.number} ({job.id})")
    ended = [staying.follow(client, job, json=json)] if follow else staying.waited(client, [job.id], None)
    return staying.conclude(ended, json=json)


def printed(job: Job, *, json: bool) -> int:
    """Print a submitted job; return the exit code."""
    if json:
        print_json(job)
    else:
        print(f"job {job.number} {job.state} {job.id}")
    return Code.OK


def parameters_in(text: str | None) -> dict[str, Any]:
    """Return parameters that were said as one JSON object, or as @FILE. Raises Trouble for what is neither."""
    if text is None:
        return {}
    try:
        found = msgspec.json.decode(_content(text))
    except msgspec.DecodeError as error:
        raise Trouble(f"--parameters is not JSON: {error}.", Code.USAGE) from None
    if not isinstance(found, dict):
        raise Trouble("--parameters must be a JSON object.", Code.USAGE)
    return found


def _content(text: str) -> bytes:
    if not text.startswith("@"):
        return text.encode("utf-8", "surrogateescape")
    place = Path("/dev/stdin" if text == "@-" else text[1:])
    try:
        return place.read_bytes()
    except OSError as error:
        raise Trouble(f"{place} cannot be read: {error.strerror}.", Code.USAGE) from None


def named(client: Jobyard, kind: str, pairs: list[str]) -> dict[str, Any]:
    """Return parameters that were said one by one as NAME=VALUE. Raises Trouble for what is not."""
    found = dict[str, Any]()
    texts: set[str] | None = None
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not name or not equals:
            raise Trouble(f"{pair!r} is not NAME=VALUE.", Code.USAGE)
        value = _value(text)
        if not isinstance(value, str):
            texts = _texts(client, kind) if texts is None else texts
            value = text if name in texts else value
        found[name] = value
    return found


def _value(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _texts(client: Jobyard, kind: str) -> set[str]:
    """Return which of a kind's parameters are texts, so that `-p tag=12` stays a text where one is wanted."""
    found = next((one for one in client.kinds() if one.name == kind), None)
    if found is None:
        return set()
    root = found.parameters
    if "$ref" in root:
        root = root.get("$defs", {}).get(str(root["$ref"]).rpartition("/")[2], {})
    properties: dict[str, Any] = root.get("properties", {})
    return {name for name, shape in properties.items() if _types(shape) <= {"string", "null"}}


def _types(shape: dict[str, Any]) -> set[str]:
    branches = shape.get("anyOf") or [shape]
    return {str(branch.get("type", "any")) for branch in branches}


def labels_in(words: list[str]) -> dict[str, str] | None:
    """Return labels said as NAME=VALUE or NAME; None where none were. Raises Trouble for one without a name."""
    if not words:
        return None
    pairs = [word.partition("=") for word in words]
    if not all(name for name, _, _ in pairs):
        raise Trouble("a label needs a name.", Code.USAGE)
    return {name: value for name, _, value in pairs}
