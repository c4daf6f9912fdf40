"""What is counted while comparing. Tallies add up in any order, so frames can come one by one and from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self

from msgspec import Struct, field

from jobyard.datasets.quality.conflicts import ERRORS, Conflict, ConflictType

UNMATCHED = "unmatched"
"""Stands in the confusion matrix for what has no partner."""


class Tally(Struct, kw_only=True):
    """Counts of one frame or of many."""

    frames: int = 0
    pairs: dict[tuple[str, str], int] = field(default_factory=dict)
    """Label given and true label, with how often they met; one of them may be UNMATCHED."""
    empty: int = 0
    """Frames that say nothing and were right to."""
    matched: int = 0
    """Shapes with a partner, whatever their labels."""
    extra: int = 0
    """Shapes without one."""
    missing: int = 0
    """True shapes without one."""
    agreement: float = 0.0
    """Sum of the agreements of those with a partner."""
    right_labels: int = 0
    wrong_labels: int = 0
    conflicts: dict[ConflictType, int] = field(default_factory=dict)

    def meet(self, given: str, true: str, count: int = 1) -> None:
        """Count an annotation of one label where another was true."""
        self.pairs[given, true] = self.pairs.get((given, true), 0) + count

    def blame(self, conflicts: Iterable[Conflict]) -> None:
        """Count conflicts."""
        for conflict in conflicts:
            self.conflicts[conflict.type] = self.conflicts.get(conflict.type, 0) + 1

    def add(self, other: Tally) -> Self:
        """Add another tally to this one."""
        self.frames += other.frames
        self.empty += other.empty
        self.matched += other.matched
        self.extra += other.extra
        self.missing += other.missing
        self.agreement += other.agreement
        self.right_labels += other.right_labels
        self.wrong_labels += other.wrong_labels
        for (given, true), count in other.pairs.items():
            self.meet(given, true, count)
        for type_, count in other.conflicts.items():
            self.conflicts[type_] = self.conflicts.get(type_, 0) + count
        return self

    @property
    def valid(self) -> int:
        """Annotations that are as they should be."""
        return self.empty + sum(n for (given, true), n in self.pairs.items() if given == true)

    @property
    def unfound(self) -> int:
        """True annotations without a partner."""
        return sum(n for (given, _), n in self.pairs.items() if given == UNMATCHED)

    @property
    def superfluous(self) -> int:
        """Annotations without a partner."""
        return sum(n for (_, true), n in self.pairs.items() if true == UNMATCHED)

    @property
    def total(self) -> int:
        """Things that either side speaks of."""
        return self.empty + sum(self.pairs.values())

    @property
    def given(self) -> int:
        """Annotations that were compared."""
        return self.total - self.unfound

    @property
    def true(self) -> int:
        """Annotations that they were compared with."""
        return self.total - self.superfluous

    @property
    def accuracy(self) -> float:
        """Valid ones among all that either side speaks of; 0 where there is none."""
        return _share(self.valid, self.total)

    @property
    def precision(self) -> float:
        """Valid ones among the given."""
        return _share(self.valid, self.given)

    @property
    def recall(self) -> float:
        """Valid ones among the true."""
        return _share(self.valid, self.true)

    @property
    def errors(self) -> int:
        """Conflicts that are errors."""
        return sum(n for type_, n in self.conflicts.items() if type_ in ERRORS)

    @property
    def warnings(self) -> int:
        """Conflicts that are warnings."""
        return sum(self.conflicts.values()) - self.errors


class LabelScores(Struct, frozen=True, kw_only=True):
    """How one label fared."""

    precision: float
    recall: float
    accuracy: float
    jaccard: float


def scores(tally: Tally, label: str) -> LabelScores:
    """Return the numbers of one label: of its row and its column in the confusion matrix, and where they meet."""
    both = tally.pairs.get((label, label), 0)
    given = sum(n for (mine, _), n in tally.pairs.items() if mine == label)
    true = sum(n for (_, theirs), n in tally.pairs.items() if theirs == label)
    total = sum(tally.pairs.values())
    return LabelScores(
        precision=_share(both, given),
        recall=_share(both, true),
        accuracy=_share(total - given - true + 2 * both, total),
        jaccard=_share(both, given + true - both),
    )


def merged(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of tallies."""
    whole = Tally()
    for tally in tallies:
        whole.add(tally)
    return whole


def matrix(pairs: Mapping[tuple[str, str], int], labels: list[str]) -> list[list[int]]:
    """Return the confusion matrix: a row for each given label, a column for each true one."""
    return [[pairs.get((given, true), 0) for true in labels] for given in labels]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
