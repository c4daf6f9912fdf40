from __future__ import annotations

import io
import json
import random
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jobyard.datasets.annotations import Annotations, Shape, ShapeKind, Tag
from jobyard.datasets.geometry.comparing import Canvas
from jobyard.datasets.quality import report
from jobyard.datasets.quality.conflicts import ConflictType, Severity
from jobyard.datasets.quality.frames import FrameResult, Side, compared
from jobyard.datasets.quality.matching import paired
from jobyard.datasets.quality.portions import portion
from jobyard.datasets.quality.rules import QualityRules
from jobyard.datasets.quality.tally import UNMATCHED, Tally, merged, scores
from tests.datasets.formats import drawn
from tests.datasets.formats.drawn import BIRD, CAR, VOCABULARY, rectangle
from tests.trials import at_most

CANVAS = Canvas(100, 100)
RULES = QualityRules()


def compare(
    given: Sequence[Shape] = (),
    true: Sequence[Shape] = (),
    rules: QualityRules = RULES,
    tags: tuple[Sequence[Tag], Sequence[Tag]] = ((), ()),
    frame: int = 3,
) -> FrameResult:
    ours = Side(annotations=Annotations(shapes=tuple(given), tags=tuple(tags[0])), job=1)
    theirs = Side(annotations=Annotations(shapes=tuple(true), tags=tuple(tags[1])), job=2)
    return compared(frame, ours, theirs, CANVAS, VOCABULARY, rules)


def kinds(result: FrameResult) -> list[str]:
    return sorted(conflict.type.value for conflict in result.conflicts)


def box(left: float, width: float = 10, **more: Any) -> Shape:
    label = more.pop("label", CAR)
    return rectangle(0, label, left, 0, left + width, 10, **more)


def test_what_is_the_same_is_right() -> None:
    result = compare([box(0), box(50, label=BIRD)], [box(50, label=BIRD), box(0)])
    assert result.conflicts == []
    tally = result.tally
    assert (tally.valid, tally.total, tally.given, tally.true) == (2, 2, 2, 2)
    assert (tally.accuracy, tally.precision, tally.recall) == (1, 1, 1)
    assert tally.agreement == 2


def test_everything_wrong_is_told_with_who_and_how_bad() -> None:
    given = [box(0, number=1), box(40, number=2, label=BIRD), box(80, number=3)]
    true = [box(40, number=12), box(60, number=14), box(82, 9, number=13)]
    result = compare(given, true)
    told = {
        conflict.type: [(one.obj_id, one.job_id) for one in conflict.annotation_ids] for conflict in result.conflicts
    }
    assert told == {
        ConflictType.EXTRA: [(1, 1)],
        ConflictType.MISSING: [(14, 2)],
        ConflictType.LABEL: [(2, 1), (12, 2)],
        ConflictType.LOW_OVERLAP: [(3, 1), (13, 2)],
    }
    severities = {conflict.type: conflict.severity for conflict in result.conflicts}
    assert severities.pop(ConflictType.LOW_OVERLAP) is Severity.WARNING
    assert set(severities.values()) == {Severity.ERROR}
    assert (result.tally.errors, result.tally.warnings) == (3, 1)
    assert result.tally.pairs == {
        ("car", "car"): 1,
        ("bird & <co>", "car"): 1,
        ("car", UNMATCHED): 1,
        (UNMATCHED, "car"): 1,
    }
    assert (result.tally.valid, result.tally.unfound, result.tally.superfluous) == (1, 1, 1)


def test_the_right_label_is_found_before_the_better_place() -> None:
    result = compare([box(0, label=BIRD), box(2)], [box(0)])
    assert result.tally.pairs == {("car", "car"): 1, ("bird & <co>", UNMATCHED): 1}


@pytest.mark.property
@given(st.integers(1, 4), st.integers(1, 4), st.randoms(use_true_random=False), st.floats(0, 1))
def test_pairs_are_the_best_there_are(rows: int, columns: int, dice: random.Random, threshold: float) -> None:
    table = np.array([[dice.random() for _ in range(columns)] for _ in range(rows)])
    found = paired(table, np.ones_like(table, dtype=bool), threshold)
    assert all(table[pair] >= threshold for pair in found.same)
    assert found.confused == ()
    assert {row for row, _ in found.same} | set(found.extra) == set(range(rows))
    assert {column for _, column in found.same} | set(found.missing) == set(range(columns))
    worth = np.where(table >= threshold, table, 0)
    square = np.zeros((4, 4))
    square[:rows, :columns] = worth
    best = max(sum(square[n, place] for n, place in enumerate(way)) for way in permutations(range(4)))
    assert sum(table[pair] for pair in found.same) == pytest.approx(best, abs=1e-6)


def test_a_threshold_of_zero_pairs_whatever_is_left() -> None:
    found = paired(np.zeros((1, 1)), np.ones((1, 1), dtype=bool), 0.0)
    assert found.same == ((0, 0),)


def test_tags_are_right_missing_or_too_many() -> None:
    car, bird = Tag(frame=0, label=CAR.number, number=5), Tag(frame=0, label=BIRD.number, number=6)
    result = compare(tags=([car, car], [car, bird]))
    assert result.tally.pairs == {("car", "car"): 1, ("car", UNMATCHED): 1, (UNMATCHED, "bird & <co>"): 1}
    assert kinds(result) == ["extra_annotation", "missing_annotation"]
    red = replace(car, attributes={101: "red"})
    assert kinds(compare(tags=([car], [red]))) == ["mismatching_attributes"]


def test_attributes_may_differ_only_where_that_was_said() -> None:
    red, blue = box(0, attributes={101: "red"}), box(0, attributes={101: "blue"})
    assert kinds(compare([red], [blue])) == ["mismatching_attributes"]
    assert compare([red], [blue], QualityRules(ignored_attributes=("colour",))).conflicts == []
    assert compare([red], [blue], QualityRules(compare_attributes=False)).conflicts == []


def test_a_line_that_runs_backwards_is_told() -> None:
    line = Shape(frame=0, label=CAR.number, kind=ShapeKind.POLYLINE, points=(0, 0, 50, 0, 90, 40))
    back = replace(line, points=(90, 40, 50, 0, 0, 0))
    assert kinds(compare([back], [line])) == ["mismatching_direction"]
    assert compare([back], [line], QualityRules(compare_line_orientation=False)).conflicts == []
    assert compare([line], [line]).conflicts == []


def test_groups_agree_by_their_members() -> None:
    true = [box(place, group=1) for place in (0, 20, 40)]
    alone = [box(0, group=0), box(20, group=7), box(40, group=7)]
    found = compare(alone, true)
    assert kinds(found) == ["mismatching_groups"]
    assert compare(alone, true, QualityRules(group_match_threshold=0.3)).conflicts == []
    assert compare(alone, true, QualityRules(compare_groups=False)).conflicts == []
    assert compare([replace(shape, group=9) for shape in true], true).conflicts == []


def test_what_nobody_can_see_is_told() -> None:
    hidden, above = box(0, number=4), box(0, 20, depth=1, number=5)
    result = compare([hidden, above], [hidden, above])
    assert [(one.type, one.annotation_ids[0].obj_id) for one in result.conflicts] == [(ConflictType.COVERED, 4)]
    assert compare([hidden, above], [hidden, above], QualityRules(check_covered_annotations=False)).conflicts == []


def area(points: tuple[float, ...], **more: Any) -> Shape:
    return Shape(frame=0, label=CAR.number, kind=ShapeKind.POLYGON, points=points, **more)


def test_only_what_can_be_seen_of_areas_is_compared() -> None:
    whole, half = (0.0, 0.0, 40.0, 0.0, 40.0, 10.0, 0.0, 10.0), (20.0, 0.0, 40.0, 0.0, 40.0, 10.0, 20.0, 10.0)
    given = [area(whole), area(half, depth=1)]
    true = [area((0.0, 0.0, 20.0, 0.0, 20.0, 10.0, 0.0, 10.0)), area(half)]
    assert compare(given, true).conflicts == []
    assert "low_overlap" in kinds(compare(given, true, QualityRules(panoptic_comparison=False)))


def test_saying_nothing_can_be_right() -> None:
    assert compare().tally.accuracy == 0
    tally = compare(rules=QualityRules(empty_is_annotated=True)).tally
    assert (tally.accuracy, tally.precision, tally.recall, tally.valid, tally.total) == (1, 1, 1, 1, 1)
    assert compare([box(0)], rules=QualityRules(empty_is_annotated=True)).tally.empty == 0


def test_a_picture_whose_size_nobody_knows_is_as_large_as_what_was_drawn() -> None:
    side = Side(annotations=Annotations(shapes=(area((0, 0, 9, 0, 9, 9)),)))
    assert compared(0, side, side, Canvas(0, 0), VOCABULARY, RULES).tally.accuracy == 1


@pytest.mark.property
@at_most(1_000)
@given(st.lists(drawn.shapes(0), max_size=4), st.lists(drawn.shapes(0), max_size=4))
def test_counts_add_up_whatever_was_drawn(ours: list[Shape], theirs: list[Shape]) -> None:
    one, other = ([replace(s, points=_inside(s)) for s in side] for side in (ours, theirs))
    tally = compare(one, other).tally
    assert (tally.given, tally.true) == (len(ours), len(theirs))
    assert tally.matched + tally.extra == len(ours)
    assert tally.matched + tally.missing == len(theirs)
    assert tally.right_labels + tally.wrong_labels == tally.matched
    assert 0 <= tally.accuracy <= min(tally.precision, tally.recall) <= 1
    turned = compare(other, one).tally
    assert (turned.valid, turned.total) == (tally.valid, tally.total)
    same = compare(one, one).tally
    assert same.given == same.true == len(ours)


def _inside(shape: Shape) -> tuple[float, ...]:
    return shape.points if shape.kind is ShapeKind.MASK else tuple(value % 100 for value in shape.points)


TALLIES = st.builds(
    lambda pairs, frames, agreement: Tally(pairs=pairs, frames=frames, agreement=float(agreement)),
    st.dictionaries(st.tuples(st.sampled_from("ab"), st.sampled_from("abc")), st.integers(0, 5)),
    st.integers(0, 3),
    st.integers(0, 9),
)


@pytest.mark.property
@at_most(1_000)
@given(st.lists(TALLIES, max_size=5), st.randoms(use_true_random=False))
def test_tallies_add_up_in_any_order(tallies: list[Tally], dice: random.Random) -> None:
    whole = merged(tallies)
    mixed = tallies[:]
    dice.shuffle(mixed)
    cut = dice.randint(0, len(mixed))
    assert merged([merged(mixed[:cut]), merged(mixed[cut:])]) == whole


def test_each_label_has_its_numbers() -> None:
    tally = Tally(pairs={("a", "a"): 6, ("a", "b"): 2, ("b", "b"): 3, (UNMATCHED, "a"): 1, ("b", UNMATCHED): 4})
    found = scores(tally, "a")
    assert (found.precision, found.recall) == (6 / 8, 6 / 7)
    assert found.jaccard == 6 / 9
    assert found.accuracy == (16 - 8 - 7 + 2 * 6) / 16
    assert scores(tally, "nobody").precision == 0


def test_the_report_has_the_shape_that_clients_read() -> None:
    results = [
        compare([box(0)], [box(0)], frame=4),
        compare([box(0, number=1)], [box(50, number=2)], frame=9),
    ]
    out = io.BytesIO()
    whole = report.write(out, RULES, ["car", "bird & <co>"], iter(results), frames=8)
    told = json.loads(out.getvalue())
    assert set(told) == {"parameters", "comparison_summary", "frame_results"}
    assert told["parameters"]["iou_threshold"] == 0.4
    summary = told["comparison_summary"]
    assert (summary["frames"], summary["frame_share"], summary["frame_count"]) == ([4, 9], 0.25, 2)
    assert (summary["conflict_count"], summary["error_count"], summary["warning_count"]) == (2, 2, 0)
    assert summary["conflicts_by_type"] == {"extra_annotation": 1, "missing_annotation": 1}
    assert summary["mean_conflict_count"] == 1
    annotations = summary["annotations"]
    assert {key: annotations[key] for key in ("valid_count", "missing_count", "extra_count", "total_count")} == {
        "valid_count": 1,
        "missing_count": 1,
        "extra_count": 1,
        "total_count": 3,
    }
    matrix = annotations["confusion_matrix"]
    assert matrix["labels"] == ["car", "bird & <co>", "unmatched"]
    assert matrix["rows"] == [[1, 0, 1], [0, 0, 0], [1, 0, 0]]
    assert matrix["axes"] == {"cols": "gt", "rows": "ds"}
    assert matrix["precision"] == [0.5, 0, 0]
    assert summary["annotation_components"]["shape"]["mean_iou"] == 1
    assert summary["annotation_components"]["label"]["accuracy"] == 1
    frame = told["frame_results"]["9"]
    assert frame["conflicts"][0] == {
        "frame_id": 9,
        "type": "extra_annotation",
        "severity": "error",
        "annotation_ids": [{"obj_id": 1, "job_id": 1, "type": "shape", "shape_type": "rectangle"}],
    }
    assert frame["annotations"]["confusion_matrix"]["labels"] == ["car", "unmatched"]
    assert whole.accuracy == pytest.approx(1 / 3)


def test_the_portions_of_a_report_are_summed_up_like_the_whole() -> None:
    given = [box(0, number=1), box(40, number=2, label=BIRD), box(80, number=3)]
    results = [
        compare(given, [box(40, number=12), box(60, number=14), box(82, 9, number=13)], frame=0),
        compare([box(0, number=4)], [box(0, number=15)], frame=4),
        compare(rules=QualityRules(empty_is_annotated=True), frame=5),
    ]
    whole = written(results, 10)
    every = portion(whole, lambda _: True, 10)
    assert every == whole
    some = portion(whole, lambda frame: frame > 3, 6)
    assert some == written(results[1:], 6)
    assert portion(whole, lambda frame: frame == 1, 2)["comparison_summary"]["frame_count"] == 0


def written(results: Sequence[FrameResult], frames: int) -> Any:
    out = io.BytesIO()
    report.write(out, RULES, ["car", "bird & <co>"], results, frames)
    return json.loads(out.getvalue())


def test_a_report_about_nothing_is_one() -> None:
    out = io.BytesIO()
    report.write(out, RULES, ["car"], iter(()), frames=0)
    told = json.loads(out.getvalue())
    assert told["frame_results"] == {}
    assert told["comparison_summary"]["annotations"]["accuracy"] == 0
