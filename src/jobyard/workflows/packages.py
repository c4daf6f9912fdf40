"""Packages that the house keeps, and the server-side half of `workflow.run`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jobyard.job.errors import NotFound
from jobyard.job.record import Job, Resource
from jobyard.people.record import Actor
from jobyard.store.blobs import Blobs
from jobyard.store.contract import Transaction, View
from jobyard.workflows.parameters import WorkflowParameters


class Packages:
    """Keeps what is handed in, each file under a name of its own that says nothing, until it is removed."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def keep(self, pieces: Iterable[bytes]) -> str:
        """Take a file in and return its name; it is durable then. Raises StoreFull, and keeps nothing."""
        writer = self._blobs.writer()
        try:
            for piece in pieces:
                writer.write(piece)
            return writer.commit().blob
        finally:
            writer.abort()

    def path(self, name: str) -> str:
        """Return where a file lies. Raises NotFound."""
        with self._blobs.open(name):
            return str(self._blobs.path(name).resolve())

    def remove(self, name: str) -> int:
        """Remove a file if it is there; return the bytes freed."""
        return self._blobs.remove(name)


class Workflows:
    """The capability `workflows`: lets runs of kept packages in, and tells running work where they lie."""

    name = "workflows"
    kinds = frozenset({"workflow.run"})

    def __init__(self, packages: Packages) -> None:
        self._packages = packages

    def admit(self, view: View, actor: Actor, kind: str, parameters: Any) -> Resource | None:
        """Let a run in when everything that it names is kept here. Raises NotFound."""
        self._paths(parameters)
        return Resource(type="workflow", id=parameters.package, name=parameters.file)

    def call(self, transaction: Transaction, job: Job, verb: str, payload: Any, now: int) -> Any:
        """Answer `find` with where the package and the files lie. Raises NotFound for another verb."""
        if verb != "find":
            raise NotFound(what="verb", name=f"workflows.{verb}")
        return self._paths(WorkflowParameters(**job.parameters))

    def _paths(self, parameters: WorkflowParameters) -> dict[str, Any]:
        return {
            "package": self._path(parameters.package),
            "files": {name: self._path(blob) for name, blob in parameters.files.items()},
        }

    def _path(self, blob: str) -> str:
        try:
            return self._packages.path(blob)
        except NotFound:
            raise NotFound(what="package", name=blob) from None
