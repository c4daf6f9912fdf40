"""How much one owner, one queue or one kind may hold: waiting, running, and in bytes of results.

A limit named `*` holds for each one that has no limit of its own. Over a limit a submission is refused with the time
after which to try again; nothing that was accepted is ever dropped. Running limits only keep jobs in line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec
from msgspec import Struct

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.engine import audit
from jobyard.engine.ledger import Ledger
from jobyard.job.clock import SECOND
from jobyard.job.errors import Invalid, LimitReached, NotFound
from jobyard.job.filters import EVERYTHING, Filter
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.people.record import Actor, Role
from jobyard.store.contract import Card, Running, Transaction, View

EACH = "*"
"""The name of the limit for each one that has none of its own."""
_DRAWER = "limit"
_KNOWN_FOR = SECOND
_RETRY_AFTER = 15
_COUNTED = 10_000


class Subject(StrEnum):
    """Whose limit it is."""

    OWNER = "owner"
    QUEUE = "queue"
    KIND = "kind"


class Limit(Struct, frozen=True, kw_only=True):
    """What is allowed; None for no limit."""

    subject: Subject
    name: str
    """The owner's, queue's or kind's name, or `*` for each that has no limit of its own."""
    queued: int | None = None
    """Jobs that may wait in line."""
    running: int | None = None
    """Jobs that our workers may run side by side."""
    stored: int | None = None
    """Bytes of result files; only for owners."""
    set_by: str = ""
    set_at: int = 0


class Used(Struct, frozen=True, kw_only=True):
    """How much of a limit is used."""

    used: int
    """Counted up to the limit at least, and never much further."""
    limit: int


class Use(Struct, frozen=True, kw_only=True):
    """What bounds one owner, queue or kind, and how much of it is used; None where nothing bounds it."""

    subject: Subject
    name: str
    queued: Used | None = None
    running: Used | None = None
    stored: Used | None = None


class Room:
    """What may still be claimed within the limits, counted down while jobs are chosen."""

    def __init__(self, limits: Allowed, running: Sequence[Running]) -> None:
        self._limits = limits
        self._counts: dict[Subject, Counter[str]] = {subject: Counter() for subject in Subject}
        for one in running:
            for subject, name in _names(one.owner, one.queue, one.kind):
                self._counts[subject][name] += one.count

    def running(self, subject: Subject, name: str) -> int:
        """Return how many jobs of one owner, queue or kind our workers run."""
        return self._counts[subject][name]

    @property
    def barred(self) -> list[str]:
        """Owners whose jobs have to wait for others of theirs to end."""
        # Whoever may run nothing at all is full without any job that runs.
        names = self._counts[Subject.OWNER].keys() | self._limits.named(Subject.OWNER)
        return sorted(name for name in names if self._full(Subject.OWNER, name))

    def open(self, subject: Subject, names: Iterable[str]) -> tuple[str, ...]:
        """Return those of the queues or kinds that have room."""
        return tuple(name for name in names if not self._full(subject, name))

    def full(self, job: Job) -> Subject | None:
        """Return which limit keeps a job from running now; None where none does."""
        named = _names(job.owner, job.queue, job.kind)
        return next((subject for subject, name in named if self._full(subject, name)), None)

    def take(self, jobs: Iterable[Job]) -> list[Job]:
        """Return those of the jobs that still fit, one after the other."""
        taken = []
        for job in jobs:
            if self.full(job) is None:
                taken.append(job)
                for subject, name in _names(job.owner, job.queue, job.kind):
                    self._counts[subject][name] += 1
        return taken

    def _full(self, subject: Subject, name: str) -> bool:
        limit = self._limits.of(subject, name)
        return limit is not None and limit.running is not None and self._counts[subject][name] >= limit.running


class Allowed:
    """All limits, as they were read last."""

    def __init__(self, limits: Iterable[Limit]) -> None:
        self._by_name = {(limit.subject, limit.name): limit for limit in limits}
        self.bounds_running = any(limit.running is not None for limit in self._by_name.values())

    def of(self, subject: Subject, name: str) -> Limit | None:
        """Return the limit that holds for one owner, queue or kind."""
        return self._by_name.get((subject, name)) or self._by_name.get((subject, EACH))

    def named(self, subject: Subject) -> set[str]:
        """Return which owners, queues or kinds have a limit of their own."""
        return {name for whose, name in self._by_name if whose is subject and name != EACH}


class Limits:
    """Reads, sets and asks the limits."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known = Allowed(())
        self._known_until = 0

    async def list(self, actor: Actor) -> list[Limit]:
        """Return the limits by subject and name; below operators those of other owners are left out."""
        rules.require_house(actor, House.SEE_QUEUES)
        limits = await self._ledger.read(_read)
        everybody = rules.at_least(actor.role, Role.OPERATOR)
        mine = {actor.name, EACH}
        return [one for one in limits if everybody or one.subject is not Subject.OWNER or one.name in mine]

    async def put(self, actor: Actor, limit: Limit) -> Limit:
        """Set a limit. Raises Invalid for one that allows nothing in particular or stores for no owner."""
        rules.require_house(actor, House.RUN_QUEUES)
        if limit.queued is None and limit.running is None and limit.stored is None:
            raise Invalid(reason="a limit says how many jobs may be queued or running, or how much may be stored")
        if limit.stored is not None and limit.subject is not Subject.OWNER:
            raise Invalid(reason="only an owner has a limit of what is stored")
        told = msgspec.structs.replace(limit, set_by=actor.name, set_at=self._ledger.now())
        card = Card(drawer=_DRAWER, id=_id(told.subject, told.name), body=msgspec.json.encode(told).decode())
        details = {"queued": told.queued, "running": told.running, "stored": told.stored}

        def work(transaction: Transaction) -> None:
            transaction.put_card(card)
            audit.tell(transaction, told.set_at, actor.name, "set", _what(told.subject, told.name), details)

        await self._ledger.write(work)
        self._known_until = 0
        return told

    async def drop(self, actor: Actor, subject: Subject, name: str) -> None:
        """Take a limit away. Raises NotFound."""
        rules.require_house(actor, House.RUN_QUEUES)

        def work(transaction: Transaction) -> None:
            if not transaction.drop_card(_DRAWER, _id(subject, name)):
                raise NotFound(what="limit", name=f"{subject.value} {name}")
            audit.tell(transaction, self._ledger.now(), actor.name, "dropped", _what(subject, name))

        await self._ledger.write(work)
        self._known_until = 0

    async def uses(self, actor: Actor, kinds: Iterable[str]) -> Sequence[Use]:
        """Return how much is used of what bounds the actor: as an owner, in the queues that he sees, of these kinds."""
        rules.require_house(actor, House.SEE_QUEUES)
        scope = rules.scope(actor)

        def work(view: View) -> Sequence[Use]:
            allowed = Allowed(_read(view))
            seen = {row.name for row in view.queues()} | {tally.queue for tally in view.tallies(scope)}
            names: dict[Subject, set[str]] = {
                Subject.OWNER: {actor.name},
                Subject.QUEUE: seen | allowed.named(Subject.QUEUE),
                Subject.KIND: {*kinds} | allowed.named(Subject.KIND),
            }
            room = Room(allowed, view.running())
            uses = [_use(view, allowed, room, subject, name) for subject in Subject for name in sorted(names[subject])]
            return [use for use in uses if use is not None]

        return await self._ledger.read(work)

    def allowed(self, view: View) -> Allowed:
        """Return the limits, read again when they are older than a second or were changed here."""
        now = self._ledger.now()
        if now >= self._known_until:
            self._known, self._known_until = Allowed(_read(view)), now + _KNOWN_FOR
        return self._known

    def room(self, view: View) -> Room | None:
        """Return what may still run; None where nothing bounds it."""
        allowed = self.allowed(view)
        return Room(allowed, view.running()) if allowed.bounds_running else None

    def claiming(self, transaction: Transaction) -> Room | None:
        """Return what may still be claimed, and keep other claims waiting where a limit has to hold exactly."""
        if self.allowed(transaction).bounds_running:
            transaction.alone("claims")
        return self.room(transaction)

    def require(self, transaction: Transaction, job: Job) -> None:
        """Raise LimitReached where a job may not join the line. `job` is not yet counted there."""
        allowed = self.allowed(transaction)
        for subject, name in _names(job.owner, job.queue, job.kind):
            limit = allowed.of(subject, name)
            if limit is None:
                continue
            if limit.queued is not None:
                self._require_queued(transaction, subject, name, limit.queued)
            if limit.stored is not None and (stored := transaction.stored(name)) >= limit.stored:
                raise _reached(subject, name, stored, "bytes of results", limit.stored)

    def require_queue(self, transaction: Transaction, job: Job) -> None:
        """Raise LimitReached where a waiting job may not move into its queue."""
        limit = self.allowed(transaction).of(Subject.QUEUE, job.queue)
        if limit is not None and limit.queued is not None:
            self._require_queued(transaction, Subject.QUEUE, job.queue, limit.queued)

    def _require_queued(self, transaction: Transaction, subject: Subject, name: str, limit: int) -> None:
        waiting = _waiting(subject, name)
        count = transaction.count(waiting, EVERYTHING, limit)
        if count * 10 >= limit * 9:
            # Near the limit whoever submits at the same moment has to be counted too.
            transaction.alone(f"queued {subject.value} {name}")
            count = transaction.count(waiting, EVERYTHING, limit)
        if count >= limit:
            raise _reached(subject, name, count, "queued jobs", limit)


def _read(view: View) -> list[Limit]:
    return [msgspec.json.decode(card.body, type=Limit) for card in view.cards(_DRAWER, limit=10_000)]


def _use(view: View, allowed: Allowed, room: Room, subject: Subject, name: str) -> Use | None:
    limit = allowed.of(subject, name)
    if limit is None:
        return None
    queued = running = stored = None
    if limit.queued is not None:
        count = view.count(_waiting(subject, name), EVERYTHING, max(limit.queued, _COUNTED))
        queued = Used(used=count, limit=limit.queued)
    if limit.running is not None:
        running = Used(used=room.running(subject, name), limit=limit.running)
    if limit.stored is not None:
        stored = Used(used=view.stored(name), limit=limit.stored)
    return Use(subject=subject, name=name, queued=queued, running=running, stored=stored)


def _what(subject: Subject, name: str) -> str:
    return f"limit of {subject.value} {name}"


def _id(subject: Subject, name: str) -> str:
    return f"{subject.value}:{name}"


def _names(owner: str, queue: str, kind: str) -> tuple[tuple[Subject, str], ...]:
    return (Subject.OWNER, owner), (Subject.QUEUE, queue), (Subject.KIND, kind)


def _waiting(subject: Subject, name: str) -> Filter:
    queued, names = frozenset({State.QUEUED}), frozenset({name})
    match subject:
        case Subject.OWNER:
            return Filter(states=queued, owners=names)
        case Subject.QUEUE:
            return Filter(states=queued, queues=names)
        case Subject.KIND:
            return Filter(states=queued, kinds=names)


def _reached(subject: Subject, name: str, count: int, what: str, limit: int) -> LimitReached:
    return LimitReached(
        subject=f"{subject.value.capitalize()} {name}", count=count, what=what, limit=limit, retry_after=_RETRY_AFTER
    )
