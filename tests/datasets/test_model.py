"""Any folder after any other, listed in any stretches, killed and repeated at will: the store against plain dicts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jobyard.datasets import leaves, stretches
from jobyard.datasets.messages import Ahead, Applied, Batch, Entry, Opened, fingerprint, packed, unpacked
from jobyard.datasets.record import Counts
from jobyard.job import moves
from jobyard.job.record import Job
from jobyard.store.contract import Store
from tests.datasets.yard import ADA, Yard

Folder = dict[bytes, tuple[int, int]]

KNOWN_LIMIT = 7
BATCH = 5
PATH = st.binary(min_size=1, max_size=2).filter(lambda path: b"\0" not in path)
CONTENT = st.tuples(st.integers(0, 2), st.integers(-1, 1))
FOLDER = st.dictionaries(PATH, CONTENT, max_size=40)
PATCH = st.dictionaries(PATH, CONTENT | st.none(), max_size=3)
"""What becomes of a few files of the folder that was there before; None is gone."""


def entries(folder: Folder) -> list[Entry]:
    return [(path, *content, "") for path, content in sorted(folder.items())]


class Turn(NamedTuple):
    """One batch, and what befalls it."""

    size: int = BATCH
    lost: bool = False
    """Its answer is lost, so it is sent once more."""
    dies: bool = False
    """The attempt dies behind it, and another one goes on."""
    whole: bool = True
    """It ends where a stretch that was compared earlier ends, and is told by its digest, and in parts if it differs."""


TURNS = st.lists(st.builds(Turn, st.integers(1, BATCH), st.booleans(), st.booleans(), st.booleans()), max_size=12)


class Patch(NamedTuple):
    """A folder that is nearly as it was."""

    changes: dict[bytes, tuple[int, int] | None]

    def after(self, folder: Folder) -> Folder:
        merged = {**folder, **self.changes}
        return {path: content for path, content in merged.items() if content is not None}


class Lister:
    """A worker's side in few lines, which also repeats itself, and dies."""

    def __init__(self, yard: Yard, job: Job, folder: Folder, turns: Sequence[Turn]) -> None:
        self.yard = yard
        self.job = job
        self.left = entries(folder)
        self.turns = iter(turns)

    def run(self) -> Counts:
        applied = self.open()
        while not applied.passed:
            turn = next(self.turns, Turn())
            ahead = [entry for entry in self.left if entry[0] > applied.cursor]
            batch, end = ahead[: turn.size], turn.size >= len(ahead)
            upto = None if end else batch[-1][0]
            if turn.whole and (stretch := applied.ahead) is not None:
                upto = stretch.upto
                batch = [entry for entry in ahead if upto is None or entry[0] <= upto]
                told = self.shortened(stretch, Batch(start=applied.cursor, entries=batch, upto=upto, skipped=1))
                if told is not None:
                    applied = self.send(told, lost=turn.lost)
                    assert (applied.cursor, applied.passed) == (upto or applied.cursor, upto is None)
                    continue
            applied = self.send(Batch(start=applied.cursor, entries=batch, upto=upto, skipped=1), lost=turn.lost)
            if turn.dies:
                self.job = self.yard.change(self.job, lambda now: moves.give_back(now, now.attempt, 1))
                self.job = self.yard.claim(self.job)
                assert self.open() == applied
        self.yard.call(self.job, "datasets.finish")
        return applied.counts

    def open(self) -> Applied:
        return unpacked(self.yard.call(self.job, "datasets.open"), Opened).applied

    def shortened(self, stretch: Ahead, whole: Batch) -> Batch | None:
        """Return a batch by its digest, or in parts where it differs, as long as it can be told so."""
        digest = fingerprint(whole.entries, [], labelled=False)
        if digest == stretch.digest:
            return replace(whole, entries=[], digest=digest)
        return leaves.in_parts(whole, stretch, digest, labelled=False) if stretch.digest else None

    def send(self, batch: Batch, *, lost: bool) -> Applied:
        answer = unpacked(self.yard.call(self.job, "datasets.apply", packed(batch)), Applied)
        while answer.more:
            answer = unpacked(self.yard.call(self.job, "datasets.apply", packed(batch)), Applied)
        if lost:
            assert unpacked(self.yard.call(self.job, "datasets.apply", packed(batch)), Applied) == answer
        return answer


@pytest.fixture
def small_yard(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Yard:
    monkeypatch.setattr(leaves, "LEAF", 2)
    monkeypatch.setattr(stretches, "LEAST", 2)
    monkeypatch.setattr(stretches, "BATCH_ENTRIES", 2 * BATCH)
    return Yard(store, tmp_path, known_limit=KNOWN_LIMIT)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(FOLDER | PATCH.map(Patch), TURNS), min_size=1, max_size=4))
def test_any_folder_after_any_other(small_yard: Yard, folders: list[tuple[Folder | Patch, list[Turn]]]) -> None:
    yard, known = small_yard, Folder()
    dataset = yard.create()
    try:
        for wanted, turns in folders:
            folder = wanted.after(known) if isinstance(wanted, Patch) else wanted
            job = yard.claim(yard.submit(allow_empty=True))
            counts = Lister(yard, job, folder, turns).run()
            yard.finish(job)
            both = folder.keys() & known.keys()
            assert (counts.listed, counts.added, counts.deleted, counts.changed, counts.unchanged) == (
                len(folder),
                len(folder.keys() - known.keys()),
                len(known.keys() - folder.keys()),
                sum(folder[path] != known[path] for path in both),
                sum(folder[path] == known[path] for path in both),
            )
            assert yard.stored() == entries(folder)
            yard.check_counters()
            known = folder
    finally:
        yard.ask(yard.datasets.delete(ADA, dataset.id))
