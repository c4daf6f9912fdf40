"""The verbs people ask of jobs. Each asks access, lets a pure move decide, and applies it in one transaction."""

from __future__ import annotations

from typing import Any, NamedTuple

from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.engine.capability import Capability
from jobyard.engine.ledger import Ledger, allowed
from jobyard.engine.lifetimes import Lifetimes
from jobyard.engine.limits import Limits
from jobyard.engine.needs import Needs
from jobyard.engine.submission import Edits, Submission, again
from jobyard.job import moves
from jobyard.job.errors import Invalid, JobNotFound, KeyReused, NotFound, Refused, WrongState
from jobyard.job.record import Job, Resource
from jobyard.job.states import REMOVABLE, State
from jobyard.kinds.kind import Kind
from jobyard.kinds.registry import Registry
from jobyard.people.record import Actor, Role
from jobyard.store.blobs import Blobs
from jobyard.store.contract import Reused, Transaction, View


class Wanted(NamedTuple):
    """A submission with its kind and typed parameters; both None for an external job that only its client knows."""

    submission: Submission
    kind: type[Kind] | None
    parameters: Any


class Jobs:
    """Submit, release, withdraw, edit, cancel, retry, run again, keep, mark, delete."""

    def __init__(
        self,
        ledger: Ledger,
        registry: Registry,
        capabilities: dict[str, Capability],
        lifetimes: Lifetimes,
        needs: Needs,
        limits: Limits,
        blobs: Blobs,
    ) -> None:
        self._ledger = ledger
        self._registry = registry
        self._capabilities = capabilities
        self._lifetimes = lifetimes
        self._needs = needs
        self._limits = limits
        self._blobs = blobs

    async def submit(self, actor: Actor, submission: Submission, key: str | None = None) -> tuple[Job, bool]:
        """Take a job in, durable when this returns; the flag tells whether it is new.

        With the same idempotency key and the same request, the first job is returned and nothing is made.
        Raises UnknownKind, WrongParameters, KeyReused, UniqueTaken, NeededFailed, LimitReached, Refused, NotFound, or
        what the kind's capability refuses.
        """
        wanted = self.checked(submission)
        digest = submission.digest() if key is not None else ""

        def work(transaction: Transaction) -> tuple[Job, bool]:
            known = _replayed(transaction, actor, key, digest)
            if known is not None:
                return known, False
            made = self.put(transaction, actor, wanted)
            if key is not None:
                reused = Reused(job=made.id, digest=digest)
                transaction.remember(actor.name, key, reused, made.created_at)
            return made, True

        job, fresh = await self._ledger.write(work)
        if fresh:
            self.ring(job)
        return job, fresh

    def checked(self, submission: Submission) -> Wanted:
        """Return the submission with its kind and typed parameters. Raises UnknownKind, WrongParameters or Invalid."""
        submission.checked()
        kind = self._kind(submission)
        parameters = self._registry.parameters(submission.kind, submission.parameters) if kind else None
        return Wanted(submission, kind, parameters)

    def put(self, transaction: Transaction, actor: Actor, wanted: Wanted, told_by: str | None = None) -> Job:
        """Take a job in within a transaction of the caller, who rings for it afterwards (see `ring`).

        It belongs to the actor; `told_by` is who its history names as the one who submitted it, where that is another.
        Raises like `submit`.
        """
        job = self.admitted(transaction, actor, wanted)
        waits = self._needs.count(transaction, actor, job.after, job.on_failure)
        job = replace(job, waits=waits, turn=self._turn(transaction, job))
        if job.state is State.QUEUED:
            self._limits.require(transaction, job)
        return transaction.insert(moves.submit(job, self._ledger.now(), told_by or actor.name))

    def admitted(self, view: View, actor: Actor, wanted: Wanted) -> Job:
        """Return the job that a submission would make now. Raises like `submit` where the actor may not submit it."""
        submission = wanted.submission
        project = project_for(view, actor, submission.project)
        if submission.parent is not None:
            allowed(view, actor, Verb.SEE, submission.parent)
        resource = self._admit(view, actor, wanted.kind, wanted.parameters)
        job = submission.job(actor.name, wanted.kind, project, resource)
        rules.require(actor, Verb.SUBMIT, job)
        return job

    def ring(self, *jobs: Job) -> None:
        """Wake workers for those of the jobs that stand in line now; called once their transaction is over."""
        self._needs.ring(jobs)

    async def release(self, actor: Actor, id_: str, due_at: int | None = None) -> Job:
        """Put a draft in line, for the time that it was given by an edit unless another is said.

        Raises LimitReached where there is no room, and like `submit` where the actor may not submit it any more.
        """

        def work(transaction: Transaction) -> Job:
            job = allowed(transaction, actor, Verb.RELEASE, id_)
            if job.state is State.DRAFT:
                self._still(transaction, actor, job)
                self._limits.require(transaction, job)
            turn = transaction.turn(job.queue, job.priority, job.owner)
            due = job.due_at if due_at is None else due_at
            return transaction.apply(moves.release(job, self._ledger.now(), actor.name, due, turn))

        return self._rung(await self._ledger.write(work))

    async def withdraw(self, actor: Actor, id_: str) -> Job:
        """Take a queued job out of the line."""
        return await self._ledger.change(
            actor, Verb.WITHDRAW, id_, lambda job, now: moves.withdraw(job, now, actor.name)
        )

    async def cancel(self, actor: Actor, id_: str) -> Job:
        """End a job: at once when it waits; as a wish to its holder, within seconds, when it runs."""
        moved = await self._ledger.write(lambda transaction: self.cancelled(transaction, actor, id_))
        self.ring(*moved)
        return moved[0]

    def cancelled(self, transaction: Transaction, actor: Actor, id_: str) -> list[Job]:
        """Cancel a job within a transaction of the caller, who rings for what is returned: it and what it let go."""
        job, now = allowed(transaction, actor, Verb.CANCEL, id_), self._ledger.now()
        waiting = job.state is not State.RUNNING
        until = self._lifetimes.results_until(transaction, job, now) if waiting else None
        cancelled = transaction.apply(moves.cancel(job, now, actor.name, until))
        return [cancelled, *self._needs.ended(transaction, [cancelled])]

    async def retry(self, actor: Actor, id_: str) -> Job:
        """Run a final job once more under a new attempt; the old attempts stay in its history.

        Raises like `submit` where the actor may not submit such a job any more.
        """
        return self._rung(await self._ledger.write(lambda transaction: self.retried(transaction, actor, id_)))

    def retried(self, transaction: Transaction, actor: Actor, id_: str) -> Job:
        """Put a final job in line again within a transaction of the caller, who rings for it afterwards."""
        job = allowed(transaction, actor, Verb.RETRY, id_)
        if job.external:
            raise WrongState(state=f"{job.state} and run by its own client", verb="retry")
        self._still(transaction, actor, job)
        turn, waits = transaction.turn(job.queue, job.priority, job.owner), self._needs.left(transaction, job)
        change = moves.retry(job, self._ledger.now(), actor.name, turn=turn, waits=waits)
        self._limits.require(transaction, job)
        return transaction.apply(change)

    async def edit(self, actor: Actor, id_: str, edits: Edits) -> Job:
        """Give a waiting job another name, queue, priority, time or labels. Raises WrongState once it runs."""
        return self._rung(await self._ledger.write(lambda transaction: self.edited(transaction, actor, id_, edits)))

    def edited(self, transaction: Transaction, actor: Actor, id_: str, edits: Edits) -> Job:
        """Edit a job within a transaction of the caller, who rings for it afterwards."""
        job = allowed(transaction, actor, Verb.EDIT, id_)
        changes = edits.changes()
        moved = replace(
            job, **{name: changes.get(name, getattr(job, name)) for name in ("queue", "priority", "due_at")}
        )
        places = [(one.queue, one.priority, one.due_at) for one in (job, moved)]
        if job.state is State.QUEUED and places[0] != places[1]:
            changes["turn"] = self._turn(transaction, moved)
        change = moves.edit(job, self._ledger.now(), actor.name, changes)
        if moved.queue != job.queue and job.state is State.QUEUED:
            self._limits.require_queue(transaction, moved)
        return transaction.apply(change)

    async def again(
        self,
        actor: Actor,
        id_: str,
        edits: Edits,
        parameters: dict[str, Any] | None = None,
        key: str | None = None,
    ) -> Job:
        """Submit a job like an old one, with changes; the old one stays as it is. Raises like `submit`."""
        old = await self._ledger.read(lambda view: allowed(view, actor, Verb.SEE, id_))
        if old.external:
            raise WrongState(state=f"{old.state} and run by its own client", verb="run again")
        job, _ = await self.submit(actor, again(old, edits, parameters), key)
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
        for blob in await self._ledger.write(lambda transaction: self.deleted(transaction, actor, id_)):
            self._blobs.remove(blob)

    def deleted(self, transaction: Transaction, actor: Actor, id_: str) -> list[str]:
        """Remove a job within a transaction of the caller, who drops the returned blobs afterwards."""
        job = allowed(transaction, actor, Verb.DELETE, id_)
        if job.state not in REMOVABLE:
            raise WrongState(state=job.state.value, verb="delete")
        self._needs.gone(transaction, job)
        transaction.note(moves.delete(job, self._ledger.now(), actor.name))
        return transaction.remove(job.id)

    def _turn(self, transaction: Transaction, job: Job) -> int:
        if job.state is not State.QUEUED or job.external:
            return 0
        return transaction.turn(job.queue, job.priority, job.owner)

    def _rung(self, job: Job) -> Job:
        self.ring(job)
        return job

    def _kind(self, submission: Submission) -> type[Kind] | None:
        if submission.external and submission.kind not in self._registry.names():
            return None
        return self._registry.kind(submission.kind)

    def _still(self, view: View, actor: Actor, job: Job) -> None:
        """Raise what refuses a submission where the actor may not submit such a job any more."""
        if not job.external:
            kind = self._registry.kind(job.kind)
            self._admit(view, actor, kind, self._registry.parameters(job.kind, job.parameters))

    def _admit(self, view: View, actor: Actor, kind: type[Kind] | None, parameters: Any) -> Resource | None:
        if kind is None:
            return None
        if not rules.at_least(actor.role, kind.least_role):
            raise Refused(verb=f"submit {kind.name}")
        for capability in self._capabilities.values():
            if kind.name in capability.kinds:
                return capability.admit(view, actor, kind.name, parameters)
        return kind.resource(parameters)


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


def project_for(view: View, actor: Actor, wanted: str | None, verb: str = "submit to this project") -> str | None:
    """Return the id of the project with an id or name, where the actor may put things. Raises NotFound or Refused."""
    if wanted is None:
        return None
    project = view.project(wanted)
    everyone = rules.at_least(actor.role, Role.OPERATOR)
    if project is None or not (everyone or project.id in actor.projects):
        raise NotFound(what="project", name=wanted)
    if not everyone and not rules.at_least(actor.projects[project.id], Role.MEMBER):
        raise Refused(verb=verb)
    return project.id
