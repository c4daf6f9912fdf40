"""Who may run workflows in Python: the server-side half of `workflow.python`."""

from __future__ import annotations

from typing import Any

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.engine.capability import Capability
from jobyard.job.errors import NotFound, Refused
from jobyard.job.record import Job, Resource
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View


class Scripts:
    """The capability `scripts`: asks for the right, when a run is submitted and again when it begins.

    Where packages lie, and who may use which, it leaves to the capability of workflows.
    """

    name = "scripts"
    kinds = frozenset({"workflow.python"})

    def __init__(self, workflows: Capability) -> None:
        self._workflows = workflows

    def admit(self, view: View, actor: Actor, kind: str, parameters: Any) -> Resource | None:
        """Let a run in where the actor was granted the right. Raises Refused, or what refuses a workflow's run."""
        rules.require_house(actor, House.RUN_PYTHON)
        return self._workflows.admit(view, actor, kind, parameters)

    def call(self, transaction: Transaction, job: Job, verb: str, payload: Any, now: int) -> Any:
        """Answer `find` with where the package and the files lie.

        Raises Refused when the job's owner has lost the right since, NotFound for another verb.
        """
        if verb != "find":
            raise NotFound(what="verb", name=f"scripts.{verb}")
        user = transaction.user(job.owner)
        if user is None or user.disabled:
            raise Refused(verb=House.RUN_PYTHON.value)
        rules.require_house(Actor(name=user.name, role=user.role, rights=user.rights), House.RUN_PYTHON)
        return self._workflows.call(transaction, job, verb, payload, now)
