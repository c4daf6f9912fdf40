"""A part of a report: what was found in some of its frames, summed up like the whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jobyard.datasets.quality.conflicts import ConflictType
from jobyard.datasets.quality.report import summary
from jobyard.datasets.quality.tally import Tally, merged


def portion(report: Mapping[str, Any], holds: Callable[[int], bool], frames: int) -> dict[str, Any]:
    """Return what a report says of those frames that are held; `frames` counts the pictures, compared or not."""
    found = {key: result for key, result in report["frame_results"].items() if holds(int(key))}
    labels = report["comparison_summary"]["annotations"]["confusion_matrix"]["labels"][:-1]
    whole = merged(tally_in(result) for result in found.values())
    return {
        "frame_results": found,
        "comparison_summary": summary(whole, labels, [int(key) for key in found], frames),
        "parameters": report["parameters"],
    }


def tally_in(result: Mapping[str, Any]) -> Tally:
    """Return what was counted in a frame, from what the report says of it."""
    annotations, components = result["annotations"], result["annotation_components"]
    shape, label, met = components["shape"], components["label"], annotations["confusion_matrix"]
    tally = Tally(
        frames=1,
        matched=shape["valid_count"],
        extra=shape["extra_count"],
        missing=shape["missing_count"],
        agreement=shape["mean_iou"] * shape["valid_count"],
        right_labels=label["valid_count"],
        wrong_labels=label["invalid_count"],
        conflicts={ConflictType(type_): count for type_, count in result["conflicts_by_type"].items()},
    )
    for given, row in zip(met["labels"], met["rows"], strict=True):
        for true, count in zip(met["labels"], row, strict=True):
            if count:
                tally.meet(given, true, count)
    tally.empty = annotations["total_count"] - tally.total
    return tally
