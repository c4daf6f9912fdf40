"""Which shapes of several replicas are one thing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from msgspec import Struct

from jobyard.datasets.annotations import Shape
from jobyard.datasets.consensus.rules import ConsensusRules
from jobyard.datasets.geometry.arrays import Numbers
from jobyard.datasets.geometry.comparing import FAMILIES, Canvas, agreements


class Member(Struct, frozen=True):
    """A shape and whose it is."""

    replica: int
    shape: Shape


class Cluster(Struct, frozen=True):
    """Shapes that are one thing, at most one of each replica, and how each agrees with each."""

    members: tuple[Member, ...]
    table: Numbers


def clusters(replicas: Sequence[Sequence[Shape]], canvas: Canvas, rules: ConsensusRules) -> Iterator[Cluster]:
    """Yield clusters; each shape is in exactly one, be it alone. They do not depend on the order of the replicas."""
    families = defaultdict[str, list[Member]](list)
    for replica, shapes in enumerate(replicas):
        for shape in shapes:
            families[FAMILIES[shape.kind]].append(Member(replica, shape))
    for family in sorted(families):
        yield from _joined(families[family], canvas, rules)


def _joined(members: list[Member], canvas: Canvas, rules: ConsensusRules) -> Iterator[Cluster]:
    """Join the best pairs first, as long as every two of a cluster agree enough (complete linkage)."""
    shapes = [member.shape for member in members]
    table = agreements(shapes, shapes, canvas, rules.geometry)
    owners = np.array([member.replica for member in members])
    able = (table >= rules.iou_threshold) & (owners[:, None] != owners[None, :])
    edges = np.argwhere(np.triu(able, 1))
    weights = table[edges[:, 0], edges[:, 1]]
    home = list(range(len(members)))
    groups = {place: [place] for place in home}
    for edge in np.argsort(-weights, kind="stable").tolist():
        one, other = (home[place] for place in edges[edge].tolist())
        if one == other or not able[np.ix_(groups[one], groups[other])].all():
            continue
        groups[one] += groups.pop(other)
        for place in groups[one]:
            home[place] = one
    for places in groups.values():
        ordered = sorted(places)
        yield Cluster(tuple(members[place] for place in ordered), table[np.ix_(ordered, ordered)])
