from __future__ import annotations

import json

import pytest

from jobyard.datasets.annotations import Source
from jobyard.datasets.assignment import AssignmentChanges, AssignmentKind, Stage, Work
from jobyard.datasets.labels import Label
from jobyard.datasets.messages import packed
from jobyard.datasets.work.merging import ConsensusMerge
from jobyard.datasets.work.messages import United
from jobyard.job.errors import Conflict, Invalid
from jobyard.kinds import Cancelled
from tests.datasets.work.shop import Shop, box
from tests.datasets.yard import ADA


@pytest.fixture
def replicas(shop: Shop) -> tuple[Shop, list[int], list[int], Label]:
    """Four pictures in two assignments, each with three replicas: the parents, the first one's replicas, a label."""
    cat, dog = shop.stock(4)
    made = shop.ask(shop.datasets.split(ADA, "cats", size=2, replicas=3))
    parents = [one.number for one in made if one.kind is AssignmentKind.ANNOTATION]
    first = [one.number for one in made if one.parent == parents[0]]
    second = [one.number for one in made if one.parent == parents[1]]
    shop.say(box(0, dog, 50), box(3, dog, 50))
    for place, layer in enumerate(first):
        shop.say(box(0, cat, place), layer=layer)
    for layer in second[:2]:
        shop.say(box(2, cat, 0), layer=layer)
    shop.say(box(3, cat, 0), layer=second[2])
    return shop, parents, first, cat


def test_replicas_become_what_is_said(replicas: tuple[Shop, list[int], list[int], Label]) -> None:
    shop, parents, first, cat = replicas
    result = shop.do(ConsensusMerge, dataset="cats")
    found = shop.said().shapes
    assert [(one.frame, one.label, one.points[0], one.source) for one in found] == [
        (0, cat.number, 1, Source.CONSENSUS),
        (2, cat.number, 0, Source.CONSENSUS),
    ]
    assert [one.score for one in found] == [pytest.approx((1 + 2 * 9 / 11) / 3), pytest.approx(2 / 3)]
    assert (result["frames"], result["annotations"]) == (4, 2)
    assert result["dissents"] == {"no_matching_annotation": 1}
    (line,) = (shop.results / "dissents.jsonl").read_text().splitlines()
    assert json.loads(line)["frame"] == 3
    agreement = result["assignments"][0]["agreement"]
    assert agreement[0][1] == pytest.approx(9 / 11, abs=1e-6)
    assert result["assignments"][0]["replicas"] == first
    states = {one.number: one.state for one in shop.ask(shop.datasets.assignments(ADA, "cats"))}
    assert [states[number] for number in parents] == [Work.COMPLETED] * 2
    assert shop.get("cats").annotated == 2


def test_one_assignments_merge_leaves_the_others_alone(replicas: tuple[Shop, list[int], list[int], Label]) -> None:
    shop, parents, _, _ = replicas
    shop.do(ConsensusMerge, dataset="cats", assignment=parents[0])
    assert [one.frame for one in shop.said().shapes] == [0, 3]
    assert [one.points[0] for one in shop.said().shapes] == [1, 50]
    shop.do(ConsensusMerge, dataset="cats", assignment=parents[0], rules={"quorum": 1, "iou_threshold": 0.9})
    assert [one.frame for one in shop.said().shapes] == [3]


def test_what_nobody_has_begun_with_replaces_nothing(shop: Shop) -> None:
    cat, dog = shop.stock(4)
    made = shop.ask(shop.datasets.split(ADA, "cats", size=2, replicas=2))
    parents = [one.number for one in made if one.kind is AssignmentKind.ANNOTATION]
    first, second = (next(one.number for one in made if one.parent == parent) for parent in parents)
    shop.say(box(0, dog, 50), box(3, dog, 50))
    with pytest.raises(Invalid, match="begun"):
        shop.do(ConsensusMerge, dataset="cats")
    assert [one.frame for one in shop.said().shapes] == [0, 3]
    shop.say(box(1, cat, 0), layer=first)
    result = shop.do(ConsensusMerge, dataset="cats")
    assert [facts["assignment"] for facts in result["assignments"]] == parents[:1]
    assert [one.frame for one in shop.said().shapes] == [1, 3]
    states = {one.number: one.state for one in shop.ask(shop.datasets.assignments(ADA, "cats"))}
    assert [states[number] for number in parents] == [Work.COMPLETED, Work.NEW]
    shop.ask(shop.datasets.change_assignment(ADA, second, AssignmentChanges(state=Work.COMPLETED)))
    shop.do(ConsensusMerge, dataset="cats")
    assert [one.frame for one in shop.said().shapes] == [1]


def test_what_is_being_checked_is_not_merged_over(replicas: tuple[Shop, list[int], list[int], Label]) -> None:
    shop, parents, _, _ = replicas
    shop.ask(shop.datasets.change_assignment(ADA, parents[1], AssignmentChanges(stage=Stage.ACCEPTANCE)))
    with pytest.raises(Invalid, match="past its annotation"):
        shop.do(ConsensusMerge, dataset="cats", assignment=parents[1])
    result = shop.do(ConsensusMerge, dataset="cats")
    assert [facts["assignment"] for facts in result["assignments"]] == parents[:1]
    assert [(one.frame, one.points[0]) for one in shop.said().shapes] == [(0, 1), (3, 50)]


def test_what_goes_on_to_its_check_while_it_is_merged_stays(
    replicas: tuple[Shop, list[int], list[int], Label],
) -> None:
    shop, parents, _, _ = replicas
    before = shop.said()
    job = shop.admit(ConsensusMerge, dataset="cats")
    shop.ask(shop.datasets.change_assignment(ADA, parents[0], AssignmentChanges(stage=Stage.ACCEPTANCE)))
    with pytest.raises(Conflict, match="past its annotation"):
        shop.call(job, "work.unite", packed(United(assignments=parents[:1])))
    assert shop.said() == before


def test_a_merge_that_is_stopped_changes_nothing(replicas: tuple[Shop, list[int], list[int], Label]) -> None:
    shop, _, _, _ = replicas
    before = shop.said()
    with pytest.raises(Cancelled):
        shop.do(ConsensusMerge, dataset="cats", looks=9)
    assert shop.said() == before
    shop.do(ConsensusMerge, dataset="cats")
    assert len(shop.said().shapes) == 2


def test_without_replicas_there_is_nothing_to_merge(shop: Shop) -> None:
    shop.stock(1)
    shop.ask(shop.datasets.split(ADA, "cats"))
    with pytest.raises(Invalid, match="cats has no replicas"):
        shop.do(ConsensusMerge, dataset="cats")
