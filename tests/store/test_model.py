"""Random lives of a house, lived at once in the store under test and in the memory store: no difference may be seen."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from msgspec.structs import replace

from jobyard.job import moves
from jobyard.job.errors import Fault
from jobyard.job.events import Change, Event
from jobyard.job.filters import EVERYTHING, Filter, Order, Query, Scope
from jobyard.job.record import Job, LogLine, Progress, Resource, ResultFile
from jobyard.job.states import State
from jobyard.store.contract import QueueRow, Reused, Store, Transaction, View
from jobyard.store.memory import MemoryStore
from jobyard.store.postgres import PostgresStore
from jobyard.store.sqlite import SqliteStore
from tests.postgres_server import empty
from tests.store.making import BROKEN, LEASE, NOW, PATIENCE

T = TypeVar("T")

OWNERS, PROJECTS, QUEUES, KINDS = ["ada", "bob", "cy"], [None, "p1", "p2"], ["cpu", "gpu"], ["one", "two"]
WORDS = ["night", "nights", "Zug", "züge", "a b"]
LABELS = st.dictionaries(st.sampled_from(["team", "hot"]), st.sampled_from(["", "x", "y"]), max_size=2)
ANY_OWNER, ANY_PROJECT, ANY_QUEUE = st.sampled_from(OWNERS), st.sampled_from(PROJECTS), st.sampled_from(QUEUES)
SCOPES = st.one_of(
    st.just(EVERYTHING),
    st.builds(
        Scope,
        owner=st.sampled_from([None, *OWNERS]),
        projects=st.frozensets(st.sampled_from(["p1", "p2"])),
    ),
)
FILTERS = st.builds(
    Filter,
    states=st.frozensets(st.sampled_from(list(State)), max_size=3),
    kinds=st.frozensets(st.sampled_from(KINDS), max_size=1),
    owners=st.frozensets(ANY_OWNER, max_size=2),
    projects=st.frozensets(st.sampled_from(["p1", "p2"]), max_size=1),
    queues=st.frozensets(ANY_QUEUE, max_size=1),
    labels=st.frozensets(st.tuples(st.sampled_from(["team", "hot"]), st.sampled_from([None, "", "x"])), max_size=2),
    resource_id=st.sampled_from([None, None, "d1"]),
    created_from=st.sampled_from([None, None, NOW + 3]),
    text=st.sampled_from(["", "", "nig", "zu", "zü", "a", "broke"]),
)
SUBMISSIONS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(KINDS),
        "owner": ANY_OWNER,
        "project": ANY_PROJECT,
        "queue": ANY_QUEUE,
        "priority": st.integers(-2, 2),
        "labels": LABELS,
        "name": st.sampled_from(WORDS),
        "tries": st.integers(1, 2),
        "external": st.sampled_from([False, False, False, True]),
        "state": st.sampled_from([State.QUEUED, State.QUEUED, State.DRAFT]),
        "resource": st.sampled_from([None, Resource(type="dataset", id="d1")]),
        "wait": st.sampled_from([0, 0, 2]),
    }
)


class Slip(Exception):
    """Raised by a work on purpose."""


class Houses(RuleBasedStateMachine):
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
        self.same(lambda view: [_plain(event) for event in view.events(0, 10_000)])
        self.same(lambda view: [(view.attempts(id_), view.files(id_), view.log(id_, 1, 0, 99)) for id_ in self.ids])
        assert self.store.check() == []
        self.store.close()

    # --- doing the same to both ------------------------------------------------------------------------------------

    def both(self, work: Callable[[Transaction], T]) -> T | None:
        """Write the same to both; return what came back, or None when both refused in the same way."""
        expected = _outcome(self.oracle.write(work))
        found = _outcome(self.store.write(work))
        assert found == expected
        return expected[1] if expected[0] == "done" else None

    def same(self, work: Callable[[View], Any]) -> Any:
        """Read the same from both."""
        expected = self.oracle.read(work).result(PATIENCE)
        assert self.store.read(work).result(PATIENCE) == expected
        return expected

    def pick(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(self.ids), label="job")

    def move(self, id_: str, move: Callable[[Job], Change]) -> None:
        def work(transaction: Transaction) -> Any:
            job = transaction.job(id_)
            return None if job is None else _plain(transaction.apply(move(job)))

        moved = self.both(work)
        if moved is not None:
            self.past.append(moved)

    # --- the life of jobs ------------------------------------------------------------------------------------------

    @rule(many=st.lists(SUBMISSIONS, min_size=1, max_size=4), slips=st.booleans())
    def submit(self, many: list[dict[str, Any]], slips: bool) -> None:
        made = [self.made(fields) for fields in many]

        def work(transaction: Transaction) -> list[Job]:
            jobs = [_plain(transaction.insert(moves.submit(job, self.now, job.owner))) for job in made]
            if slips and len(jobs) > 1:
                raise Slip
            return jobs

        for job in self.both(work) or []:
            self.ids.append(job.id)
            self.past.append(job)

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), fields=SUBMISSIONS)
    def submit_a_used_id(self, data: st.DataObject, fields: dict[str, Any]) -> None:
        id_ = self.pick(data)
        if self.oracle.read(lambda view: view.job(id_)).result(PATIENCE) is None:
            # Ids are never made twice; what became of the events of a job before is not promised.
            return
        job = replace(self.made(fields), id=id_)
        self.both(lambda transaction: _plain(transaction.insert(moves.submit(job, self.now, job.owner))))

    @rule(
        queues=st.lists(ANY_QUEUE, max_size=2),
        kinds=st.lists(st.sampled_from(KINDS), max_size=2),
        limit=st.integers(0, 3),
        begins=st.booleans(),
    )
    def claim(self, queues: list[str], kinds: list[str], limit: int, begins: bool) -> None:
        def work(transaction: Transaction) -> list[Job]:
            jobs = transaction.candidates(queues, kinds, self.now, limit)
            jobs = [transaction.apply(moves.claim(job, self.now, "w1", LEASE)) for job in jobs]
            if begins:
                jobs = [transaction.apply(moves.begin(job, job.attempt, self.now)) for job in jobs]
            return [_plain(job) for job in jobs]

        self.past += self.both(work) or []

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), verb=st.sampled_from(["cancel", "retry", "release", "withdraw", "start", "expire", "mark"]))
    def ask(self, data: st.DataObject, verb: str) -> None:
        asked: dict[str, Callable[[Job], Change]] = {
            "cancel": lambda job: moves.cancel(job, self.now, "ada"),
            "retry": lambda job: moves.retry(job, self.now, "ada", self.now + 2 if job.priority else None),
            "release": lambda job: moves.release(job, self.now, "ada"),
            "withdraw": lambda job: moves.withdraw(job, self.now, "ada"),
            "start": lambda job: moves.start(job, self.now, "ada", LEASE),
            "expire": lambda job: moves.expire(job, self.now),
            "mark": lambda job: moves.mark(job, self.now, "ada", {"seen": job.revision}),
        }
        self.move(self.pick(data), asked[verb])

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), verb=st.sampled_from(["begin", "beat", "report", "finish", "fail", "lose", "back", "stop"]))
    def work(self, data: st.DataObject, verb: str) -> None:
        attempt = data.draw(st.integers(1, 2), label="attempt")
        told: dict[str, Callable[[Job], Change]] = {
            "begin": lambda job: moves.begin(job, attempt, self.now),
            "beat": lambda job: moves.beat(job, attempt, self.now, LEASE),
            "report": lambda job: moves.report(job, attempt, self.now, LEASE, Progress(done=1.0, total=4.0)),
            "finish": lambda job: moves.finish(job, attempt, self.now, {"n": attempt}, self.now + 3),
            "fail": lambda job: moves.fail(job, attempt, self.now, BROKEN, self.now + 2),
            "lose": lambda job: moves.lose(job, attempt, self.now, moves.lost(job), self.now + 2),
            "back": lambda job: moves.give_back(job, attempt, self.now),
            "stop": lambda job: moves.stop(job, attempt, self.now),
        }
        self.move(self.pick(data), told[verb])

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), fields=SUBMISSIONS, keep=st.booleans())
    def edit(self, data: st.DataObject, fields: dict[str, Any], keep: bool) -> None:
        new = {name: fields[name] for name in ("owner", "project", "queue", "priority", "labels", "name", "resource")}
        self.move(
            self.pick(data),
            lambda job: Change(job=replace(job, revision=job.revision + 1, kept=keep, **new)),
        )

    @precondition(lambda self: self.past)
    @rule(data=st.data())
    def change_too_late(self, data: st.DataObject) -> None:
        old = data.draw(st.sampled_from(self.past), label="as it was")
        change = Change(job=replace(old, revision=old.revision + 1, name="late"))
        self.both(lambda transaction: _plain(transaction.apply(change)))

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), slips=st.booleans())
    def remove(self, data: st.DataObject, slips: bool) -> None:
        id_ = self.pick(data)

        def work(transaction: Transaction) -> list[str]:
            job = transaction.job(id_)
            if job is not None:
                transaction.note(moves.delete(job, self.now, "ada"))
            blobs = transaction.remove(id_)
            if slips:
                raise Slip
            return blobs

        self.both(work)

    # --- belongings ------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), numbers=st.lists(st.integers(1, 5), max_size=3), drops=st.booleans())
    def leave_traces(self, data: st.DataObject, numbers: list[int], drops: bool) -> None:
        id_ = self.pick(data)

        def work(transaction: Transaction) -> list[str]:
            lines = [
                LogLine(number=number, at=self.now, stream="out", text=f"{self.now} {number}") for number in numbers
            ]
            transaction.add_log(id_, 1, lines)
            for number in numbers:
                name = f"f{number}"
                file = ResultFile(name=name, size=number, sha256="0", blob=f"{id_}{name}", attempt=number % 2)
                transaction.add_file(id_, file)
            return transaction.drop_files(id_) if drops else []

        self.both(work)

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), key=st.sampled_from(["k1", "k2"]), owner=ANY_OWNER)
    def bind(self, data: st.DataObject, key: str, owner: str) -> None:
        reused = Reused(job=self.pick(data), digest="d")
        self.both(lambda transaction: transaction.remember(owner, key, reused, self.now))
        self.same(lambda view: view.reused(owner, key))

    @rule(name=ANY_QUEUE, paused=st.booleans())
    def pause(self, name: str, paused: bool) -> None:
        self.both(lambda transaction: transaction.put_queue(QueueRow(name=name, paused=paused)))

    @rule(after=st.integers(0, 5))
    def keep_house(self, after: int) -> None:
        now = self.now + after

        def work(transaction: Transaction) -> Any:
            lapsed = [job.id for job in transaction.lapsed(now + LEASE, "", 3)]
            outlived = [job.id for job in transaction.outlived(now, 3)]
            aged = transaction.aged(now, (self.now - 3, 2), 3)
            prunable = [job.id for job in transaction.prunable([one.id for one in aged])]
            return lapsed, outlived, prunable, transaction.prune_events(now - 2, 3)

        self.both(work)
        self.same(lambda view: [view.aged(now, (-1, 0), 9), view.aged(now, (self.now - 2, 1), 2, "p1")])
        self.same(lambda view: [view.files_size(self.ids), view.stored(None)])

    @rule()
    def wait(self) -> None:
        self.now += 1

    # --- looking ---------------------------------------------------------------------------------------------------

    @rule(filter_=FILTERS, scope=SCOPES, order=st.sampled_from(Order), limit=st.integers(1, 3))
    def look(self, filter_: Filter, scope: Scope, order: Order, limit: int) -> None:
        self.same(lambda view: _walk(view, Query(filter=filter_, scope=scope, order=order, limit=limit)))
        self.same(lambda view: view.count(filter_, scope, limit))
        self.both(lambda transaction: _walk(transaction, Query(filter=filter_, scope=scope, order=order, limit=limit)))

    @rule(scope=SCOPES)
    def tally(self, scope: Scope) -> None:
        self.same(lambda view: view.tallies(scope))
        self.same(lambda view: view.queues())
        self.same(lambda view: view.oldest(QUEUES))
        self.same(lambda view: [view.finishes(self.now - 2, limit) for limit in (1, 3, 99)])

    @invariant()
    def the_newest_jobs_are_the_same(self) -> None:
        self.same(lambda view: [_plain(job) for job in view.jobs(self.ids[-3:])])
        self.same(lambda view: [_plain(event) for id_ in self.ids[-2:] for event in view.history(id_, 0, 9)])

    def made(self, fields: dict[str, Any]) -> Job:
        self.born += 1
        wait = fields["wait"]
        rest = {name: value for name, value in fields.items() if name != "wait"}
        return Job(id=f"{self.born:032x}", due_at=self.now + wait if wait else None, **rest)


def _outcome(future: Any) -> tuple[str, Any]:
    error = future.exception(PATIENCE)
    if error is None:
        return "done", future.result()
    assert isinstance(error, (Fault, Slip)), error
    return "refused", type(error)


def _plain(record: Any) -> Any:
    """Take out the number that the store gave: a refused work may use one up in one store and not in another."""
    return replace(record, number=0) if isinstance(record, (Job, Event)) else record


def _walk(view: View, query: Query) -> list[str]:
    found = []
    while True:
        page = view.find(query)
        found += [job.id for job in page.jobs]
        if page.next is None:
            return found
        query = replace(query, after=page.next)


def _sized(share: int, steps: int) -> settings:
    """Return settings with a share of the profile's examples."""
    examples = max(settings.default.max_examples // share, 1) if settings.default else 10
    return settings(max_examples=examples, stateful_step_count=steps, deadline=None)


@pytest.mark.property
def test_sqlite_lives_as_memory_does(tmp_path: Path) -> None:
    folders = (tmp_path / str(number) for number in count())

    class OnSqlite(Houses):
        def __init__(self) -> None:
            super().__init__(lambda: SqliteStore.open(next(folders), synchronous="NORMAL"))

    run_state_machine_as_test(OnSqlite, settings=_sized(4, 40))


@pytest.mark.property
def test_postgres_lives_as_memory_does(shared_postgres: str) -> None:
    class OnPostgres(Houses):
        def __init__(self) -> None:
            empty(shared_postgres)
            super().__init__(lambda: PostgresStore.open(shared_postgres, threads=2))

    run_state_machine_as_test(OnPostgres, settings=_sized(10, 30))
