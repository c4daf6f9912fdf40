from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jobyard.datasets.annotations import Annotations, Shape, ShapeKind, Source, Tag
from jobyard.datasets.consensus.agreement import Agreement
from jobyard.datasets.consensus.clusters import clusters
from jobyard.datasets.consensus.dissents import DissentType
from jobyard.datasets.consensus.merging import Merged, merged
from jobyard.datasets.consensus.rules import ConsensusRules
from jobyard.datasets.geometry.comparing import Canvas
from tests.datasets.formats import drawn
from tests.datasets.formats.drawn import BIRD, CAR, rectangle
from tests.trials import at_most

CANVAS = Canvas(100, 100)
RULES = ConsensusRules()


def box(left: float, width: float = 10, **more: Any) -> Shape:
    label = more.pop("label", CAR)
    return rectangle(0, label, left, 0, left + width, 10, **more)


def merge(*replicas: Sequence[Shape | Tag], rules: ConsensusRules = RULES) -> Merged:
    said = [
        Annotations(
            shapes=tuple(one for one in replica if isinstance(one, Shape)),
            tags=tuple(one for one in replica if isinstance(one, Tag)),
        )
        for replica in replicas
    ]
    return merged(7, said, CANVAS, rules)


def test_what_all_drew_alike_is_sure() -> None:
    found = merge([box(0, number=5)], [box(0)], [box(0)])
    (shape,) = found.annotations.shapes
    assert shape == replace(box(0), frame=7, source=Source.CONSENSUS, score=1.0)
    assert found.dissents == ()
    assert found.agreement.scores() == [1, 1, 1]


def test_the_one_in_the_middle_stands_for_all() -> None:
    found = merge([box(0)], [box(1)], [box(2)])
    (shape,) = found.annotations.shapes
    assert shape.points == box(1).points
    assert shape.score == pytest.approx((1 + 2 * 9 / 11) / 3)


def test_the_quorum_decides() -> None:
    two_of_three: list[list[Shape | Tag]] = [[box(0, number=1)], [box(0, number=2)], []]
    assert len(merge(*two_of_three).annotations.shapes) == 1
    strict = merge(*two_of_three, rules=ConsensusRules(quorum=0.7))
    assert strict.annotations.shapes == ()
    (dissent,) = strict.dissents
    assert (dissent.type, dissent.frame, dissent.shapes) == (DissentType.NO_QUORUM, 7, ((0, 1), (1, 2)))
    assert [ConsensusRules(quorum=share).votes(3) for share in (0, 1 / 3, 0.5, 2 / 3, 1)] == [1, 1, 2, 2, 3]


def test_labels_are_voted_on() -> None:
    found = merge([box(0)], [box(0, label=BIRD)], [box(1, label=BIRD)])
    (shape,) = found.annotations.shapes
    assert shape.label == BIRD.number
    assert shape.score == pytest.approx((1 + 9 / 11) / 3)
    torn = merge([box(0)], [box(0, label=BIRD)], rules=ConsensusRules(quorum=1))
    assert torn.annotations.shapes == ()
    assert torn.dissents[0].type is DissentType.LABEL


def test_attributes_are_voted_on_one_by_one() -> None:
    replicas = [
        [box(0, attributes={101: "red", 102: "1"})],
        [box(0, attributes={101: "blue", 102: "2"})],
        [box(0, attributes={101: "blue", 102: "3"})],
    ]
    found = merge(*replicas)
    assert found.annotations.shapes[0].attributes[101] == "blue"
    assert [dissent.type for dissent in found.dissents] == [DissentType.ATTRIBUTE]


def test_too_little_agreement_is_left_out_where_that_was_said() -> None:
    rules = ConsensusRules(agreement_score_threshold=0.9)
    found = merge([box(0)], [box(3)], rules=rules)
    assert found.annotations.shapes == ()
    assert found.dissents[0].type is DissentType.LOW_SCORE


def test_two_of_one_replica_are_never_one_thing() -> None:
    found = merge([box(0), box(1)], [box(0), box(1)])
    assert [shape.points[0] for shape in found.annotations.shapes] == [0, 1]
    assert all(shape.score == 1 for shape in found.annotations.shapes)


def test_a_chain_of_neighbours_is_not_one_thing() -> None:
    found = list(clusters([[box(0)], [box(4)], [box(8)]], CANVAS, RULES))
    assert sorted(len(cluster.members) for cluster in found) == [1, 2]


def test_tags_are_kept_by_their_votes() -> None:
    car, bird = Tag(frame=0, label=CAR.number, number=3), Tag(frame=0, label=BIRD.number, number=4)
    found = merge([car, car, bird], [car], [])
    (tag,) = found.annotations.tags
    assert (tag.label, tag.source, tag.frame) == (CAR.number, Source.CONSENSUS, 7)
    assert tag.score == pytest.approx(2 / 3)
    assert found.dissents[0].shapes == ((0, 4),)


def test_groups_stay_together_under_new_numbers() -> None:
    found = merge([box(0, group=5), box(20, group=5), box(40, group=6)], [box(0), box(20), box(40)])
    groups = [shape.group for shape in found.annotations.shapes]
    assert groups == [1, 1, 0]


def test_replicas_are_compared_two_by_two() -> None:
    found = merge([box(0), box(50)], [box(0)], [box(0, label=BIRD)])
    table = found.agreement.table()
    assert table[0] == [1, 0.5, 0]
    assert table[1] == [0.5, 1, 0]
    assert found.agreement.scores() == [0.25, 0.25, 0]
    assert Agreement.of(1).scores() == [1]
    assert Agreement.of(2).table() == [[1, 1], [1, 1]]


def test_agreements_add_up() -> None:
    one, other = merge([box(0)], [box(0)]).agreement, merge([box(0)], [box(50)]).agreement
    assert one.add(other).table()[0][1] == pytest.approx(1 / 3)


def inside(shape: Shape) -> Shape:
    return replace(
        shape, points=shape.points if shape.kind is ShapeKind.MASK else tuple(value % 100 for value in shape.points)
    )


@pytest.mark.property
@at_most(1_000)
@given(
    st.lists(st.lists(drawn.shapes(0).map(inside), max_size=2), min_size=1, max_size=3),
    st.randoms(use_true_random=False),
)
def test_every_shape_is_in_one_cluster_and_order_does_not_matter(
    replicas: list[list[Shape]], dice: random.Random
) -> None:
    found = list(clusters(replicas, CANVAS, RULES))
    assert sum(len(cluster.members) for cluster in found) == sum(map(len, replicas))
    for cluster in found:
        owners = [member.replica for member in cluster.members]
        assert len(set(owners)) == len(owners)
        assert len(owners) == 1 or cluster.table.min() >= RULES.iou_threshold
    kept = merge(*replicas).annotations.shapes
    assert all(0 <= shape.score <= 1 and shape.source is Source.CONSENSUS for shape in kept)
    mixed = replicas[:]
    dice.shuffle(mixed)
    sizes = sorted(len(cluster.members) for cluster in clusters(mixed, CANVAS, RULES))
    assert len(sizes) >= max(map(len, replicas))


@pytest.mark.property
@at_most(1_000)
@given(st.lists(drawn.shapes(0).map(inside), max_size=4), st.integers(1, 4))
def test_copies_of_one_replica_agree_and_nothing_is_lost(shapes: list[Shape], count: int) -> None:
    # Two that are the same thing already cannot be told apart by anybody.
    alone = [shape for shape in shapes if shape.kind is ShapeKind.RECTANGLE][:1]
    found = merge(*[alone] * count)
    assert len(found.annotations.shapes) == len(alone)
    assert all(shape.score == pytest.approx(1, abs=1e-6) for shape in found.annotations.shapes)
