"""The server-side half of `workflow.run`: lets runs of kept packages in, and tells running work where they lie."""

from __future__ import annotations

from typing import Any

import msgspec

from jobyard.access import rules
from jobyard.engine.standing import present
from jobyard.job.errors import Invalid, NotFound, Refused
from jobyard.job.record import Job, Resource
from jobyard.people.record import Actor, Role
from jobyard.store.contract import Transaction, View
from jobyard.workflows.library import rows, standing
from jobyard.workflows.library.record import Version, Workflow
from jobyard.workflows.packages import Packages
from jobyard.workflows.parameters import WorkflowParameters


class Workflows:
    """The capability `workflows`."""

    name = "workflows"
    kinds = frozenset({"workflow.run"})

    def __init__(self, packages: Packages, lending: standing.Lending | None = None) -> None:
        self._packages = packages
        self._lending = lending or standing.NothingLent()

    def admit(self, view: View, actor: Actor, kind: str, parameters: Any) -> Resource | None:
        """Let a run in when its submitter may run the workflow and owns the files that go with it.

        Raises NotFound, Refused, or Invalid where no workflow is named.
        """
        if parameters.credential and kind in self.kinds:
            raise Invalid(reason="A workflow that was drawn reads files alone, so it is given no credential.")
        workflow, _ = _meant(view, parameters)
        lent = self._lending.lends(view, actor, workflow.id)
        if not lent and not standing.sees(actor, workflow):
            raise _missing(parameters)
        if not standing.runs(actor, workflow) and not (lent and rules.acts(actor)):
            raise Refused(verb="run this workflow")
        everybody = rules.at_least(actor.role, Role.OPERATOR)
        for blob in parameters.files.values():
            owner = rows.file_owner(view, blob)
            if owner is None or not (everybody or owner == actor.name):
                raise NotFound(what="file", name=blob)
        return Resource(type="workflow", id=workflow.id, name=workflow.name)

    def call(self, transaction: Transaction, job: Job, verb: str, payload: Any, now: int) -> Any:
        """Answer `find` with the package, its file's name, who handed it in, and the files.

        Raises NotFound for another verb, and like `admit` where the job's owner may not run it any more.
        """
        if verb != "find":
            raise NotFound(what="verb", name=f"workflows.{verb}")
        parameters = msgspec.convert(job.parameters, WorkflowParameters)
        owner = present(transaction, job.owner)
        if owner is None:
            raise Refused(verb=f"run workflows, as {job.owner} would")
        self.admit(transaction, owner, job.kind, parameters)
        workflow, version = _meant(transaction, parameters)
        for blob in parameters.files.values():
            rows.use_file(transaction, blob, now)
        return {
            "workflow": workflow.id,
            "version": version.number,
            "file": version.file,
            "author": version.owner,
            "package": self._path(version.package),
            "files": {name: self._path(blob) for name, blob in parameters.files.items()},
        }

    def _path(self, blob: str) -> str:
        try:
            return self._packages.path(blob)
        except NotFound:
            raise NotFound(what="package", name=blob) from None


def _meant(view: View, parameters: WorkflowParameters) -> tuple[Workflow, Version]:
    """Return the workflow that is meant, with the version: the one named, else the published one."""
    if parameters.package:
        version = rows.version(view, parameters.package)
        workflow = rows.one(view, version.workflow) if version is not None else None
        if version is None or workflow is None or parameters.workflow not in {"", workflow.id}:
            raise _missing(parameters)
        return workflow, version
    if not parameters.workflow:
        raise Invalid(reason="Say which workflow shall run: its id, or the package of one of its versions.")
    workflow = rows.one(view, parameters.workflow)
    if workflow is None:
        raise _missing(parameters)
    return workflow, rows.shown(view, workflow).published


def _missing(parameters: WorkflowParameters) -> NotFound:
    if parameters.package:
        return NotFound(what="package", name=parameters.package)
    return NotFound(what="workflow", name=parameters.workflow)
