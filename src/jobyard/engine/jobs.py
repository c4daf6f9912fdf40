"""The verbs people ask of jobs. Each asks access, lets a pure move decide, and applies it in one transaction."""

from __future__ import annotations

from typing import Any

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.engine.bell import Bell
from jobyard.engine.capability import Capability
from jobyard.engine.ledger import Ledger, allowed
from jobyard.engine.settling import Settling
from jobyard.engine.submission import Submission
from jobyard.job import moves
from jobyard.job.errors import Invalid, JobNotFound, KeyReused, NotFound, Refused, WrongState
from jobyard.job.record import Job, Resource
from jobyard.job.states import REMOVABLE, State
from jobyard.kinds.kind import Kind
from jobyard.kinds.registry import Registry
from jobyard.people.record import Actor, Role
from jobyard.store.blobs import Blobs
from jobyard.store.contract import Reused, Transaction, View


class Jobs:
    """Submit, release, withdraw, cancel, retry, keep, mark, delete."""

    def __init__(
        self,
        ledger: Ledger,
        bell: Bell,
        registry: Registry,
        capabilities: dict[str, Capability],
        settling: Settling,
        blobs: Blobs,
    ) -> None:
        self._ledger = ledger
        self._bell = bell
        self._registry = registry
        self._capabilities = capabilities
        self._settling = settling
        self._blobs = blobs

    async def submit(self, actor: Actor, submission: Submission, key: str | None = None) -> tuple[Job, bool]:
        """Take a job in, durable when this returns; the flag tells whether it is new.

        With the same idempotency key and the same request, the first job is returned and nothing is made.
        Raises UnknownKind, WrongParameters, KeyReused, Refused, NotFound, or what the kind's capability refuses.
        """
        submission.checked()
        kind = self._kind(submission)
        parameters = self._registry.parameters(submission.kind, submission.parameters) if kind else None

        digest = submission.digest() if key is not None else ""

        def work(transaction: Transaction) -> tuple[Job, bool]:
            known = _replayed(transaction, actor, key, digest)
            if known is not None:
                return known, False
            project = _project(transaction, actor, submission.project)
            if submission.parent is not None:
                allowed(transaction, actor, Verb.SEE, submission.parent)
            resource = self._admit(transaction, actor, kind, parameters)
            job = submission.job(actor.name, kind, project, resource)
            rules.require(actor, Verb.SUBMIT, job)
            made = transaction.insert(moves.submit(job, self._ledger.now(), actor.name))
            if key is not None:
                reused = Reused(job=made.id, digest=digest)
                transaction.remember(actor.name, key, reused, made.created_at)
            return made, True

        job, fresh = await self._ledger.write(work)
        if fresh:
            self._ring(job)
        return job, fresh

    async def release(self, actor: Actor, id_: str, due_at: int | None = None) -> Job:
        """Put a draft in line."""
        job = await self._ledger.change(
            actor, Verb.RELEASE, id_, lambda job, now: moves.release(job, now, actor.name, due_at)
        )
        self._ring(job)
        return job

    async def withdraw(self, actor: Actor, id_: str) -> Job:
        """Take a queued job out of the line."""
        return await self._ledger.change(
            actor, Verb.WITHDRAW, id_, lambda job, now: moves.withdraw(job, now, actor.name)
        )

    async def cancel(self, actor: Actor, id_: str) -> Job:
        """End a job: at once when it waits; as a wish to its holder, within seconds, when it runs."""

        def work(transaction: Transaction) -> Job:
            job, now = allowed(transaction, actor, Verb.CANCEL, id_), self._ledger.now()
            waiting = job.state is not State.RUNNING
            until = self._settling.results_until(transaction, job, now) if waiting else None
            return transaction.apply(moves.cancel(job, now, actor.name, until))

        return await self._ledger.write(work)

    async def retry(self, actor: Actor, id_: str) -> Job:
        """Run a final job once more under a new attempt; the old attempts stay in its history."""
        job = await self._ledger.change(actor, Verb.RETRY, id_, self._retried(actor))
        self._ring(job)
        return job

    async def keep(self, actor: Actor, id_: str, until: int | None, *, always: bool = False) -> Job:
        """Let results live until another time; `always` also spares the record from pruning.

        Raises Invalid for a time that is over. A job without result files has no time to set.
        """
        if until is not None and until <= self._ledger.now():
            raise Invalid(reason="results cannot be kept until a time that is over; delete the job to remove them")

        def work(transaction: Transaction) -> Job:
            job = allowed(transaction, actor, Verb.KEEP, id_)
            lives = until if transaction.files(id_) else None
            return transaction.apply(moves.keep(job, self._ledger.now(), actor.name, lives, always=always))

        return await self._ledger.write(work)

    async def mark(self, actor: Actor, id_: str, marks: dict[str, Any]) -> Job:
        """Write a face's marks."""
        return await self._ledger.change(
            actor, Verb.MARK, id_, lambda job, now: moves.mark(job, now, actor.name, marks)
        )

    async def delete(self, actor: Actor, id_: str) -> None:
        """Remove a draft or final job with its log and results. Raises WrongState while it is live."""

        def work(transaction: Transaction) -> list[str]:
            job = allowed(transaction, actor, Verb.DELETE, id_)
            if job.state not in REMOVABLE:
                raise WrongState(state=job.state.value, verb="delete")
            transaction.note(moves.delete(job, self._ledger.now(), actor.name))
            return transaction.remove(job.id)

        for blob in await self._ledger.write(work):
            self._blobs.remove(blob)

    def _retried(self, actor: Actor) -> Any:
        def move(job: Job, now: int) -> Any:
            if job.external:
                raise WrongState(state=f"{job.state} and run by its own client", verb="retry")
            return moves.retry(job, now, actor.name)

        return move

    def _kind(self, submission: Submission) -> type[Kind] | None:
        if submission.external and submission.kind not in self._registry.names():
            return None
        return self._registry.kind(submission.kind)

    def _admit(self, view: View, actor: Actor, kind: type[Kind] | None, parameters: Any) -> Resource | None:
        if kind is None:
            return None
        if not rules.at_least(actor.role, kind.least_role):
            raise Refused(verb=f"submit {kind.name}")
        for capability in self._capabilities.values():
            if kind.name in capability.kinds:
                return capability.admit(view, actor, kind.name, parameters)
        return kind.resource(parameters)

    def _ring(self, job: Job) -> None:
        if job.state is State.QUEUED and not job.external:
            self._bell.ring(job.queue)


def _replayed(view: View, actor: Actor, key: str | None, digest: str) -> Job | None:
    reused = view.reused(actor.name, key) if key is not None else None
    if reused is None:
        return None
    if reused.digest != digest:
        raise KeyReused(key=key, job=reused.job, id=reused.job)
    job = view.job(reused.job)
    if job is None:
        raise JobNotFound(id=reused.job)
    return job


def _project(view: View, actor: Actor, wanted: str | None) -> str | None:
    if wanted is None:
        return None
    project = view.project(wanted)
    everyone = rules.at_least(actor.role, Role.OPERATOR)
    if project is None or not (everyone or project.id in actor.projects):
        raise NotFound(what="project", name=wanted)
    if not everyone and not rules.at_least(actor.projects[project.id], Role.MEMBER):
        raise Refused(verb="submit to this project")
    return project.id
