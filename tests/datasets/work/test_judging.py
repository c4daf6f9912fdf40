from __future__ import annotations

import json
from typing import Any

import pytest

from jobyard.datasets.work.judging import QualityCalculate
from jobyard.job.errors import Invalid
from jobyard.kinds import Cancelled
from tests.datasets.work.shop import Shop, box
from tests.datasets.yard import ADA


def report(shop: Shop, result: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shop.results / result["reports"][0]["report"]).read_bytes())
    return found


@pytest.fixture
def truth(shop: Shop) -> tuple[Shop, int]:
    """Ten pictures in two assignments, of which three have a ground truth."""
    cat, dog = shop.stock(10)
    shop.ask(shop.datasets.split(ADA, "cats", size=5))
    true = shop.ask(shop.datasets.add_ground_truth(ADA, "cats", [1, 2, 7]))
    shop.say(box(1, cat, 0), box(1, dog, 30), box(2, cat, 0), box(7, cat, 0), box(3, cat, 0))
    shop.say(box(1, cat, 0), box(1, cat, 30), box(7, cat, 0), layer=true.number)
    return shop, true.number


def test_the_ground_truths_frames_are_compared(truth: tuple[Shop, int]) -> None:
    shop, true = truth
    result = shop.do(QualityCalculate, dataset="cats")
    assert (result["frames"], result["accuracy"], result["passed"]) == (3, 0.5, False)
    assert (result["errors"], result["warnings"]) == (2, 0)
    told = report(shop, result)
    assert told["comparison_summary"]["frames"] == [1, 2, 7]
    assert told["comparison_summary"]["frame_share"] == 0.3
    assert told["comparison_summary"]["annotations"]["confusion_matrix"]["labels"] == ["cat", "dog", "unmatched"]
    first, second = sorted(one.number for one in shop.ask(shop.datasets.assignments(ADA, "cats")))[:2]
    confused = told["frame_results"]["1"]["conflicts"]
    assert [[one["job_id"] for one in conflict["annotation_ids"]] for conflict in confused] == [[first, true]]
    parts = json.loads((shop.results / f"quality_{result['reports'][0]['number']}_assignments.json").read_bytes())
    assert {int(number): part["accuracy"] for number, part in parts.items()} == {first: pytest.approx(1 / 3), second: 1}
    assert shop.last is not None
    assert shop.last.told[-1][:2] == (3, 3)


def test_the_rules_are_those_that_were_said(truth: tuple[Shop, int]) -> None:
    shop, _ = truth
    result = shop.do(
        QualityCalculate, dataset="cats", rules={"target_metric": "recall", "target_metric_threshold": 0.6}
    )
    assert (result["recall"], result["passed"]) == (pytest.approx(2 / 3, abs=1e-6), True)
    assert report(shop, result)["parameters"]["target_metric"] == "recall"


def test_it_can_be_stopped_at_every_picture(truth: tuple[Shop, int]) -> None:
    shop, _ = truth
    with pytest.raises(Cancelled):
        shop.do(QualityCalculate, dataset="cats", looks=5)


def test_without_a_ground_truth_there_is_nothing_to_compare_with(shop: Shop) -> None:
    shop.stock(1)
    with pytest.raises(Invalid, match="cats has no ground truth"):
        shop.do(QualityCalculate, dataset="cats")
