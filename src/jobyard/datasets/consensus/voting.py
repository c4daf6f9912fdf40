"""What a cluster says: its label, its attributes and the shape that speaks for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from jobyard.datasets.consensus.clusters import Cluster
from jobyard.datasets.geometry.arrays import Numbers


class Verdict(Struct, frozen=True, kw_only=True):
    """What a cluster settled on."""

    label: int
    votes: int
    """Members with that label."""
    chosen: int
    """The place of the member that stands for all."""
    score: float
    """How sure the replicas are together, 0 to 1."""


def verdict(cluster: Cluster, replicas: int) -> Verdict:
    """Return the label with the most votes, a tie broken by agreement, and the member that agrees best with its peers.

    The score is the sum of the chosen one's agreements with those of its label, itself included, over all replicas: 1
    when all drew the same, the less the more left it out, called it otherwise, or drew it elsewhere.
    """
    camps = defaultdict[int, list[int]](list)
    for place, member in enumerate(cluster.members):
        camps[member.shape.label].append(place)
    weighed = {label: _weight(cluster.table, places) for label, places in camps.items()}
    label = min(camps, key=lambda one: (-len(camps[one]), -weighed[one], one))
    camp = camps[label]
    sums = cluster.table[np.ix_(camp, camp)].sum(axis=1)
    best = int(np.argmax(sums))
    score = min(1.0, float(sums[best]) / replicas)
    return Verdict(label=label, votes=len(camp), chosen=camp[best], score=score)


def values(said: Sequence[dict[int, str]], first: dict[int, str]) -> tuple[dict[int, str], list[int]]:
    """Return each attribute's most frequent value, a tie broken in favour of `first`, and the attributes in dispute."""
    found, disputed = dict[int, str](), list[int]()
    for attribute in sorted({number for one in said for number in one}):
        votes = defaultdict[str, int](int)
        for one in said:
            if attribute in one:
                votes[one[attribute]] += 1
        found[attribute] = min(votes, key=lambda value: (-votes[value], value != first.get(attribute), value))
        if 2 * votes[found[attribute]] <= len(said) and len(votes) > 1:
            disputed.append(attribute)
    return found, disputed


def _weight(table: Numbers, places: list[int]) -> float:
    return float(table[np.ix_(places, places)].sum())
