"""A house for tests: the real engine with kinds of its own, a clock that tests turn, and short ways to say things."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from jobyard.access.vault import Vault
from jobyard.engine.engine import Engine
from jobyard.engine.submission import Submission
from jobyard.faces.native.words import Letters
from jobyard.job.clock import SECOND
from jobyard.job.desk import Ask, Assignment, Beat, Finish, GiveBack, Held, Outcome, Report, Told
from jobyard.job.errors import Invalid
from jobyard.job.record import Failure, Job, Reason, Resource
from jobyard.kinds.context import Context
from jobyard.kinds.kind import Kind
from jobyard.kinds.registry import Registry
from jobyard.people.record import HOUSE, Actor, KeyScope, Role
from jobyard.settings import Settings
from jobyard.store.blobs import Blobs
from jobyard.store.contract import Store, Transaction, View

LEASE = 30.0
QUICK = 8
"""MiB for a password: the least, since what is tested here is who gets in."""


class TurnedClock:
    """A clock that stands still until a test turns it."""

    def __init__(self) -> None:
        self.time = 1_700_000_000 * SECOND

    def now(self) -> int:
        return self.time

    def forward(self, seconds: float) -> None:
        self.time += int(seconds * SECOND)


class CountParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of the counting kind."""

    upto: Annotated[int, Meta(ge=1, le=1000)] = 3
    thing: str = ""


class Count(Kind):
    """Counts; has three tries."""

    name = "test.count"
    title = "Count up"
    Parameters = CountParameters
    tries = 3
    pause = 2.0
    results_for = 3600.0

    @classmethod
    def resource(cls, parameters: Any) -> Resource | None:
        return Resource(type="thing", id=parameters.thing) if parameters.thing else None

    def run(self, parameters: Any, context: Context) -> Any:
        return parameters.upto


class Guarded(Kind):
    """Only operators may submit it; a capability looks at it."""

    name = "test.guarded"
    title = "Guarded work"
    Parameters = CountParameters
    least_role = Role.OPERATOR

    def run(self, parameters: Any, context: Context) -> Any:
        return None


class Box:
    """A capability that keeps a value in the house's settings."""

    name = "box"
    kinds = frozenset({"test.guarded"})

    def admit(self, view: View, actor: Actor, kind: str, parameters: Any) -> Resource | None:
        if parameters.thing == "bad":
            raise Invalid(reason="the box does not take bad things")
        return Resource(type="box", id="1", name=actor.name)

    def call(self, transaction: Transaction, job: Job, verb: str, payload: Any, now: int) -> Any:
        if verb == "break":
            transaction.put_setting("box", "broken")
            raise Invalid(reason="the box broke")
        transaction.put_setting("box", str(payload))
        return {"was": transaction.setting("box"), "job": job.number}


class Yard:
    """The engine with its worker and people."""

    def __init__(self, store: Store, folder: Path, **settings: Any) -> None:
        self.clock = TurnedClock()
        self.store = store
        self.settings = Settings(**{"data": str(folder), "lease": LEASE, "password_memory": QUICK, **settings})
        self.blobs = Blobs(folder / "blobs")
        vault = Vault.in_file(folder / "master.key")
        registry = Registry([Count, Guarded])
        self.engine = Engine(store, self.blobs, vault, self.clock, registry, [Box()], self.settings, Letters())
        self.jobs, self.desk = self.engine.jobs, self.engine.desk
        self.listing, self.people = self.engine.listing, self.engine.people
        self.needs = self.engine.needs
        self.worker = Actor(name="jobyard", role=Role.ADMINISTRATOR, scope=KeyScope.DESK)

    async def submit(self, actor: Actor = HOUSE, key: str | None = None, **fields: Any) -> Job:
        wish = Submission(**{"kind": "test.count", **fields})
        job, _ = await self.jobs.submit(actor, wish, key)
        return job

    async def claim(self, limit: int = 1, worker: str = "w1", wait: float = 0.0, **fields: Any) -> list[Assignment]:
        ask = Ask(worker=worker, session=worker, kinds=("test.count", "test.guarded"), limit=limit, wait=wait, **fields)
        return list((await self.desk.claim(self.worker, ask)).assignments)

    async def claimed(self, **fields: Any) -> Job:
        await self.submit(**fields)
        [assignment] = await self.claim()
        return assignment.job

    async def finish(self, job: Job, how: str = "finish", **fields: Any) -> str:
        if how == "fail":
            fields.setdefault("failure", Failure(reason=Reason.ERROR, message="it broke"))
        outcome = Outcome(job=job.id, attempt=job.attempt, how=how, **fields)
        settled = await self.desk.finish(self.worker, Finish(worker="w1", outcomes=(outcome,)))
        return settled.states[0]

    async def beat(self, *jobs: Job) -> list[str]:
        held = tuple(Held(job=job.id, attempt=job.attempt) for job in jobs)
        wishes = await self.desk.beat(self.worker, Beat(worker="w1", session="w1", held=held))
        return [wish.what for wish in wishes.wishes]

    async def report(self, job: Job, **fields: Any) -> list[str]:
        told = Told(job=job.id, attempt=job.attempt, **fields)
        wishes = await self.desk.report(self.worker, Report(worker="w1", told=(told,)))
        return [wish.what for wish in wishes.wishes]

    async def give_back(self, job: Job) -> str:
        back = GiveBack(worker="w1", held=(Held(job=job.id, attempt=job.attempt),))
        return (await self.desk.give_back(self.worker, back)).states[0]

    async def job(self, job: Job | str) -> Job:
        return await self.listing.job(HOUSE, job if isinstance(job, str) else job.id)

    async def story(self, job: Job | str) -> list[str]:
        events = await self.listing.history(HOUSE, job if isinstance(job, str) else job.id)
        return [event.type.value for event in events]

    def lose_patience(self) -> None:
        self.clock.forward(LEASE + 1)


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def user(name: str, role: Role = Role.MEMBER, places: Mapping[str, Role] | None = None) -> Actor:
    return Actor(name=name, role=role, projects=dict(places or {}))


def counting(store: Store, reads: list[object]) -> Callable[[Callable[[View], Any]], Future[Any]]:
    """Return the store's `read`, writing down in `reads` what it is asked."""
    read = store.read

    def counted(work: Callable[[View], Any]) -> Future[Any]:
        reads.append(work)
        return read(work)

    return counted


def as_json(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))
