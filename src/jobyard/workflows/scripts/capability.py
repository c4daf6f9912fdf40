"""Who may run workflows in Python: the server-side half of `workflow.python`."""

from __future__ import annotations

from typing import Any, Protocol

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.engine.capability import Capability
from jobyard.engine.standing import present
from jobyard.job.errors import NotFound, Refused
from jobyard.job.record import Job, Resource
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View


class Box(Protocol):
    """Where credentials for runs are kept."""

    def require(self, view: View, actor: Actor, id_: str) -> None:
        """Raise NotFound where there is no such credential that somebody may give to a run."""

    def opened(self, view: View, actor: Actor, id_: str) -> dict[str, str]:
        """Return its name and its password as `username` and `password`. Raises NotFound as `require` does."""


class Scripts:
    """The capability `scripts`: asks for the right, when a run is submitted and again when it begins.

    Where packages lie, and who may use which, it leaves to the capability of workflows.
    """

    name = "scripts"
    kinds = frozenset({"workflow.python"})

    def __init__(self, workflows: Capability, box: Box) -> None:
        self._workflows = workflows
        self._box = box

    def admit(self, view: View, actor: Actor, kind: str, parameters: Any) -> Resource | None:
        """Let a run in where the actor was granted the right. Raises Refused, or what refuses a workflow's run."""
        rules.require_house(actor, House.RUN_PYTHON)
        if parameters.credential:
            self._box.require(view, actor, parameters.credential)
        return self._workflows.admit(view, actor, kind, parameters)

    def call(self, transaction: Transaction, job: Job, verb: str, payload: Any, now: int) -> Any:
        """Answer `find` with where the package and the files lie, and with the credential that the run is given.

        Raises Refused when the job's owner has lost the right since, or when the job names no version and whoever
        handed the newest in has it not; NotFound for another verb or when the owner may not use the credential.
        """
        if verb != "find":
            raise NotFound(what="verb", name=f"scripts.{verb}")
        owner = _allowed(transaction, job.owner, "run")
        found = self._workflows.call(transaction, job, verb, payload, now)
        if not job.parameters.get("package"):
            # Nobody chose this version: else a member of the project who was never granted the right would run their
            # own script by another's, as soon as they hand it in.
            _allowed(transaction, found["author"], "hand in")
        credential = str(job.parameters.get("credential", ""))
        return {**found, "credential": self._box.opened(transaction, owner, credential)} if credential else found


def _allowed(view: View, name: str, doing: str) -> Actor:
    """Return a user who has the right now. Raises Refused."""
    found = present(view, name)
    if found is None or not rules.may_house(found, House.RUN_PYTHON):
        raise Refused(verb=f"{doing} workflows in Python, as {name} would")
    return found
