"""Run where datumaro is installed: tells what it reads in folders, or writes what it is told to. JSON in, JSON out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from datumaro.components.annotation import (
    AnnotationType,
    Bbox,
    LabelCategories,
    Mask,
    Polygon,
    RleMask,
    RotatedBbox,
)
from datumaro.components.dataset import Dataset
from datumaro.components.dataset_base import DatasetItem
from datumaro.components.media import Image


def seen(folder: str, format_: str) -> dict[str, Any]:
    """Return what datumaro finds in a folder."""
    dataset = Dataset.import_from(folder, format_)
    labels = [label.name for label in dataset.categories()[AnnotationType.label]]
    items = []
    for item in dataset:
        said = [spoken(one, labels) for one in item.annotations]
        size = list(item.media.size) if item.media is not None and item.media.size else None
        items.append({"name": item.id, "subset": item.subset, "size": size, "annotations": said})
    return {"labels": labels, "items": items}


def spoken(annotation: Any, labels: list[str]) -> dict[str, Any]:
    """Return one annotation as plain values; a mask as the number of its pixels and its box."""
    facts: dict[str, Any] = {"type": annotation.type.name, "attributes": dict(annotation.attributes)}
    if annotation.label is not None:
        facts["label"] = labels[annotation.label]
    if isinstance(annotation, RotatedBbox):
        facts |= {"points": [annotation.cx, annotation.cy, annotation.w, annotation.h], "rotation": annotation.r}
    elif isinstance(annotation, Mask | RleMask):
        facts |= {"area": int(np.count_nonzero(annotation.image)), "box": list(annotation.get_bbox())}
    elif hasattr(annotation, "points"):
        facts["points"] = list(annotation.points)
    return facts


def written(folder: str, format_: str, told: dict[str, Any]) -> None:
    """Write items of boxes, polygons and masks in a format."""
    labels = LabelCategories.from_iterable(told["labels"])
    items = []
    for item in told["items"]:
        width, height = item["size"]
        pixels = np.full((height, width, 3), 120, dtype=np.uint8)
        said: list[Any] = [Bbox(x, y, w, h, label=label) for label, x, y, w, h in item.get("boxes", [])]
        said += [Polygon(points, label=label) for label, points in item.get("polygons", [])]
        for label, left, top, right, bottom in item.get("masks", []):
            bits = np.zeros((height, width), dtype=bool)
            bits[top:bottom, left:right] = True
            said.append(Mask(bits, label=label))
        for number, one in enumerate(said, 1):
            one.id, one.group = number, number
        media = Image.from_numpy(data=pixels, ext=".png")
        items.append(DatasetItem(id=item["name"], subset=item["subset"], media=media, annotations=said))
    dataset = Dataset.from_iterable(items, categories={AnnotationType.label: labels})
    dataset.export(folder, format_, save_media=True)


def main() -> None:
    """Do each task in turn."""
    answers = []
    for task in json.load(sys.stdin)["tasks"]:
        if "told" in task:
            written(task["folder"], task["format"], task["told"])
            files = sorted(str(path.relative_to(task["folder"])) for path in Path(task["folder"]).rglob("*"))
            answers.append({"files": files})
        else:
            answers.append(seen(task["folder"], task["format"]))
    json.dump(answers, sys.stdout, default=float)


if __name__ == "__main__":
    main()
