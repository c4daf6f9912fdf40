"""Random lives of a house, lived at once in the store under test and in the memory store: no difference may be seen."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test
from msgspec.structs import replace

from jobyard.job import line, moves
from jobyard.job.events import Change
from jobyard.job.filters import Filter, Order, Query, Scope
from jobyard.job.record import Job, LogLine, Progress, ResultFile
from jobyard.job.states import FINAL, LIVE, State
from jobyard.store.contract import Aged, Card, QueueRow, Reused, Transaction, View, WorkerRow
from jobyard.store.postgres import PostgresStore
from jobyard.store.relational import claim
from jobyard.store.sqlite import SqliteStore
from tests.kept_connections import KeptConnections
from tests.postgres_server import empty
from tests.sqlite_file import LayOut
from tests.store.drawing import (
    ANY_OWNER,
    ANY_QUEUE,
    DRAWERS,
    FILTERS,
    KINDS,
    OWNERS,
    QUEUES,
    SCOPES,
    SUBMISSIONS,
    UNIQUE,
)
from tests.store.making import BROKEN, LEASE, PATIENCE
from tests.store.twins import Slip, Twins, plain, walk

T = TypeVar("T")


RARELY = st.sampled_from([False, False, True])
ASKED: dict[str, Collection[State]] = {
    "cancel": LIVE,
    "retry": FINAL,
    "release": {State.DRAFT},
    "withdraw": {State.QUEUED},
    "start": {State.QUEUED},
    "expire": FINAL,
    "mark": (),
}
"""What people ask, and of jobs in which states it is likely asked."""


class Houses(Twins):
    """What happens in a house, at random."""

    # --- the life of jobs ------------------------------------------------------------------------------------------

    @initialize(many=st.lists(SUBMISSIONS, min_size=3, max_size=6), data=st.data())
    def begin(self, many: list[dict[str, Any]], data: st.DataObject) -> None:
        for fields in many:
            self.submit([fields], False, data)

    @rule(
        many=st.lists(SUBMISSIONS, min_size=1, max_size=4), slips=st.sampled_from([False, False, True]), data=st.data()
    )
    def submit(self, many: list[dict[str, Any]], slips: bool, data: st.DataObject) -> None:
        few = st.lists(st.sampled_from(self.ids[-6:] or ["none"]), max_size=2 if self.ids else 0)
        needs: st.SearchStrategy[list[str]] = st.one_of(st.just([]), st.just([]), few)
        made = [self.made(fields, data.draw(needs, label="after")) for fields in many]

        def work(transaction: Transaction) -> list[Job]:
            jobs = [plain(self.joined(transaction, job)) for job in made]
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
        self.both(lambda transaction: plain(transaction.insert(moves.submit(job, self.now, job.owner))))

    @rule(
        queues=st.sampled_from([*[QUEUES] * 6, ["cpu"], ["gpu", "none"], []]),
        kinds=st.sampled_from([*[KINDS] * 6, ["one"], ["two", "none"], []]),
        limit=st.sampled_from([1, 1, 2, 3, 0]),
        barred=st.sampled_from([*[[]] * 4, ["ada"], ["bob", "ada"], ["none"]]),
        begins=st.booleans(),
        takes=st.integers(1, 3),
    )
    def claim(
        self, queues: list[str], kinds: list[str], limit: int, barred: list[str], begins: bool, takes: int
    ) -> None:
        def work(transaction: Transaction) -> list[Job]:
            jobs = transaction.candidates(queues, kinds, self.now, limit, barred, "w1")
            jobs = [transaction.apply(moves.claim(job, self.now, "w1", LEASE)) for job in jobs[:takes]]
            if begins:
                jobs = [transaction.apply(moves.begin(job, job.attempt, self.now)) for job in jobs]
            return [plain(job) for job in jobs]

        self.past += self.both(work) or []

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), verb=st.sampled_from(list(ASKED)))
    def ask(self, data: st.DataObject, verb: str) -> None:
        asked: dict[str, Callable[[Job, int], Change]] = {
            "cancel": lambda job, turn: moves.cancel(job, self.now, "ada"),
            "retry": lambda job, turn: moves.retry(
                job, self.now, "ada", self.now + 2 if job.priority else None, turn, job.revision % 2
            ),
            "release": lambda job, turn: moves.release(job, self.now, "ada", None, turn),
            "withdraw": lambda job, turn: moves.withdraw(job, self.now, "ada"),
            "start": lambda job, turn: moves.start(job, self.now, "ada", LEASE),
            "expire": lambda job, turn: moves.expire(job, self.now),
            "mark": lambda job, turn: moves.mark(job, self.now, "ada", {"seen": job.revision}),
        }
        self.turned(self.pick(data, ASKED[verb]), asked[verb])

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), queue=ANY_QUEUE, priority=st.integers(-2, 2), due=st.sampled_from([None, None, 2]))
    def move_in_line(self, data: st.DataObject, queue: str, priority: int, due: int | None) -> None:
        due_at = None if due is None else self.now + due

        def edit(job: Job, turn: int) -> Change:
            changes = {"queue": queue, "priority": priority, "due_at": due_at, "turn": turn}
            return moves.edit(job, self.now, "ada", changes)

        self.turned(self.pick(data, {State.QUEUED}), edit)

    @precondition(lambda self: self.ids)
    @rule(data=st.data())
    def meet(self, data: st.DataObject) -> None:
        needed = [self.pick(data) for _ in range(2)]

        def meet(transaction: Transaction, job: Job) -> Job:
            turn = self.turn(transaction, replace(job, waits=job.waits - 1))
            return transaction.apply(moves.meet(job, self.now, needed[0], job.waits - 1, turn))

        def work(transaction: Transaction) -> list[Job]:
            return [plain(meet(transaction, job)) for job in transaction.dependents(needed)]

        self.past += self.both(work) or []

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), verb=st.sampled_from(["begin", "beat", "report", "finish", "fail", "lose", "back", "stop"]))
    def work(self, data: st.DataObject, verb: str) -> None:
        late = data.draw(st.sampled_from([0, 0, 0, 1]), label="late")
        told: dict[str, Callable[[Job, int], Change]] = {
            "begin": lambda job, attempt: moves.begin(job, attempt, self.now),
            "beat": lambda job, attempt: moves.beat(job, attempt, self.now, LEASE),
            "report": lambda job, attempt: moves.report(job, attempt, self.now, LEASE, Progress(done=1.0, total=4.0)),
            "finish": lambda job, attempt: moves.finish(job, attempt, self.now, {"n": attempt}, self.now + 3),
            "fail": lambda job, attempt: moves.fail(job, attempt, self.now, BROKEN, self.now + 2),
            "lose": lambda job, attempt: moves.lose(job, attempt, self.now, moves.lost(job), self.now + 2),
            "back": lambda job, attempt: moves.give_back(job, attempt, self.now),
            "stop": lambda job, attempt: moves.stop(job, attempt, self.now),
        }
        self.move(self.pick(data, {State.RUNNING}), lambda job: told[verb](job, job.attempt - late))

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), fields=SUBMISSIONS, keep=st.booleans())
    def edit(self, data: st.DataObject, fields: dict[str, Any], keep: bool) -> None:
        names = ["owner", "project", "queue", "priority", "labels", "name", "resource", "kind", "unique", "schedule"]
        names.append("origin")
        new = {name: fields[name] for name in names} | {"after": (self.pick(data),) if keep else ()}
        self.move(
            self.pick(data),
            lambda job: Change(job=replace(job, revision=job.revision + 1, kept=keep, **new)),
        )

    @precondition(lambda self: self.past)
    @rule(data=st.data())
    def change_too_late(self, data: st.DataObject) -> None:
        old = data.draw(st.sampled_from(self.past), label="as it was")
        change = Change(job=replace(old, revision=old.revision + 1, name="late"))
        self.both(lambda transaction: plain(transaction.apply(change)))

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

    @rule(
        drawer=st.sampled_from(DRAWERS),
        id_=st.sampled_from(["a", "a:1", "a:2", "b"]),
        due=st.sampled_from([None, 0, 1, 5]),
        drops=st.booleans(),
    )
    def set_up(self, drawer: str, id_: str, due: int | None, drops: bool) -> None:
        card = Card(drawer=drawer, id=id_, body=str(self.now), due_at=None if due is None else self.now + due)

        def work(transaction: Transaction) -> Any:
            if drops:
                return transaction.drop_card(drawer, id_)
            transaction.put_card(card)
            return transaction.card(drawer, id_), transaction.due_cards(drawer, self.now, 2)

        self.both(work)

    @rule(name=ANY_QUEUE, paused=RARELY)
    def pause(self, name: str, paused: bool) -> None:
        row = QueueRow(name=name, paused=paused, paused_by="ada", paused_at=self.now if paused else None)
        self.both(lambda transaction: transaction.put_queue(row))

    @rule(name=st.sampled_from(["w1", "w2"]), session=st.sampled_from(["s1", "s2"]), draining=RARELY)
    def drain(self, name: str, session: str, draining: bool) -> None:
        row = WorkerRow(name=name, session=session, seen_at=self.now)

        def work(transaction: Transaction) -> Any:
            told = transaction.drain(name, draining=draining)
            transaction.put_worker(row)
            return told, transaction.workers()

        self.both(work)

    @rule(after=st.integers(0, 5))
    def keep_house(self, after: int) -> None:
        now = self.now + after

        def work(transaction: Transaction) -> Any:
            lapsed = [job.id for job in transaction.lapsed(now + LEASE, "", 3)]
            outlived = [job.id for job in transaction.outlived(now, 3)]
            aged = transaction.aged(now, (self.now - 3, 0), 3)
            prunable = [job.id for job in transaction.prunable([one.id for one in aged])]
            return lapsed, outlived, prunable, transaction.prune_events(now - 2, 3)

        self.both(work)
        self.same(lambda view: [_unnumbered(view.aged(now, (-1, 0), 9))])
        self.same(lambda view: [_unnumbered(view.aged(now, (self.now - 2, 0), 2, "p1"))])
        self.same(lambda view: [view.files_size(self.ids), view.stored(None)])

    @rule(time=st.sampled_from([1, 1, line.AGING]))
    def wait(self, time: int) -> None:
        self.now += time

    # --- looking ---------------------------------------------------------------------------------------------------

    @rule(filter_=FILTERS, scope=SCOPES, order=st.sampled_from(Order), limit=st.integers(1, 3))
    def look(self, filter_: Filter, scope: Scope, order: Order, limit: int) -> None:
        self.same(lambda view: walk(view, Query(filter=filter_, scope=scope, order=order, limit=limit)))
        self.same(lambda view: view.count(filter_, scope, limit))
        self.both(lambda transaction: walk(transaction, Query(filter=filter_, scope=scope, order=order, limit=limit)))

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), limit=st.integers(0, 4))
    def ask_about_the_line(self, data: st.DataObject, limit: int) -> None:
        picked = [self.pick(data) for _ in range(2)]

        def told(view: View) -> Any:
            return [
                [view.ahead(job, limit) for job in view.jobs(picked)],
                view.running(),
                [plain(view.unique(key)) for key in UNIQUE],
                [view.stored(owner) for owner in OWNERS],
            ]

        self.same(told)
        self.both(told)
        self.both(lambda transaction: [plain(job) for job in transaction.dependents(picked)])
        self.both(lambda transaction: [plain(job) for job in transaction.dependents(picked, limit=limit)])
        self.both(lambda transaction: transaction.last_dependent(picked) > 0)
        self.both(
            lambda t: [t.turn(queue, priority, owner) for queue in QUEUES for priority in (-1, 0) for owner in OWNERS]
        )

    @rule(drawer=st.sampled_from(DRAWERS), prefix=st.sampled_from(["", "a", "a:"]), newest=st.booleans())
    def look_at_cards(self, drawer: str, prefix: str, newest: bool) -> None:
        self.same(lambda view: view.cards(drawer, prefix=prefix, newest=newest))
        self.same(lambda view: view.cards(drawer, prefix=prefix, newest=newest, after="a:1", limit=1))
        self.same(lambda view: view.next_card(drawer))

    @rule(scope=SCOPES)
    def tally(self, scope: Scope) -> None:
        self.same(lambda view: view.tallies(scope))
        self.same(lambda view: view.queues())
        self.same(lambda view: view.oldest(QUEUES))
        self.same(lambda view: [view.finishes(self.now - 2, limit) for limit in (1, 3, 99)])

    @invariant()
    def the_newest_jobs_are_the_same(self) -> None:
        self.same(lambda view: [plain(job) for job in view.jobs(self.ids[-3:])])
        self.same(lambda view: [plain(event) for id_ in self.ids[-2:] for event in view.history(id_, 0, 9)])


def _sized(fast: tuple[int, int], storm: tuple[int, int]) -> settings:
    """Return settings for so many lives of at most so many steps each, every day and in the storm."""
    is_storm = settings.default is not None and settings.default.max_examples >= 10_000
    examples, steps = storm if is_storm else fast
    return settings(max_examples=examples, stateful_step_count=steps, deadline=None)


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a handful of levels and owners be many."""
    monkeypatch.setattr(line, "LEVEL_LIMIT", 3)
    monkeypatch.setattr(claim, "OWNERS_LIMIT", 2)
    monkeypatch.setattr(claim, "_AT_ONCE", 2)


def _unnumbered(found: list[Aged]) -> list[Aged]:
    """Return the jobs without their numbers, of which a store may leave some out."""
    return [replace(one, number=0) for one in found]


@pytest.mark.property
def test_sqlite_lives_as_memory_does(tmp_path: Path, sqlite_folder: LayOut) -> None:
    folders = (sqlite_folder(tmp_path / str(number)) for number in count())

    class OnSqlite(Houses):
        def __init__(self) -> None:
            super().__init__(lambda: SqliteStore.open(next(folders), synchronous="NORMAL"))

    run_state_machine_as_test(OnSqlite, settings=_sized(fast=(12, 40), storm=(5_000, 100)))


@pytest.mark.property
def test_postgres_lives_as_memory_does(shared_postgres: str, kept_connections: KeptConnections) -> None:
    class OnPostgres(Houses):
        def __init__(self) -> None:
            empty(shared_postgres, kept_connections)
            super().__init__(lambda: PostgresStore.open(shared_postgres, threads=2))

    run_state_machine_as_test(OnPostgres, settings=_sized(fast=(6, 30), storm=(1_000, 100)))
