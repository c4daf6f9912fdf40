"""What a room of floor 4 (datasets, commands, experiments, workflows) offers to the engine."""

from __future__ import annotations

from typing import Any, Protocol

from jobyard.job.record import Job, Resource
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View


class Capability(Protocol):
    """Server-side half of some job kinds. It knows nothing of HTTP and never runs work itself."""

    @property
    def name(self) -> str:
        """The room's name; calls of running work named `NAME.verb` come here."""

    @property
    def kinds(self) -> frozenset[str]:
        """The job kinds whose submission it wants to look at."""

    def admit(self, view: View, actor: Actor, kind: str, parameters: Any) -> Resource | None:
        """Look at a submission, inside its transaction. Return what the job works on, or None.

        `parameters` is an instance of the kind's Parameters. Raise a Fault to refuse; then nothing is changed.
        """

    def call(self, transaction: Transaction, job: Job, verb: str, payload: Any, now: int) -> Any:
        """Answer running work, inside one transaction in which the attempt was found to hold the job.

        Raise a Fault to refuse. Everything it writes is applied with the answer or not at all.
        """
