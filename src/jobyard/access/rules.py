"""The rules of the house: may(actor, verb, job). Deny by default; what is not visible does not exist for the asker."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from msgspec.structs import replace

from jobyard.job.errors import JobNotFound, Refused
from jobyard.job.filters import Scope
from jobyard.job.record import Job
from jobyard.people.record import Actor, KeyScope, Right, Role


class Verb(StrEnum):
    """What may be asked of a job."""

    SEE = "see"
    SUBMIT = "submit"
    RELEASE = "release"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    RETRY = "retry"
    EDIT = "edit"
    KEEP = "keep"
    DELETE = "delete"
    RUN = "run"
    """Report the running of an external job: start, beat, report, finish, fail."""
    MARK = "mark"


class House(StrEnum):
    """What may be asked of the house itself."""

    SEE_QUEUES = "see the queues and workers"
    SEE_METRICS = "see the metrics"
    RUN_QUEUES = "run the queues"
    WORK = "work at the desk"
    MAKE_PROJECTS = "make projects and datasets"
    TELL = "have a webhook"
    RUN_PYTHON = "run workflows in Python"
    MANAGE_USERS = "manage users"
    KEEP_HOUSE = "keep the house"


_GRANTED: dict[House, Right] = {House.RUN_PYTHON: Right.PYTHON}
"""What somebody needs beside their role."""

_RANK = {Role.VIEWER: 0, Role.MEMBER: 1, Role.OPERATOR: 2, Role.ADMINISTRATOR: 3}

_LEAST: dict[House, Role] = {
    House.SEE_QUEUES: Role.VIEWER,
    House.SEE_METRICS: Role.OPERATOR,
    House.RUN_QUEUES: Role.OPERATOR,
    House.WORK: Role.ADMINISTRATOR,
    House.MAKE_PROJECTS: Role.MEMBER,
    House.TELL: Role.MEMBER,
    House.RUN_PYTHON: Role.MEMBER,
    House.MANAGE_USERS: Role.ADMINISTRATOR,
    House.KEEP_HOUSE: Role.ADMINISTRATOR,
}


class Owned(Protocol):
    """What belongs to somebody: a job, a dataset."""

    @property
    def owner(self) -> str:
        """The name of the user it belongs to."""

    @property
    def project(self) -> str | None:
        """The id of the project that shares it; None for a private one."""


def at_least(role: Role, least: Role) -> bool:
    """Tell whether `role` is `least` or above it."""
    return _RANK[role] >= _RANK[least]


def scope(actor: Actor) -> Scope:
    """Return whose jobs the actor may see."""
    if actor.scope is KeyScope.DESK:
        return Scope()
    if at_least(actor.role, Role.OPERATOR):
        return Scope(everything=True)
    return Scope(owner=actor.name, projects=frozenset(actor.projects))


def acts(actor: Actor) -> bool:
    """Tell whether there is anything that the actor may change: no viewer does, and nobody with a narrow key."""
    return actor.scope is KeyScope.FULL and at_least(actor.role, Role.MEMBER)


def may(actor: Actor, verb: Verb, thing: Owned) -> bool:
    """Tell whether the actor may do this to the job, or to another thing that is owned and shared like one.

    Operators and administrators: everything. The owner: everything, unless a viewer. A project's members: what their
    role in the project allows, and never more than their role in the house. A read-only key: seeing. A desk key:
    nothing.
    """
    if not scope(actor).covers(thing.owner, thing.project):
        return False
    if verb is Verb.SEE:
        return True
    if not acts(actor):
        return False
    if at_least(actor.role, Role.OPERATOR) or thing.owner == actor.name:
        return True
    inside = actor.projects.get(thing.project or "", Role.VIEWER)
    needed = Role.OPERATOR if verb in (Verb.DELETE, Verb.RUN, Verb.MARK) else Role.MEMBER
    return at_least(inside, needed)


def may_part(actor: Actor, verb: Verb, thing: Owned, assignee: str | None) -> bool:
    """Tell whether the actor may do this to a part of the thing that `assignee` is to work on.

    Who may do it to all of the thing may. The assignee sees the part, and works on it if they may work at all; but what
    a project shares is its members' alone, so that who leaves the project leaves the work in it too.
    """
    if may(actor, verb, thing):
        return True
    if assignee != actor.name or thing.project is not None or actor.scope is KeyScope.DESK:
        return False
    return verb is Verb.SEE or (verb in (Verb.EDIT, Verb.SUBMIT) and acts(actor))


def curates(actor: Actor) -> bool:
    """Tell whether the actor looks after what people share: operators and administrators do."""
    return acts(actor) and at_least(actor.role, Role.OPERATOR)


def lent(actor: Actor) -> Actor:
    """Return the actor as they stand to one thing that somebody shares with them, and to nothing else.

    They see it whoever owns it, and act on it where they may act at all; what they do stays under their own name.
    """
    scope = KeyScope.FULL if acts(actor) else KeyScope.READ
    return replace(actor, role=Role.OPERATOR, scope=KeyScope.DESK if actor.scope is KeyScope.DESK else scope)


def require(actor: Actor, verb: Verb, job: Job) -> None:
    """Raise JobNotFound where the actor may not even see the job, Refused where they may see it and no more."""
    if not may(actor, Verb.SEE, job):
        raise JobNotFound(id=job.id)
    if not may(actor, verb, job):
        raise Refused(verb=verb.value)


def may_house(actor: Actor, verb: House) -> bool:
    """Tell whether the actor may do this in the house."""
    if actor.scope is KeyScope.DESK:
        return verb is House.WORK
    if verb is House.WORK:
        return actor.scope is KeyScope.FULL and at_least(actor.role, _LEAST[verb])
    if actor.scope is KeyScope.READ and verb not in {House.SEE_QUEUES, House.SEE_METRICS}:
        return False
    granted = verb not in _GRANTED or _GRANTED[verb] in actor.rights
    return granted and at_least(actor.role, _LEAST[verb])


def require_house(actor: Actor, verb: House) -> None:
    """Raise Refused where the actor may not do this in the house."""
    if not may_house(actor, verb):
        raise Refused(verb=verb.value)
