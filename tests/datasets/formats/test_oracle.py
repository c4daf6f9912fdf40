"""Datumaro as an independent judge: what we write it reads, and what it writes we read."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from jobyard.datasets.annotations import Annotations, Shape, ShapeKind, Tag
from jobyard.datasets.formats.facts import Item
from jobyard.datasets.formats.registry import exporter, importer
from tests.clients.asking import ask
from tests.datasets.formats import drawn
from tests.datasets.formats.drawn import BIRD, CAR, PERSON, rectangle

PROGRAM = Path(__file__).parents[2] / "clients" / "datumaro" / "judging.py"
FORMATS = {
    "COCO 1.0": ("coco_instances", "COCO 1.0"),
    "CVAT for images 1.1": ("cvat", "CVAT 1.1"),
    "PASCAL VOC 1.1": ("voc", "PASCAL VOC 1.1"),
    "Ultralytics YOLO Detection 1.0": ("yolo", "Ultralytics YOLO Detection 1.0"),
    "YOLO 1.1": ("yolo", "YOLO 1.1"),
}
THEIRS = {
    "COCO 1.0": "coco_instances",
    "CVAT 1.1": "cvat",
    "PASCAL VOC 1.1": "voc_detection",
    "Ultralytics YOLO Detection 1.0": "yolo_ultralytics",
    "YOLO 1.1": "yolo",
}
TOLD: dict[str, Any] = {
    "labels": ["bird & <co>", "car"],
    "items": [
        {"name": "a", "subset": "train", "size": [64, 48], "boxes": [[1, 1, 2, 10, 20], [0, 5.5, 6.25, 7, 8]]},
        {"name": "c", "subset": "train", "size": [32, 40], "boxes": [[0, 0, 0, 32, 40]]},
        {"name": "d", "subset": "val", "size": [64, 48]},
    ],
}
OUTLINES: dict[str, Any] = {"polygons": [[0, [1, 1, 9, 1, 9, 9]]], "masks": [[1, 10, 12, 20, 18]]}


def of(kind: ShapeKind, *points: float) -> Shape:
    return Shape(frame=0, label=CAR.number, kind=kind, points=points)


def our_items() -> list[Item]:
    skeleton = Shape(
        frame=0,
        label=PERSON.number,
        kind=ShapeKind.SKELETON,
        parts=tuple(
            Shape(frame=0, label=part.number, kind=ShapeKind.POINTS, points=(3.0, 4.0 + place))
            for place, part in enumerate(PERSON.parts)
        ),
    )
    first = drawn.item(
        0,
        "a.png",
        rectangle(0, CAR, 1, 2, 11, 22, occluded=True, attributes={101: "red"}),
        rectangle(0, BIRD, 10, 10, 30, 20, rotation=30.0),
        of(ShapeKind.POLYGON, 1, 1, 9, 1, 9, 9),
        of(ShapeKind.POLYLINE, 1, 1, 9, 1),
        of(ShapeKind.POINTS, 4, 5, 6, 7),
        of(ShapeKind.MASK, 1, 3, 2, 3, 3, 4),
        of(ShapeKind.ELLIPSE, 20, 20, 30, 15),
        skeleton,
        tags=[Tag(frame=0, label=BIRD.number)],
    )
    return [first, drawn.item(1, "c.png", rectangle(1, BIRD, 0, 0, 5, 5)), drawn.item(2, "d.png")]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What datumaro sees in each of our archives, by format; and folders that it wrote, by format."""
    folder = tmp_path_factory.mktemp("judged")
    tasks = list[dict[str, Any]]()
    for name, (theirs, _) in FORMATS.items():
        place = folder / name.replace(" ", "_")
        place.mkdir()
        archive, _ = drawn.write(exporter(name).write, place, our_items(), pictures=True)
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(place / "ours")
        tasks.append({"folder": str(place / "ours"), "format": theirs})
    for name, theirs in THEIRS.items():
        told = TOLD
        if name in {"COCO 1.0", "CVAT 1.1"}:
            told = {**TOLD, "items": [TOLD["items"][0] | OUTLINES, *TOLD["items"][1:]]}
        tasks.append({"folder": str(folder / f"theirs {name}"), "format": theirs, "told": told})
    answers = ask("datumaro", PROGRAM, {"tasks": tasks}, folder)
    return {**dict(zip(FORMATS, answers, strict=False)), "folder": folder}


def boxes(item: dict[str, Any]) -> list[tuple[str, list[float]]]:
    return [
        (one["label"], [round(value, 1) for value in one["points"]])
        for one in item["annotations"]
        if one["type"] == "bbox"
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_it_reads_what_we_write(judged: dict[str, Any], name: str) -> None:
    seen = judged[name]
    assert [label for label in seen["labels"] if label in {"car", BIRD.name}] == ["car", BIRD.name]
    items = {item["name"]: item for item in seen["items"]}
    assert items.keys() == {"a", "c", "d"}
    assert all(item["size"] == [48, 64] for item in items.values())
    assert (CAR.name, [1, 2, 11, 22]) in boxes(items["a"])
    assert boxes(items["c"]) == [(BIRD.name, [0, 0, 5, 5])]
    assert items["d"]["annotations"] == []
    if name not in {"CVAT for images 1.1", "COCO 1.0"}:
        assert (BIRD.name, [8.8, 5.7, 31.2, 24.3]) in boxes(items["a"])


def test_it_reads_every_shape_of_cvats_format(judged: dict[str, Any]) -> None:
    (first,) = (item for item in judged["CVAT for images 1.1"]["items"] if item["name"] == "a")
    kinds = [one["type"] for one in first["annotations"]]
    assert sorted(kinds) == sorted(
        ["label", "bbox", "rotated_bbox", "polygon", "polyline", "points", "mask", "points", "points"]
    )
    by_kind = {one["type"]: one for one in first["annotations"]}
    assert by_kind["bbox"]["attributes"] == {"colour": "red", "occluded": True}
    assert by_kind["rotated_bbox"]["points"] == [20, 15, 20, 10]
    assert by_kind["rotated_bbox"]["rotation"] == 30
    assert by_kind["polygon"]["points"] == [1, 1, 9, 1, 9, 9]
    assert by_kind["mask"]["area"] == 3
    assert by_kind["label"]["label"] == BIRD.name


def test_it_reads_every_outline_of_coco(judged: dict[str, Any]) -> None:
    (first,) = (item for item in judged["COCO 1.0"]["items"] if item["name"] == "a")
    outlines = [one for one in first["annotations"] if one["type"] in {"polygon", "mask"}]
    assert [1, 1, 9, 1, 9, 9] in [one.get("points") for one in outlines]
    areas = sorted(one["area"] for one in outlines if one["type"] == "mask")
    assert areas[0] == 3
    assert areas[1] == pytest.approx(3.14159 * 10 * 5, rel=0.03)


def packed(folder: Path) -> Path:
    archive = folder.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w") as zipped:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                zipped.write(path, path.relative_to(folder))
    return archive


@pytest.mark.parametrize("name", THEIRS)
def test_we_read_what_it_writes(judged: dict[str, Any], name: str) -> None:
    archive = packed(judged["folder"] / f"theirs {name}")
    found = {one.frame.name: one for one in drawn.read(importer(name).read, archive)}
    assert {one.split(".")[0] for one in found} == {"a", "c", "d"}
    assert drawn.pictures(importer(name).read, archive).keys() == found.keys()
    said: dict[str, Annotations] = {one.split(".")[0]: item.annotations for one, item in found.items()}
    rectangles = [shape for shape in said["a"].shapes if shape.kind is ShapeKind.RECTANGLE]
    corners = {shape.label: [round(value, 2) for value in shape.points] for shape in rectangles}
    assert corners == {CAR.number: [1, 2, 11, 22], BIRD.number: pytest.approx([5.5, 6.25, 12.5, 14.25], abs=0.06)}
    assert [shape.points for shape in said["c"].shapes] == [pytest.approx((0, 0, 32, 40), abs=0.01)]
    assert said["d"].shapes == ()
    if name in {"COCO 1.0", "CVAT 1.1"}:
        kinds = {shape.kind: shape for shape in said["a"].shapes}
        assert kinds[ShapeKind.POLYGON].points == pytest.approx((1, 1, 9, 1, 9, 9))
    if name == "COCO 1.0":
        assert kinds[ShapeKind.MASK].points[-4:] == (10, 12, 19, 17)
