"""The library as it is stored. Everything is asked inside somebody else's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from jobyard.job.filters import Scope
from jobyard.store.contract import Row, Transaction, View
from jobyard.store.queries import Queries
from jobyard.store.text import possible
from jobyard.workflows.library.record import About, Entry, Shown, Version, VersionAbout, Wanted, Workflow
from jobyard.workflows.report import Report

QUERIES = Queries("jobyard.workflows")
_OF_WORKFLOW = 10
"""The columns of a workflow; in a list a version's stand behind them."""


def one(view: View, id_: str) -> Workflow | None:
    """Return a workflow by its id."""
    return _first(view, "workflow", {"id": id_})


def lock(transaction: Transaction, id_: str) -> Workflow | None:
    """Return a workflow by its id and keep others from changing it until the transaction ends."""
    return _first(transaction, "lock_workflow", {"id": id_})


def seen(view: View, scope: Scope, wanted: Wanted, lent: frozenset[str] = frozenset()) -> list[Entry]:
    """Return the workflows inside a scope, open to all, or lent that fit, first one first."""
    parameters = {
        "everything": int(scope.everything),
        "scope_owner": scope.owner or "",
        "projects": _listed(sorted(scope.projects)),
        "lent": _listed(sorted(lent)),
        "folded": wanted.name.casefold(),
        "owner": wanted.owner,
        "since": wanted.since,
        "until": wanted.until,
        "limit": wanted.limit,
        "skip": wanted.skip,
    }
    rows = view.rows(QUERIES["workflows_seen"], parameters) if possible(parameters) else []
    return [Entry(workflow=_workflow(row[:_OF_WORKFLOW]), version=_version(row[_OF_WORKFLOW:])) for row in rows]


def shown(view: View, workflow: Workflow) -> Shown:
    """Return a workflow with its versions."""
    rows = view.rows(QUERIES["versions"], {"workflow": workflow.id})
    return Shown(workflow=workflow, versions=tuple(_version(row) for row in rows))


def version(view: View, package: str) -> Version | None:
    """Return the version that a package is."""
    parameters = {"package": package}
    rows = view.rows(QUERIES["version_packed"], parameters) if possible(parameters) else []
    return next((_version(row) for row in rows), None)


def report(view: View, package: str) -> Report:
    """Return what was found of a version when it was handed in."""
    rows = view.rows(QUERIES["version_report"], {"package": package})
    return msgspec.json.decode(rows[0][0], type=Report)


def insert(transaction: Transaction, made: Workflow) -> int:
    """Write a workflow and return its number."""
    rows = transaction.rows(QUERIES["insert_workflow"], {**_said(made), "now": made.created_at})
    return int(rows[0][0])


def update(transaction: Transaction, changed: Workflow) -> None:
    """Write what is said about a workflow."""
    transaction.run(QUERIES["update_workflow"], {**_said(changed), "now": changed.updated_at})


def delete(transaction: Transaction, id_: str) -> None:
    """Forget a workflow with its versions."""
    transaction.run(QUERIES["delete_versions"], {"workflow": id_})
    transaction.run(QUERIES["delete_workflow"], {"id": id_})


def add_version(transaction: Transaction, made: Version, found: Report) -> None:
    """Write a version with what was found of it."""
    parameters = {
        "package": made.package,
        "workflow": made.workflow,
        "number": made.number,
        "file": made.file,
        "size": made.size,
        "sha256": made.sha256,
        "owner": made.owner,
        "created_at": made.created_at,
        "about": _written(made.about),
        "report": _written(found),
    }
    transaction.run(QUERIES["insert_version"], parameters)


def add_file(transaction: Transaction, blob: str, name: str, size: int, owner: str, now: int) -> None:
    """Write a file that was handed in for runs."""
    parameters = {"blob": blob, "name": name, "size": size, "owner": owner, "created_at": now}
    transaction.run(QUERIES["insert_file"], parameters)


def file_owner(view: View, blob: str) -> str | None:
    """Return whose a file is that was handed in for runs."""
    parameters = {"blob": blob}
    rows = view.rows(QUERIES["file_owner"], parameters) if possible(parameters) else []
    return next((str(row[0]) for row in rows), None)


def use_file(transaction: Transaction, blob: str, now: int) -> None:
    """Write that a run begins with a file."""
    transaction.run(QUERIES["use_file"], {"blob": blob, "now": now})


def drop_file(transaction: Transaction, blob: str) -> None:
    """Forget a file that was handed in for runs."""
    transaction.run(QUERIES["drop_file"], {"blob": blob})


def files_of(view: View, owner: str) -> tuple[int, int]:
    """Return how many files somebody handed in for runs, and how many bytes they have."""
    count, size = view.rows(QUERIES["files_of"], {"owner": owner})[0]
    return int(count), int(size)


def unused_files(view: View, before: int) -> list[str]:
    """Return files with which no run began since a time, the oldest first."""
    return [str(row[0]) for row in view.rows(QUERIES["unused_files"], {"before": before})]


def kept(view: View, blobs: Sequence[str]) -> set[str]:
    """Return those of the blobs that somebody knows."""
    return {row[0] for row in view.rows(QUERIES["kept_blobs"], {"blobs": _listed(blobs)})}


def _first(view: View, name: str, parameters: dict[str, Any]) -> Workflow | None:
    rows = view.rows(QUERIES[name], parameters) if possible(parameters) else []
    return next((_workflow(row) for row in rows), None)


def _said(workflow: Workflow) -> dict[str, Any]:
    return {
        "id": workflow.id,
        "name": workflow.name,
        "folded": workflow.name.casefold(),
        "owner": workflow.owner,
        "project": workflow.project,
        "public": int(workflow.public),
        "published": workflow.published,
        "about": _written(workflow.about),
    }


def _workflow(row: Row) -> Workflow:
    number, id_, name, owner, project, public, created_at, updated_at, published, about = row
    return Workflow(
        id=id_,
        number=number,
        name=name,
        owner=owner,
        project=project,
        public=bool(public),
        created_at=created_at,
        updated_at=updated_at,
        published=published,
        about=msgspec.json.decode(about, type=About),
    )


def _version(row: Row) -> Version:
    package, workflow, number, file, size, sha256, owner, created_at, about = row
    return Version(
        package=package,
        workflow=workflow,
        number=number,
        file=file,
        size=size,
        sha256=sha256,
        owner=owner,
        created_at=created_at,
        about=msgspec.json.decode(about, type=VersionAbout),
    )


def _written(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _listed(names: Sequence[str]) -> str:
    return _written(list(names))
