"""T-08: the power goes at any moment; what was acknowledged is there, and the database is sound."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.job import moves
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.store.contract import Transaction
from jobyard.store.sqlite import SqliteStore
from tests.storm.power import PowerDisk

STEPS = 60


@pytest.fixture
def disk() -> Iterator[PowerDisk]:
    disk = PowerDisk()
    yield disk
    disk.unregister()


class Script:
    """A random life of a store, with every acknowledgement written down."""

    def __init__(self, store: SqliteStore, chance: random.Random) -> None:
        self.store = store
        self.chance = chance
        self.acknowledged: dict[str, Job] = {}
        self.removed: set[str] = set()
        self.time = 1_700_000_000_000_000

    def step(self) -> None:
        self.time += 1_000
        live = [job for job in self.acknowledged.values() if job.state is State.RUNNING]
        what = self.chance.random()
        if what < 0.5 or not self.acknowledged:
            self._submit()
        elif what < 0.75:
            self._claim()
        elif live:
            self._finish(self.chance.choice(live))

    def _submit(self) -> None:
        job = Job(id=f"{self.chance.getrandbits(128):032x}", kind="k", owner="o", state=State.QUEUED, name="n" * 200)
        self._keep([self.store.write(lambda tx: tx.insert(moves.submit(job, self.time, "o"))).result()])

    def _claim(self) -> None:
        def work(transaction: Transaction) -> list[Job]:
            found = transaction.candidates(["default"], ["k"], self.time, 2)
            return [transaction.apply(moves.claim(job, self.time, "w", 1_000_000)) for job in found]

        self._keep(self.store.write(work).result())

    def _finish(self, job: Job) -> None:
        self._keep([self.store.write(lambda tx: tx.apply(moves.finish(job, job.attempt, self.time))).result()])

    def _keep(self, jobs: list[Job]) -> None:
        self.acknowledged.update({job.id: job for job in jobs})


def lost_in(folder: Path, script: Script) -> list[str]:
    """Start a store on what the cut left; return what is missing, a sentence each."""
    store = SqliteStore.open(folder)
    try:
        found = {job.id: job for job in store.read(lambda view: view.jobs(list(script.acknowledged))).result()}
        lost = [
            f"{id_}: acknowledged {job.state} revision {job.revision}, found {found.get(id_)}"
            for id_, job in script.acknowledged.items()
            if found.get(id_) != job
        ]
        return lost + list(store.check())
    finally:
        store.close()


def cuts(disk: PowerDisk, folder: Path, synchronous: str, seed: int, count: int) -> list[str]:
    """Live a random life with `count` power cuts in it; return everything that any of them lost."""
    chance = random.Random(seed)
    store = SqliteStore.open(folder / "live", synchronous=synchronous)
    script = Script(store, chance)
    lost = list[str]()
    try:
        for number in range(count):
            for _ in range(chance.randint(1, STEPS // 4)):
                script.step()
            after = folder / f"after {number}"
            after.mkdir()
            disk.platter.cut(folder / "live", after, chance)
            lost += lost_in(after, script)
    finally:
        store.close()
    return lost


@pytest.mark.parametrize("seed", range(2))
def test_nothing_acknowledged_is_lost(disk: PowerDisk, tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}")
    assert cuts(disk, tmp_path, "FULL", seed, 12) == []


def test_after_an_acknowledgement_nothing_lies_unsynced_in_the_log(disk: PowerDisk, tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "live")
    script = Script(store, random.Random(1))
    for _ in range(STEPS):
        script.step()
        assert [name for name, writes in disk.platter.cached.items() if writes and name.endswith("-wal")] == []
    store.close()


def test_the_test_sees_a_store_that_acknowledges_before_the_sync(disk: PowerDisk, tmp_path: Path) -> None:
    """The test of the test: SQLite's NORMAL keeps the last commits in the cache, so this must find a loss."""
    assert cuts(disk, tmp_path, "NORMAL", 3, 12) != []


@pytest.mark.storm
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(20))
def test_two_thousand_cuts(disk: PowerDisk, tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}")
    assert cuts(disk, tmp_path, "FULL", 100 + seed, 100) == []
