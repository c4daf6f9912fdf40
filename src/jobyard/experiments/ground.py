"""What the verbs stand on: the engine's jobs, the tables beside them, and how a task is found and held."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.engine.engine import Engine
from jobyard.engine.ledger import allowed
from jobyard.experiments import rows
from jobyard.experiments.record import KIND, Experiment, Folder, Task
from jobyard.experiments.refusals import FolderNotFound, WrongText, WrongValue
from jobyard.job.clock import SECOND
from jobyard.job.errors import JobNotFound, Refused
from jobyard.job.filters import Scope
from jobyard.job.ids import is_id
from jobyard.job.record import Job
from jobyard.people.record import Actor, KeyScope, Role
from jobyard.store.contract import Transaction, View
from jobyard.store.text import storable

T = TypeVar("T")

CLAIMED = 60 * SECOND
"""How long a task that was given to an agent waits to be begun before it is in line again."""
AGENT_SILENCE = 600 * SECOND
"""How long a task that an agent runs may stay silent."""
OBEYED = 3_600 * SECOND
"""How long a program may go on after a wish for its end, however much it reports."""
NAME_LIMIT = 1_000
TAGS_LIMIT = 1_000
TEXT_LIMIT = 1024 * 1024
"""The most characters of a comment, a reason or a message."""
PARTS_LIMIT = 32 * 1024 * 1024
"""The most bytes of all larger parts of a task together."""
GONE = "__DELETED__"
"""How a reference to something deleted begins."""


class Ground:
    """Holds what every verb needs."""

    def __init__(self, engine: Engine, silence: float) -> None:
        """Take the engine, and the seconds that a task may stay silent while its own client runs it."""
        self.engine = engine
        self.ledger = engine.ledger
        self.reported = engine.reported
        self.silence = int(silence * SECOND)
        engine.vigil.allow(KIND, self._allowed)

    def now(self) -> int:
        """Return the house's time."""
        return self.ledger.now()

    async def read(self, work: Callable[[View], T]) -> T:
        """Run `work` on one consistent moment."""
        return await self.ledger.read(work)

    async def search(self, work: Callable[[View], T]) -> T:
        """Run `work` like `read`, beside the event loop."""
        return await self.ledger.search(work)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in a transaction; return when it is durable."""
        return await self.ledger.write(work)

    async def moved(self, work: Callable[[Transaction, list[Job]], T]) -> T:
        """Run `work` in a transaction, and wake afterwards whoever waits for the jobs that it notes."""
        told = list[Job]()

        def noted(transaction: Transaction) -> T:
            told.clear()
            return work(transaction, told)

        result = await self.ledger.write(noted)
        self.reported.ring(*told)
        return result

    def news(self, tasks: Iterable[str]) -> None:
        """Let whoever looks at these tasks know that there is more of them, which is no event."""
        self.engine.desk.ticks.note(tasks)

    def lease(self, job: Job) -> int:
        """Return how long whoever runs a task may stay silent; not at all where it does not end as was wished."""
        if job.cancelling and self.now() - (job.cancel_asked_at or 0) > OBEYED:
            return 0
        return self.silence if job.external else min(AGENT_SILENCE, self.silence)

    def _allowed(self, job: Job) -> int:
        """Return how long the program of a running task may stay silent; what was only lent, as long as it was lent."""
        whole = self.lease(job)
        return whole if job.begun_at is not None else min(whole, (job.lease_until or 0) - (job.started_at or 0))


def seen(view: View, actor: Actor, id_: str) -> Experiment:
    """Return a task that the actor may see. Raises JobNotFound."""
    job, task = view.job(id_), rows.task(view, id_)
    if job is None or task is None or not (rules.may(actor, Verb.SEE, job) or shown_to(view, actor, id_)):
        raise JobNotFound(id=id_)
    return Experiment(job, task)


def shown_to(view: View, actor: Actor, id_: str) -> bool:
    """Tell whether a task or a model is public, to somebody who is in the house."""
    return actor.scope is not KeyScope.DESK and rows.is_public(view, id_)


def there(view: View, actor: Actor, id_: str) -> bool:
    """Tell whether there is a task that the actor may see."""
    job = view.job(id_)
    return job is not None and job.kind == KIND and rules.may(actor, Verb.SEE, job)


def held(transaction: Transaction, actor: Actor, verb: Verb, id_: str) -> Experiment:
    """Return a task that the actor may do this to, and keep others from changing it. Raises JobNotFound or Refused."""
    if shown_to(transaction, actor, id_):
        raise Refused(verb=f"{verb.value} what is public")
    job = allowed(transaction, actor, verb, id_)
    task = rows.lock(transaction, id_)
    if task is None:
        raise JobNotFound(id=id_)
    return Experiment(job, task)


def may_work(actor: Actor) -> None:
    """Raise Refused where the actor may change nothing."""
    if not rules.acts(actor):
        raise Refused(verb="change anything with these rights")


def folder_seen(view: View, actor: Actor, id_: str) -> Folder:
    """Return a folder that the actor may see. Raises FolderNotFound."""
    found = rows.folder(view, id_)
    if found is None or not rules.may(actor, Verb.SEE, found):
        raise FolderNotFound(name=id_)
    return found


def folder_for(view: View, actor: Actor, id_: str) -> Folder | None:
    """Return the folder in which the actor wants to put something; None for none. Raises WrongValue or Refused."""
    if not id_:
        return None
    found = rows.folder(view, id_)
    if found is None or not rules.may(actor, Verb.SEE, found):
        raise WrongValue(reason="expecting Project id", id=id_, field="project")
    if found.project is None or rules.at_least(actor.role, Role.OPERATOR):
        return found
    if not rules.at_least(actor.projects.get(found.project, Role.VIEWER), Role.MEMBER):
        raise Refused(verb="put anything into this project")
    return found


def parent_for(view: View, actor: Actor, id_: str) -> str:
    """Return the id of a task below which another one shall hang. Raises WrongValue."""
    if not id_ or id_.startswith(GONE):
        return id_
    job = view.job(id_)
    if job is None or not rules.may(actor, Verb.SEE, job):
        raise WrongValue(reason="expecting Task id", id=id_, field="parent")
    return id_


def scope_of(actor: Actor, *, everything: bool = True) -> Scope:
    """Return whose things the actor sees; not `everything` leaves out what is private to others."""
    scope = rules.scope(actor)
    if everything or not scope.everything:
        return scope
    return Scope(owner=actor.name, projects=frozenset(actor.projects))


def named(name: str, least: int = 3) -> str:
    """Return a name without the space around it. Raises WrongText."""
    stripped = name.strip()
    if len(stripped) < least:
        raise WrongText(reason="name=String value is too short")
    if len(stripped) > NAME_LIMIT or not storable(stripped):
        raise WrongText(reason=f"name=String value is longer than {NAME_LIMIT} characters or cannot be stored")
    return stripped


def tagged(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Return tags in order. Raises WrongValue for one that reads like an operator, WrongText for too many."""
    if any(tag.startswith("__$") for tag in tags):
        raise WrongValue(reason="unsupported tag prefix", field="tags", value="__$")
    if len(tags) > TAGS_LIMIT:
        raise WrongText(reason=f"tags=More than {TAGS_LIMIT} tags")
    return tuple(sorted(tags))


def said(what: str, text: str) -> str:
    """Return a text that somebody says of a task. Raises WrongText for one that is too long."""
    if len(text) > TEXT_LIMIT:
        raise WrongText(reason=f"{what}=String value is longer than {TEXT_LIMIT} characters")
    return text


def packed(sections: object) -> str:
    """Return the larger parts of a task as they are kept. Raises WrongText when they are too large."""
    text = rows.encoded(sections)
    if len(text) > PARTS_LIMIT:
        raise WrongText(reason=f"task=More than {PARTS_LIMIT} bytes of parameters, script and configuration")
    return text


def touched(task: Task, now: int, actor: Actor, **head: object) -> Task:
    """Return a task that somebody changes now."""
    changed = msgspec.structs.replace(task.head, touched_at=now, touched_by=actor.name, **head)
    return msgspec.structs.replace(task, head=changed)


def plausible(id_: str) -> bool:
    """Tell whether a text has the shape of an id."""
    return is_id(id_)
