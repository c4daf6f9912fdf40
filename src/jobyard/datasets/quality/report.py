"""The report as JSON in CVAT's shape, written frame by frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO

import msgspec

from jobyard.datasets.quality.conflicts import Conflict, ConflictType
from jobyard.datasets.quality.frames import FrameResult
from jobyard.datasets.quality.rules import QualityRules
from jobyard.datasets.quality.tally import UNMATCHED, Tally, matrix, scores


def write(
    out: BinaryIO, rules: QualityRules, labels: Sequence[str], results: Iterable[FrameResult], frames: int
) -> Tally:
    """Write the whole report and return the sum. `frames` counts the pictures of the task, compared or not."""
    whole, numbers = Tally(), list[int]()
    encode = msgspec.json.Encoder().encode
    out.write(b'{"frame_results":{')
    for result in results:
        out.write(b"," if numbers else b"")
        out.write(b'"%d":' % result.frame + encode(frame_result(result)))
        whole.add(result.tally)
        numbers.append(result.frame)
    out.write(b'},"comparison_summary":' + encode(summary(whole, labels, numbers, frames)))
    out.write(b',"parameters":' + encode(rules) + b"}\n")
    return whole


def summary(tally: Tally, labels: Sequence[str], numbers: Sequence[int], frames: int) -> dict[str, Any]:
    """Return what was found in all compared frames together."""
    count = sum(tally.conflicts.values())
    return {
        "frame_share": len(numbers) / frames if frames else 0.0,
        "frames": list(numbers),
        "frame_count": len(numbers),
        "mean_conflict_count": count / len(numbers) if numbers else 0.0,
        **_conflicts(tally),
        "annotations": _annotations(tally, [*labels, UNMATCHED]),
        "annotation_components": _components(tally),
    }


def frame_result(result: FrameResult) -> dict[str, Any]:
    """Return what was found in one frame; its matrix has only the labels that occur in it."""
    tally = result.tally
    labels = sorted({label for pair in tally.pairs for label in pair} - {UNMATCHED})
    return {
        "conflicts": [conflict_facts(conflict) for conflict in result.conflicts],
        **_conflicts(tally),
        "annotations": _annotations(tally, [*labels, UNMATCHED]),
        "annotation_components": _components(tally),
    }


def conflict_facts(conflict: Conflict) -> dict[str, Any]:
    """Return a conflict with its severity."""
    facts: dict[str, Any] = msgspec.to_builtins(conflict)
    return {**facts, "severity": conflict.severity.value}


def _conflicts(tally: Tally) -> dict[str, Any]:
    by_type: Mapping[ConflictType, int] = tally.conflicts
    return {
        "conflict_count": sum(by_type.values()),
        "warning_count": tally.warnings,
        "error_count": tally.errors,
        "conflicts_by_type": {type_.value: count for type_, count in sorted(by_type.items())},
    }


def _annotations(tally: Tally, labels: list[str]) -> dict[str, Any]:
    each = [scores(tally, label) for label in labels]
    return {
        "valid_count": tally.valid,
        "missing_count": tally.unfound,
        "extra_count": tally.superfluous,
        "total_count": tally.total,
        "ds_count": tally.given,
        "gt_count": tally.true,
        "accuracy": tally.accuracy,
        "precision": tally.precision,
        "recall": tally.recall,
        "confusion_matrix": {
            "labels": labels,
            "axes": {"cols": "gt", "rows": "ds"},
            "rows": matrix(tally.pairs, labels),
            "precision": [one.precision for one in each],
            "recall": [one.recall for one in each],
            "accuracy": [one.accuracy for one in each],
            "jaccard_index": [one.jaccard for one in each],
        },
    }


def _components(tally: Tally) -> dict[str, Any]:
    shapes, labels = tally.matched + tally.extra + tally.missing, tally.right_labels + tally.wrong_labels
    return {
        "shape": {
            "valid_count": tally.matched,
            "missing_count": tally.missing,
            "extra_count": tally.extra,
            "total_count": shapes,
            "ds_count": tally.matched + tally.extra,
            "gt_count": tally.matched + tally.missing,
            "mean_iou": tally.agreement / tally.matched if tally.matched else 0.0,
            "accuracy": tally.matched / shapes if shapes else 0.0,
        },
        "label": {
            "valid_count": tally.right_labels,
            "invalid_count": tally.wrong_labels,
            "total_count": labels,
            "accuracy": tally.right_labels / labels if labels else 0.0,
        },
    }
