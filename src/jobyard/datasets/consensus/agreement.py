"""How much each replica agrees with each other one. Adds up over pictures in any order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Self

from msgspec import Struct

from jobyard.datasets.annotations import Tag
from jobyard.datasets.consensus.clusters import Cluster


class Agreement(Struct, kw_only=True):
    """Sums for each pair of replicas."""

    common: list[list[float]]
    """Agreements of what both call the same."""
    either: list[list[int]]
    """Things that either of the two has."""

    @classmethod
    def of(cls, replicas: int) -> Self:
        """Return empty sums."""
        return cls(
            common=[[0.0] * replicas for _ in range(replicas)],
            either=[[0] * replicas for _ in range(replicas)],
        )

    def count(self, clusters: Sequence[Cluster], tags: Sequence[Sequence[Tag]]) -> None:
        """Count the clusters and tags of one picture."""
        replicas = len(self.common)
        for cluster in clusters:
            places = {member.replica: place for place, member in enumerate(cluster.members)}
            for one, other in combinations(range(replicas), 2):
                if one in places and other in places:
                    row, column = places[one], places[other]
                    alike = cluster.members[row].shape.label == cluster.members[column].shape.label
                    self._meet(one, other, float(cluster.table[row, column]) if alike else 0.0, 1)
                elif one in places or other in places:
                    self._meet(one, other, 0.0, 1)
        labels = [{tag.label for tag in said} for said in tags]
        for one, other in combinations(range(len(labels)), 2):
            self._meet(one, other, float(len(labels[one] & labels[other])), len(labels[one] | labels[other]))

    def add(self, other: Agreement) -> Self:
        """Add other sums to these."""
        for row in range(len(self.common)):
            for column in range(len(self.common)):
                self.common[row][column] += other.common[row][column]
                self.either[row][column] += other.either[row][column]
        return self

    def table(self) -> list[list[float]]:
        """Return the mean agreement of each pair, 1 with oneself and where neither says anything."""
        return [
            [
                1.0
                if row == column or not self.either[row][column]
                else self.common[row][column] / self.either[row][column]
                for column in range(len(self.common))
            ]
            for row in range(len(self.common))
        ]

    def scores(self) -> list[float]:
        """Return each replica's mean agreement with the others; 1 where there is no other."""
        table, replicas = self.table(), len(self.common)
        if replicas < 2:
            return [1.0] * replicas
        return [(sum(row) - 1.0) / (replicas - 1) for row in table]

    def _meet(self, one: int, other: int, common: float, either: int) -> None:
        for row, column in ((one, other), (other, one)):
            self.common[row][column] += common
            self.either[row][column] += either
