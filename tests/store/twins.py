"""Two stores to which everything is done alike, and what they answered made comparable."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from msgspec.structs import replace

from jobyard.job import moves
from jobyard.job.errors import Fault
from jobyard.job.events import Change, Event
from jobyard.job.filters import Query
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.store.contract import Store, Transaction, View
from jobyard.store.memory import MemoryStore
from jobyard.store.memory.view import ready
from tests.store.making import NOW, PATIENCE

T = TypeVar("T")


class Slip(Exception):
    """Raised by a work on purpose."""


def outcome(future: Any) -> tuple[str, Any]:
    """Return what became of a write; of a refusal only its sort."""
    error = future.exception(PATIENCE)
    if error is None:
        return "done", future.result()
    assert isinstance(error, (Fault, Slip)), error
    return "refused", type(error)


def plain(record: Any) -> Any:
    """Take out the number that the store gave: a refused work may use one up in one store and not in another."""
    return replace(record, number=0) if isinstance(record, (Job, Event)) else record


def walk(view: View, query: Query) -> list[str]:
    """Return the ids of a whole list, page by page."""
    found = []
    while True:
        page = view.find(query)
        found += [job.id for job in page.jobs]
        if page.next is None:
            return found
        query = replace(query, after=page.next)


class Twins(RuleBasedStateMachine):
    """The memory store and another one, to which everything is done alike."""

    def __init__(self, open_store: Callable[[], Store]) -> None:
        super().__init__()
        self.oracle = MemoryStore()
        self.store = open_store()
        self.now = NOW
        self.born = 0
        self.ids: list[str] = []
        self.past: list[Job] = []
        """Jobs as they once were, for changes that come too late."""

    def teardown(self) -> None:
        self.same(lambda view: [plain(event) for event in view.events(0, 10_000)])
        self.same(lambda view: [(view.attempts(id_), view.files(id_), view.log(id_, 1, 0, 99)) for id_ in self.ids])
        assert self.store.check() == []
        self.store.close()

    def both(self, work: Callable[[Transaction], T]) -> T | None:
        """Write the same to both; return what came back, or None when both refused in the same way."""
        expected = outcome(self.oracle.write(work))
        found = outcome(self.store.write(work))
        assert found == expected
        return expected[1] if expected[0] == "done" else None

    def same(self, work: Callable[[View], Any]) -> Any:
        """Read the same from both."""
        expected = self.oracle.read(work).result(PATIENCE)
        assert self.store.read(work).result(PATIENCE) == expected
        return expected

    def pick(self, data: st.DataObject, states: Collection[State] = ()) -> str:
        """Draw a job; most of the time one in these states, where there is any."""
        wanted = [job.id for job in self.oracle.read(lambda view: view.jobs(self.ids)).result() if job.state in states]
        likely = bool(wanted) and data.draw(st.sampled_from([True, True, True, False]), label="likely")
        return data.draw(st.sampled_from(wanted if likely else self.ids), label="job")

    def move(self, id_: str, move: Callable[[Job], Change]) -> None:
        """Change a job."""
        self.turned(id_, lambda job, turn: move(job))

    def turned(self, id_: str, move: Callable[[Job, int], Change]) -> None:
        """Change a job by a move that is given the turn it would have where it stands."""

        def work(transaction: Transaction) -> Any:
            job = transaction.job(id_)
            if job is None:
                return None
            return plain(transaction.apply(move(job, transaction.turn(job.queue, job.priority, job.owner))))

        moved = self.both(work)
        if moved is not None:
            self.past.append(moved)

    def made(self, fields: dict[str, Any], after: list[str] | None = None) -> Job:
        """Return a new job."""
        self.born += 1
        wait, needs = fields["wait"], tuple(after or ())
        rest = {name: value for name, value in fields.items() if name != "wait"}
        due_at = self.now + wait if wait else None
        return Job(id=f"{self.born:032x}", due_at=due_at, after=needs, waits=len(set(needs)), **rest)

    def joined(self, transaction: Transaction, job: Job) -> Job:
        """Write a new job down, with the turn that the store gives it where it joins the line."""
        return transaction.insert(moves.submit(replace(job, turn=self.turn(transaction, job)), self.now, job.owner))

    def turn(self, transaction: Transaction, job: Job) -> int:
        """Return the turn of a job that is as it is now; 0 where it does not stand in line."""
        return transaction.turn(job.queue, job.priority, job.owner) if ready(job) else 0
