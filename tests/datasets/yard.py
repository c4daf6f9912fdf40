"""A house without engine and worker: a real store, a folder to list, and attempts run by hand, one after the other."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from jobyard.access.vault import Vault
from jobyard.datasets.capability import KNOWN_LIMIT, DatasetCapability
from jobyard.datasets.catalog import Datasets
from jobyard.datasets.endpoints import Endpoints
from jobyard.datasets.messages import Entry
from jobyard.datasets.record import Dataset, Draft
from jobyard.datasets.sync import DatasetSync, SyncParameters
from jobyard.job import moves
from jobyard.job.ids import new_id
from jobyard.job.record import Failure, Job, Reason
from jobyard.job.states import State
from jobyard.people.record import Actor, Role, User
from jobyard.store.contract import Store, Transaction
from tests.rehearsal import Rehearsal, context

T = TypeVar("T")

ADA = Actor(name="ada", role=Role.MEMBER)
BOB = Actor(name="bob", role=Role.MEMBER)
OPERATOR = Actor(name="olga", role=Role.OPERATOR)
ROOT = Actor(name="root", role=Role.ADMINISTRATOR)
LEASE = 30_000_000
BROKEN = Failure(reason=Reason.LOST, message="The worker went away.")


class Killed(BaseException):
    """The process of an attempt is gone between two calls."""


class Ticking:
    """A clock that moves by a second whenever it is read."""

    def __init__(self) -> None:
        self.time = 1_700_000_000_000_000

    def now(self) -> int:
        self.time += 1_000_000
        return self.time


class Yard:
    """One dataset root below `folder`, and all that is needed to synchronize."""

    def __init__(self, store: Store, folder: Path, known_limit: int = KNOWN_LIMIT) -> None:
        self.store = store
        self.clock = Ticking()
        self.root = folder / "root"
        self.source = self.root / "cats"
        self.source.mkdir(parents=True)
        self.attempts = folder / "attempts"
        self.rehearsals = 0
        self.vault = Vault(bytes(32))
        self.datasets = Datasets(store, self.clock, [self.root], self.vault, source_deletes=True)
        self.endpoints = Endpoints(store, self.clock, self.vault)
        self.capability = DatasetCapability([self.root], self.vault, known_limit)
        self.write(_people)

    def ask(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(coroutine)

    def create(self, name: str = "cats", actor: Actor = ADA, source: Path | str | None = None, **given: Any) -> Dataset:
        draft = Draft(name=name, source=str(self.source if source is None else source), **given)
        return self.ask(self.datasets.create(actor, draft))

    def get(self, name: str = "cats", actor: Actor = OPERATOR) -> Dataset:
        return self.ask(self.datasets.get(actor, name))

    def write(self, work: Callable[[Transaction], T]) -> T:
        return self.store.write(work).result(30)

    def submit(self, actor: Actor = ADA, **given: Any) -> Job:
        given = {"dataset": "cats", **given}
        parameters = msgspec.convert(given, SyncParameters)

        def work(transaction: Transaction) -> Job:
            resource = self.capability.admit(transaction, actor, "dataset.sync", parameters)
            job = Job(
                id=new_id(), kind="dataset.sync", owner=actor.name, parameters=given, resource=resource,
                state=State.QUEUED, tries=3,
            )  # fmt: skip
            return transaction.insert(moves.submit(job, self.clock.now(), actor.name))

        return self.write(work)

    def change(self, job: Job, move: Callable[[Job], Any]) -> Job:
        def work(transaction: Transaction) -> Job:
            now = transaction.job(job.id)
            assert now is not None
            return transaction.apply(move(now))

        return self.write(work)

    def claim(self, job: Job) -> Job:
        return self.change(job, lambda now: moves.claim(now, self.clock.now(), "w1", LEASE))

    def lose(self, job: Job) -> Job:
        """End the running attempt as the keeper does when its worker is gone."""
        return self.change(job, lambda now: moves.lose(now, now.attempt, self.clock.now(), BROKEN, self.clock.now()))

    def fail(self, job: Job) -> Job:
        return self.change(job, lambda now: moves.fail(now, now.attempt, self.clock.now(), BROKEN))

    def finish(self, job: Job, result: Any = None) -> Job:
        return self.change(job, lambda now: moves.finish(now, now.attempt, self.clock.now(), result))

    def retry(self, job: Job) -> Job:
        return self.change(job, lambda now: moves.retry(now, self.clock.now(), now.owner))

    def call(self, job: Job, verb: str, payload: Any = None) -> Any:
        room, _, what = verb.partition(".")
        assert room == "datasets"
        return self.write(lambda transaction: self.capability.call(transaction, job, what, payload, self.clock.now()))

    def rehearse(self, job: Job, *, calls: int | None = None, looks: int | None = None) -> Rehearsal:
        """Return a context for a claimed job. With `calls`, the process dies instead of making one more."""
        left = calls

        def call(verb: str, payload: Any) -> Any:
            nonlocal left
            if left is not None:
                left -= 1
                if left < 0:
                    raise Killed
            return self.call(job, verb, payload)

        self.rehearsals += 1
        return Rehearsal(job, self.attempts / str(self.rehearsals), call, looks=looks)

    def run(self, rehearsal: Rehearsal) -> dict[str, Any]:
        return DatasetSync().run(msgspec.convert(rehearsal.job.parameters, SyncParameters), context(rehearsal))

    def synchronize(self, **given: Any) -> dict[str, Any]:
        """Submit, claim, run, finish: one synchronization that nothing disturbs."""
        job = self.claim(self.submit(**given))
        try:
            result = self.run(self.rehearse(job))
        except Exception:
            self.fail(job)
            raise
        self.finish(job, result)
        return result

    def stored(self, name: str = "cats") -> list[Entry]:
        """Return all samples of a dataset, read page by page."""
        entries, after = list[Entry](), b""
        while True:
            page = self.ask(self.datasets.samples(OPERATOR, name, limit=500, after=after))
            entries += [(sample.path, sample.size, sample.mtime_ns, "") for sample in page.samples]
            if page.next is None:
                return entries
            after = page.next

    def check_counters(self, name: str = "cats") -> None:
        """Compare the kept counters with what is stored."""
        entries, dataset = self.stored(name), self.get(name)
        assert dataset.samples == len(entries)
        assert dataset.size == sum(entry[1] for entry in entries)


def _people(transaction: Transaction) -> None:
    for one in (ADA, BOB, OPERATOR, ROOT):
        transaction.put_user(User(id=new_id(), name=one.name, role=one.role, password_hash="", created_at=1))


def put(folder: Path, path: bytes | str, content: bytes = b"", mtime_ns: int | None = None) -> None:
    """Write a file below a folder, and the folders on its way."""
    target = folder / os.fsdecode(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    if mtime_ns is not None:
        os.utime(target, ns=(mtime_ns, mtime_ns))


def listed(folder: Path) -> list[Entry]:
    """Return what a folder holds, found out in another way than the walk: the oracle."""
    files = [file for file in folder.rglob("*") if file.is_file() and not file.is_symlink()]
    entries = [(file.relative_to(folder), file.stat()) for file in files]
    return sorted((os.fsencode(path), status.st_size, status.st_mtime_ns, "") for path, status in entries)


def fill(yard: Yard, count: int, size: int = 3) -> None:
    """Write files into the yard's folder, spread over seven others."""
    for number in range(count):
        put(yard.source, f"{number % 7}/{number:05}.jpg", b"x" * size)


def counts(result: dict[str, Any]) -> tuple[int, int, int, int]:
    """Return how many were added, changed, deleted and left as they were."""
    return result["added"], result["changed"], result["deleted"], result["unchanged"]
