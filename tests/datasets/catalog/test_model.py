"""Any life of a dataset's labels: files come and go, the source and people say things, labels are dropped. A few plain
dicts tell what must be there after each step, and the kept counters must agree with the annotations."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobyard.datasets import labelling
from jobyard.datasets.annotations import Annotations, Position, Shape, ShapeKind, Tag, Track
from jobyard.datasets.catalog import labels as labels_module
from jobyard.datasets.labelling import Said
from jobyard.datasets.labels import Label
from jobyard.datasets.record import LabelPolicy, Revision, TagWanted
from tests.datasets.counting import check_counts, everything
from tests.datasets.yard import ADA, Yard, put

FILES = "abcdefgh"
NAMES = ("cat", "dog", "cow")
PLACE = st.integers(0, len(FILES) - 1)
WORDS = st.lists(st.sampled_from(NAMES), max_size=3)
BOX = (0.0, 0.0, 1.0, 1.0)


@dataclass
class Kept:
    """What is expected of one sample."""

    number: int
    by_hand: bool = False
    said: Counter[str] = field(default_factory=Counter)


class Life:
    """The dataset, and what is expected of it."""

    def __init__(self, yard: Yard, name: str) -> None:
        self.yard = yard
        self.name = name
        self.files: dict[str, Kept] = {}
        self.tracks = list[tuple[str, list[str]]]()
        self.next = 1

    def labels(self) -> dict[str, int]:
        found = self.yard.ask(self.yard.datasets.labels(ADA, self.name))
        return {label.name: label.number for label in found}

    def alive(self, places: list[int]) -> list[str]:
        """Return the files meant by some places, each once, in the order of their samples."""
        there = sorted(self.files, key=lambda file: self.files[file].number)
        return sorted({there[place % len(there)] for place in places}, key=there.index) if there else []

    def lose(self, gone: set[str]) -> None:
        for file in gone:
            del self.files[file]
        self.tracks = [(label, [file for file in files if file not in gone]) for label, files in self.tracks]
        self.tracks = [track for track in self.tracks if track[1]]

    def synchronize(self, files: set[str]) -> None:
        for file in FILES:
            (self.yard.source / file).unlink(missing_ok=True)
        for file in files:
            put(self.yard.source, file, mtime_ns=1)
        self.yard.synchronize(dataset=self.name, allow_empty=True)
        self.lose(self.files.keys() - files)
        for file in sorted(files - self.files.keys()):
            self.files[file] = Kept(self.next)
            self.next += 1

    def read(self, said: dict[int, list[str]]) -> None:
        """Let the source say something."""
        wanted = {file: said[place] for place in said for file in self.alive([place])}
        dataset = self.yard.get(self.name)
        told = {self.files[file].number: Said(labels=tuple(words)) for file, words in wanted.items()}
        self.yard.write(lambda transaction: labelling.put(transaction, dataset, told, self.yard.clock.now()))
        for file, words in wanted.items():
            if not self.files[file].by_hand:
                self.files[file].said = Counter(set(words))

    def tag(self, place: int, words: list[str]) -> None:
        for file in self.alive([place]):
            id_ = f"{self.yard.get(self.name).number:016x}{self.files[file].number:016x}"
            wanted = [(id_, [TagWanted(name=word) for word in words])]
            self.yard.ask(self.yard.datasets.set_tags(ADA, self.name, wanted, make_labels=True))
            self.files[file].said = Counter(set(words))
            self.files[file].by_hand = True

    def annotate(self, places: list[int], replaced: bool) -> None:
        """Put a tag and a shape on some samples and a track through them all; before, clear what lies between them."""
        files, labels = self.alive(places), self.labels()
        if not files or not labels:
            return
        (label, number), *_ = labels.items()
        *_, (tracked, track_number) = labels.items()
        frames = [self.files[file].number - 1 for file in files]
        added = Annotations(
            tags=tuple(Tag(frame=frame, label=number) for frame in frames),
            shapes=tuple(Shape(frame=frame, label=number, kind=ShapeKind.RECTANGLE, points=BOX) for frame in frames),
            tracks=(
                Track(
                    frame=frames[0],
                    label=track_number,
                    positions=tuple(Position(frame=one, kind=ShapeKind.RECTANGLE, points=BOX) for one in frames),
                ),
            ),
        )
        whole = (frames[0], frames[-1]) if replaced else None
        self.yard.ask(self.yard.datasets.annotate(ADA, self.name, Revision(replace=whole, add=added)))
        if replaced:
            self.clear(range(frames[0], frames[-1] + 1))
        for file in files:
            self.files[file].said[label] += 2
            self.files[file].by_hand = True
        self.tracks.append((tracked, files))

    def clear(self, frames: range) -> None:
        for kept in self.files.values():
            if kept.number - 1 in frames and kept.said:
                kept.said.clear()
                kept.by_hand = True
        for label, files in list(self.tracks):
            if self.files[files[0]].number - 1 in frames:
                self.tracks.remove((label, files))
                for file in files:
                    self.files[file].by_hand = True

    def delete(self, place: int) -> None:
        gone = self.alive([place])
        dataset = self.yard.get(self.name)
        ids = [f"{dataset.number:016x}{self.files[file].number:016x}" for file in gone]
        self.yard.ask(self.yard.datasets.delete_samples(ADA, self.name, ids, delete_source=True))
        self.lose(set(gone))

    def drop(self, name: str, policy: LabelPolicy) -> None:
        number = self.labels().get(name)
        if number is None:
            return
        alone = {file for file in self.files if self.carried(file) == {name}}
        self.yard.ask(self.yard.datasets.change_labels(ADA, self.name, delete=[number], policy=policy))
        self.tracks = [track for track in self.tracks if track[0] != name]
        if policy is not LabelPolicy.KEEP:
            self.lose(alone)
        for kept in self.files.values():
            del kept.said[name]

    def carried(self, file: str) -> set[str]:
        tracked = {label for label, files in self.tracks if file in files}
        return {name for name, count in self.files[file].said.items() if count} | tracked

    def check(self) -> None:
        said = check_counts(self.yard, self.name)
        found = {one.sample.path.decode(): one for one in everything(self.yard, self.name)}
        assert {file: one.number for file, one in found.items()} == {
            file: kept.number for file, kept in self.files.items()
        }
        assert {file: set(one.labels) for file, one in found.items()} == {
            file: self.carried(file) for file in self.files
        }
        assert {file: one.by_hand for file, one in found.items()} == {
            file: kept.by_hand for file, kept in self.files.items()
        }
        assert len(said.tags) + len(said.shapes) == sum(kept.said.total() for kept in self.files.values())
        assert len(said.tracks) == len(self.tracks)


STEPS: st.SearchStrategy[tuple[str, tuple[Any, ...]]] = st.one_of(
    st.tuples(st.just("synchronize"), st.tuples(st.sets(st.sampled_from(FILES)))),
    st.tuples(st.just("read"), st.tuples(st.dictionaries(PLACE, WORDS, max_size=4))),
    st.tuples(st.just("tag"), st.tuples(PLACE, WORDS)),
    st.tuples(st.just("annotate"), st.tuples(st.lists(PLACE, max_size=3), st.booleans())),
    st.tuples(st.just("delete"), st.tuples(PLACE)),
    st.tuples(st.just("drop"), st.tuples(st.sampled_from(NAMES), st.sampled_from(LabelPolicy))),
)


@pytest.mark.property
@settings(
    max_examples=min(settings.default.max_examples // 8, 200) if settings.default else 12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(first=st.sets(st.sampled_from(FILES), min_size=3), steps=st.lists(STEPS, min_size=1, max_size=8))
def test_any_life_of_labels(yard: Yard, first: set[str], steps: list[tuple[str, tuple[Any, ...]]]) -> None:
    dataset = yard.create(labels=(Label(name="cat"), Label(name="cow")))
    life = Life(yard, dataset.id)
    before, labels_module.STEP = labels_module.STEP, 2
    try:
        life.synchronize(first)
        life.check()
        for name, given_ in steps:
            getattr(life, name)(*given_)
            life.check()
    finally:
        labels_module.STEP = before
        yard.ask(yard.datasets.delete(ADA, dataset.id))
