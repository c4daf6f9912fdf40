"""Jobs in the native protocol's words."""

from __future__ import annotations

from collections.abc import Mapping

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.engine.submission import Submission, unique_word
from jobyard.faces.native.wire import FailureOut, JobIn, JobOut, ProgressIn, ProgressOut, ResourceOut, WaitingOut
from jobyard.faces.native.words.asking import project_ref
from jobyard.faces.native.words.times import moment, some_micros, some_moment
from jobyard.job.record import Failure, Job, OnFailure, Progress, Resource
from jobyard.job.states import REMOVABLE, Arrow, State, after
from jobyard.job.waiting import Waiting
from jobyard.people.record import Actor, Role

_VERBS: tuple[tuple[str, Verb, Arrow], ...] = (
    ("release", Verb.RELEASE, Arrow.RELEASE),
    ("withdraw", Verb.WITHDRAW, Arrow.WITHDRAW),
    ("cancel", Verb.CANCEL, Arrow.CANCEL),
    ("retry", Verb.RETRY, Arrow.RETRY),
    ("edit", Verb.EDIT, Arrow.EDIT),
    ("keep", Verb.KEEP, Arrow.KEEP),
    ("start", Verb.RUN, Arrow.START),
    ("beat", Verb.RUN, Arrow.BEAT),
    ("report", Verb.RUN, Arrow.REPORT),
    ("finish", Verb.RUN, Arrow.FINISH),
    ("fail", Verb.RUN, Arrow.FAIL),
    ("stop", Verb.RUN, Arrow.STOP),
)


def may(actor: Actor, job: Job) -> list[str]:
    """Return the verbs this actor may ask of the job in its present state, as the routes call them."""
    words = [
        word
        for word, verb, arrow in _VERBS
        if after(job.state, arrow) is not None and _fits(job, word, verb) and rules.may(actor, verb, job)
    ]
    if not job.external and _may_submit_like(actor, job):
        words.append("again")
    if job.state in REMOVABLE and rules.may(actor, Verb.DELETE, job):
        words.append("delete")
    return words


def job_out(job: Job, actor: Actor, names: Mapping[str, str], waiting: Waiting | None = None) -> JobOut:
    """Return a job as the actor may see it; `names` are the names of projects by id.

    `waiting` says why it waits, for who reads it: the answers of verbs and the feed go without.
    """
    return JobOut(
        id=job.id,
        number=job.number,
        kind=job.kind,
        name=job.name,
        state=job.state.value,
        revision=job.revision,
        owner=job.owner,
        project=project_ref(job.project, names),
        queue=job.queue,
        priority=job.priority,
        labels=job.labels,
        parent=job.parent,
        after=list(job.after),
        on_failure=job.on_failure.value,
        waits=job.waits,
        unique=None if job.unique is None else unique_word(job.unique),
        schedule=job.schedule,
        origin=job.origin,
        face=job.face,
        external=job.external,
        resource=resource_out(job.resource),
        parameters=job.parameters,
        attempt=job.attempt,
        tries=job.tries,
        failures=job.failures,
        time_limit=job.time_limit,
        memory_limit=job.memory_limit,
        created_at=moment(job.created_at),
        queued_at=some_moment(job.queued_at),
        due_at=some_moment(job.due_at),
        started_at=some_moment(job.started_at),
        begun_at=some_moment(job.begun_at),
        finished_at=some_moment(job.finished_at),
        worker=job.worker,
        cancelling=job.cancelling,
        cancel_asked_at=some_moment(job.cancel_asked_at),
        cancel_asked_by=job.cancel_asked_by,
        progress=progress_out(job.progress),
        result=job.result,
        failure=failure_out(job.failure),
        results_until=some_moment(job.results_until),
        results_expired=job.results_expired,
        kept=job.kept,
        may=may(actor, job),
        waiting=waiting_out(waiting),
    )


def waiting_out(waiting: Waiting | None) -> WaitingOut | None:
    """Return why a job waits."""
    if waiting is None:
        return None
    return WaitingOut(
        cause=waiting.cause.value,
        sentence=waiting.sentence,
        ahead=waiting.ahead,
        more=waiting.more,
        until=some_moment(waiting.until),
        starts_at=some_moment(waiting.starts_at),
        needs=list(waiting.needs),
    )


def resource_out(resource: Resource | None) -> ResourceOut | None:
    """Return what a job works on."""
    return None if resource is None else ResourceOut(type=resource.type, id=resource.id, name=resource.name)


def progress_out(progress: Progress | None) -> ProgressOut | None:
    """Return how far a job is."""
    if progress is None:
        return None
    return ProgressOut(
        done=progress.done,
        total=progress.total,
        share=progress.share,
        text=progress.text,
        at=moment(progress.at),
    )


def failure_out(failure: Failure | None) -> FailureOut | None:
    """Return why a job or an attempt failed."""
    if failure is None:
        return None
    return FailureOut(reason=failure.reason.value, message=failure.message, detail=failure.detail, code=failure.code)


def submission(wish: JobIn) -> Submission:
    """Return a wish for a job as the engine takes it. Raises Invalid for a time out of range."""
    return Submission(
        kind=wish.kind,
        parameters=wish.parameters,
        name=wish.name,
        queue=wish.queue,
        priority=wish.priority,
        project=wish.project,
        labels=wish.labels,
        parent=wish.parent,
        after=tuple(wish.after),
        on_failure=OnFailure(wish.on_failure),
        unique=wish.unique,
        draft=wish.draft,
        external=wish.external,
        due_at=some_micros(wish.due_at, "due_at"),
        tries=wish.tries,
        time_limit=wish.time_limit,
        memory_limit=wish.memory_limit,
    )


def progress_in(told: ProgressIn) -> Progress | None:
    """Return what an external job tells of its progress; None where it only sends lines."""
    if not told.done and told.total is None and not told.text:
        return None
    return Progress(done=told.done, total=told.total, text=told.text)


def _may_submit_like(actor: Actor, job: Job) -> bool:
    if not rules.may(actor, Verb.SUBMIT, job):
        return False
    if job.project is None or rules.at_least(actor.role, Role.OPERATOR):
        return True
    # Its owner may have another place in its project by now.
    return rules.at_least(actor.projects.get(job.project, Role.VIEWER), Role.MEMBER)


def _fits(job: Job, word: str, verb: Verb) -> bool:
    if verb is Verb.RUN:
        return job.external and (word != "stop" or job.cancelling)
    if word == "retry":
        return not job.external
    return not (word == "cancel" and job.state is State.RUNNING and job.cancelling)
