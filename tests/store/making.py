"""A hand that writes and reads, and the jobs it handles, all made through the moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec.structs import replace

from jobyard.job import moves
from jobyard.job.events import Change
from jobyard.job.filters import EVERYTHING, Filter, Order, Query, Scope
from jobyard.job.ids import new_id
from jobyard.job.record import Failure, Job, OnFailure, Progress, Reason, Resource
from jobyard.job.states import State
from jobyard.store.contract import Page, Store, Transaction, View

T = TypeVar("T")

NOW = 1_000_000_000
LEASE = 30_000_000
PATIENCE = 60
BROKEN = Failure(reason=Reason.ERROR, message="It broke.", detail="a traceback")

FULL = Job(
    id="f" * 32,
    kind="test.work",
    owner="ada",
    name="Nightly",
    parameters={"text": "päron ✓ \u0000 \U0001f600", "list": [1, 2.5, None, True, {"deep": "x" * 3}], "big": 2**60},
    project="p1",
    queue="gpu",
    priority=-7,
    labels={"team": "vision", "bare": ""},
    parent="e" * 32,
    face="clearml",
    external=True,
    resource=Resource(type="dataset", id="d1", name="Street signs"),
    marks={"published": True, "nested": {"a": [1]}},
    state=State.QUEUED,
    attempt=3,
    failures=2,
    losses=4,
    tries=5,
    time_limit=12.5,
    memory_limit=2**33,
    created_at=NOW - 2,
    queued_at=NOW - 1,
    due_at=NOW + 7,
    started_at=NOW + 1,
    begun_at=NOW + 2,
    finished_at=NOW + 3,
    worker="w1",
    lease_until=NOW + 4,
    cancel_asked_at=NOW + 5,
    cancel_asked_by="bob",
    progress=Progress(done=1.5, total=3.0, text="half", at=NOW),
    result={"rows": [1, 2, 3]},
    failure=BROKEN,
    results_until=NOW + 9,
    results_expired=True,
    kept=True,
    after=("d" * 32, "c" * 32),
    on_failure=OnFailure.WAIT,
    unique="owner:ada:nightly",
    schedule="s1",
    origin="b" * 32,
    turn=11,
    waits=2,
)
"""A job with something in every field; no such job could come about."""


class Hand:
    """Uses a store one work at a time."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def do(self, work: Callable[[Transaction], T]) -> T:
        return self.store.write(work).result(PATIENCE)

    def each(self, *works: Callable[[Transaction], object]) -> None:
        """Do several works in one transaction."""

        def work(transaction: Transaction) -> None:
            for one in works:
                one(transaction)

        self.do(work)

    def see(self, work: Callable[[View], T]) -> T:
        return self.store.read(work).result(PATIENCE)

    def submit(self, **fields: Any) -> Job:
        """Put a job in line, or write a draft down when `state` says so."""
        change = submission(**fields)
        return self.do(lambda transaction: transaction.insert(change))

    def join(self, **fields: Any) -> Job:
        """Put a job in line with the turn that the store gives it."""
        change = submission(**fields)

        def work(transaction: Transaction) -> Job:
            turn = transaction.turn(change.job.queue, change.job.priority, change.job.owner)
            return transaction.insert(replace(change, job=replace(change.job, turn=turn)))

        return self.do(work)

    def take(self, limit: int = 1, now: int = NOW, **asked: Any) -> list[Job]:
        """Claim jobs as a worker does, from every queue in use unless others are asked for."""
        queues = asked.pop("queues", None) or [row.name for row in self.see(lambda view: view.queues())]
        kinds = asked.pop("kinds", ["test.work"])

        def work(transaction: Transaction) -> list[Job]:
            found = transaction.candidates(queues, kinds, now, limit, **asked)
            return [transaction.apply(moves.claim(job, now, "w1", LEASE)) for job in found]

        return self.do(work)

    def served(self, times: int, now: int = NOW, **asked: Any) -> str:
        """Claim one job after the other and return the first letters of their names."""
        return "".join(job.name[:1] for _ in range(times) for job in self.take(1, now, **asked))

    def move(self, id_: str, move: Callable[[Job], Change]) -> Job:
        """Change a job by a move of job/moves."""

        def work(transaction: Transaction) -> Job:
            job = transaction.job(id_)
            assert job is not None
            return transaction.apply(move(job))

        return self.do(work)

    def claim(self, id_: str, worker: str = "w1", now: int = NOW) -> Job:
        return self.move(id_, lambda job: moves.claim(job, now, worker, LEASE))

    def finished(self, now: int = NOW, **fields: Any) -> Job:
        """Make a job that ended well."""
        job = self.claim(self.submit(**fields).id)
        return self.move(job.id, lambda job: moves.finish(job, job.attempt, now, results_until=now + 10))

    def job(self, id_: str) -> Job | None:
        return self.see(lambda view: view.job(id_))

    def find(self, filter_: Filter | None = None, scope: Scope = EVERYTHING, **rest: Any) -> Page:
        query = Query(filter=filter_ or Filter(), scope=scope, **rest)
        return self.see(lambda view: view.find(query))

    def names(self, filter_: Filter | None = None, scope: Scope = EVERYTHING, **rest: Any) -> list[str]:
        """Return the names of the jobs a list shows."""
        return [job.name for job in self.find(filter_, scope, **rest).jobs]

    def pages(self, order: Order, limit: int, filter_: Filter | None = None, scope: Scope = EVERYTHING) -> list[Page]:
        """Walk a list to its end."""
        found = [self.find(filter_, scope, order=order, limit=limit)]
        while found[-1].next is not None:
            found.append(self.find(filter_, scope, order=order, limit=limit, after=found[-1].next))
        return found

    def candidates(self, queues: list[str], kinds: list[str], now: int = NOW, limit: int = 100) -> list[str]:
        """Return the names of the jobs that may be claimed, and leave them unclaimed."""
        return self.do(lambda transaction: [job.name for job in transaction.candidates(queues, kinds, now, limit)])

    def fails(self, work: Callable[[Transaction], object]) -> BaseException:
        """Run a work that must raise and return what it raised."""
        error = self.store.write(work).exception(PATIENCE)
        assert error is not None
        return error


def submission(now: int = NOW, **fields: Any) -> Change:
    """Return the change that submits a job."""
    made = {"id": new_id(), "kind": "test.work", "owner": "ada", "state": State.QUEUED} | fields
    return moves.submit(Job(**made), now, made["owner"])
