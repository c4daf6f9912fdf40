"""Who may run workflows in Python: the server-side half of `workflow.python`."""

from __future__ import annotations

from typing import Any, Protocol

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.engine.capability import Capability
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

        Raises Refused when the job's owner has lost the right since, NotFound for another verb or when they may not
        use the credential any more.
        """
        if verb != "find":
            raise NotFound(what="verb", name=f"scripts.{verb}")
        user = transaction.user(job.owner)
        if user is None or user.disabled:
            raise Refused(verb=House.RUN_PYTHON.value)
        owner = Actor(name=user.name, role=user.role, rights=user.rights)
        rules.require_house(owner, House.RUN_PYTHON)
        found = self._workflows.call(transaction, job, verb, payload, now)
        credential = str(job.parameters.get("credential", ""))
        return {**found, "credential": self._box.opened(transaction, owner, credential)} if credential else found
