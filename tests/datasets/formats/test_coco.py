from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import replace

from jobyard.datasets.annotations import Shape, ShapeKind
from jobyard.datasets.formats import documents
from jobyard.datasets.formats.coco.reading import read as read_coco
from jobyard.datasets.formats.coco.sorting import Sorted
from jobyard.datasets.formats.coco.writing import write as write_coco
from jobyard.datasets.formats.facts import Item
from jobyard.datasets.formats.frames import Frame
from jobyard.datasets.geometry import ellipses, masks
from jobyard.job.errors import Fault, FileBroken, UnknownFrame, UnknownLabel
from tests.datasets.formats import drawn
from tests.datasets.formats.drawn import BIRD, CAR, rectangle
from tests.trials import at_most

FRAMES = [Frame(number=7, name="a.png", width=64, height=48), Frame(number=8, name="b/c.png", width=64, height=48)]
KEPT = [ShapeKind.RECTANGLE, ShapeKind.POLYGON]


def document(folder: Path, **more: Any) -> Path:
    path = folder / "instances.json"
    facts = {
        "images": [{"id": 1, "file_name": "a.png", "width": 64, "height": 48}],
        "categories": [{"id": 3, "name": "car"}, {"id": 4, "name": "nobody uses it"}],
        "annotations": [],
    }
    path.write_text(json.dumps({**facts, **more}))
    return path


def annotation(**more: Any) -> dict[str, Any]:
    return {"id": 5, "image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4], "segmentation": [], **more}


def written(folder: Path, *shapes: Shape) -> dict[str, Any]:
    archive, _ = drawn.write(write_coco, folder, [drawn.item(0, "a.png", *shapes)])
    with zipfile.ZipFile(archive) as zipped:
        content: dict[str, Any] = json.loads(zipped.read("annotations/instances_default.json"))
    return content


def plain(shape: Shape) -> Shape:
    """Return what COCO keeps of a shape; a rectangle has its upper left corner first, a group only several rings."""
    left, top, right, bottom = shape.points[:4] if shape.kind is ShapeKind.RECTANGLE else (0, 0, 0, 0)
    corners = (min(left, right), min(top, bottom), max(left, right), max(top, bottom))
    return Shape(
        frame=shape.frame,
        label=shape.label,
        kind=shape.kind,
        points=corners if shape.kind is ShapeKind.RECTANGLE else shape.points,
        rotation=shape.rotation,
        occluded=shape.occluded,
        score=shape.score,
        attributes=shape.attributes,
    )


def alike(found: Shape, wanted: Shape) -> bool:
    same = replace(found, points=(), rotation=0.0, group=0) == replace(wanted, points=(), rotation=0.0)
    size = max(map(abs, wanted.points)) + 1
    near = all(abs(a - b) < 1e-9 * size for a, b in zip(found.points, wanted.points, strict=True))
    return same and near and abs(found.rotation - wanted.rotation) < 1e-9


@pytest.mark.property
@at_most(1_000)
@given(drawn.items(KEPT))
def test_rectangles_and_polygons_come_back(tmp_path_factory: pytest.TempPathFactory, items: list[Item]) -> None:
    archive, _ = drawn.write(write_coco, tmp_path_factory.mktemp("coco"), items)
    found = {one.frame.name: one for one in drawn.read(read_coco, archive)}
    assert found.keys() == {one.frame.name for one in items}
    for one in items:
        back = found[one.frame.name]
        assert (back.frame.width, back.frame.height, back.frame.subset) == (64, 48, one.frame.subset)
        alone = [shape for shape in one.annotations.shapes if not (shape.group and shape.kind is ShapeKind.POLYGON)]
        singles = [replace(shape, frame=back.frame.number) for shape in map(plain, alone)]
        rest = list(back.annotations.shapes)
        assert len(rest) == len(one.annotations.shapes)
        assert all(alike(a, b) for a, b in zip(rest, singles, strict=False))


def test_a_mask_comes_back_bit_by_bit(tmp_path: Path) -> None:
    dice = random.Random(5)
    runs = [float(dice.randint(0 if n == 0 else 1, 9)) for n in range(40)]
    height = 12
    runs.append(-sum(runs) % height or height)
    width = sum(runs) / height
    shape = Shape(
        frame=0, label=CAR.number, kind=ShapeKind.MASK, points=(*runs, 3.0, 4.0, 3.0 + width - 1, 4.0 + height - 1)
    )
    archive, _ = drawn.write(write_coco, tmp_path, [drawn.item(0, "a.png", shape)])
    (found,) = drawn.read(read_coco, archive)
    inside = masks.clipped(masks.decoded(shape.points), 64, 48)
    assert found.annotations.shapes[0].points == masks.encoded(inside)


def test_an_ellipse_becomes_a_mask_of_its_size(tmp_path: Path) -> None:
    ellipse = Shape(frame=0, label=CAR.number, kind=ShapeKind.ELLIPSE, points=(30, 20, 45, 10), rotation=30)
    (said,) = written(tmp_path, ellipse)["annotations"]
    assert said["iscrowd"] == 1
    assert said["segmentation"]["size"] == [48, 64]
    assert said["area"] == pytest.approx(ellipses.area(ellipse.points), rel=0.02)


def test_a_turned_rectangle_is_a_polygon_that_remembers(tmp_path: Path) -> None:
    turned = rectangle(0, CAR, 10, 10, 30, 20, rotation=90.0)
    (said,) = written(tmp_path, turned)["annotations"]
    assert said["bbox"] == pytest.approx([15, 5, 10, 20])
    assert said["area"] == 200
    assert said["attributes"]["rotation"] == 90
    assert len(said["segmentation"][0]) == 8


def test_the_polygons_of_a_group_are_one_thing(tmp_path: Path) -> None:
    def ring(x: float, label: int, group: int) -> Shape:
        corners = (x, 0.0, x + 5, 0.0, x + 5, 5.0)
        return Shape(frame=0, label=label, kind=ShapeKind.POLYGON, points=corners, group=group)

    rings = [ring(0, CAR.number, 4), ring(10, CAR.number, 4), ring(20, BIRD.number, 4), ring(30, CAR.number, 0)]
    said = written(tmp_path, *rings)["annotations"]
    assert sorted(len(one["segmentation"]) for one in said) == [1, 1, 2]
    (found,) = drawn.read(read_coco, tmp_path / "export.zip")
    groups = {shape.points[0]: shape.group for shape in found.annotations.shapes}
    assert groups == {0: 1, 10: 1, 20: 0, 30: 0}


def test_what_has_no_place_is_counted(tmp_path: Path) -> None:
    line = Shape(frame=0, label=CAR.number, kind=ShapeKind.POLYLINE, points=(0, 0, 1, 1))
    outside = Shape(frame=0, label=CAR.number, kind=ShapeKind.MASK, points=(0, 1, 900, 900, 900, 900))
    _, export = drawn.write(write_coco, tmp_path, [drawn.item(0, "a.png", line, line, outside)])
    assert export.left_out == {"polyline": 2, "mask": 1}


def test_pictures_lie_in_their_subsets_folder(tmp_path: Path) -> None:
    items = [drawn.item(0, "a.png"), drawn.item(1, "b/c.png", subset="val")]
    archive, _ = drawn.write(write_coco, tmp_path, items, pictures=True)
    with zipfile.ZipFile(archive) as zipped:
        assert set(zipped.namelist()) == {
            *("images/default/a.png", "images/val/b/c.png"),
            *("annotations/instances_default.json", "annotations/instances_val.json"),
        }
    assert drawn.pictures(read_coco, archive) == dict.fromkeys(["a.png", "b/c.png"], drawn.png())


def test_nothing_makes_an_empty_document(tmp_path: Path) -> None:
    archive, _ = drawn.write(write_coco, tmp_path, [])
    assert drawn.read(read_coco, archive) == []


def test_annotations_in_any_order_come_back_by_picture(tmp_path: Path) -> None:
    images = [{"id": n * 7, "file_name": f"{n}.png", "width": 9, "height": 9} for n in range(50)]
    wanted = [annotation(id=n, image_id=n % 50 * 7, bbox=[n, 0, 1, 1]) for n in range(500)]
    random.Random(3).shuffle(wanted)
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"annotations": wanted, "images": images, "categories": [{"id": 3, "name": "car"}]}))
    found = drawn.read(read_coco, path)
    assert [one.frame.name for one in found] == [f"{n}.png" for n in range(50)]
    for place, one in enumerate(found):
        order = [entry["bbox"][0] for entry in wanted if entry["image_id"] == place * 7]
        assert [shape.points[0] for shape in one.annotations.shapes] == order


def test_the_packed_text_of_a_mask_is_read(tmp_path: Path) -> None:
    # 48 rows and 64 columns: columns 2 and 3 are set, in rows 1 to 3.
    packed = annotation(segmentation={"counts": "Q33]10oi2", "size": [48, 64]})
    (found,) = drawn.read(read_coco, document(tmp_path, annotations=[packed]), FRAMES)
    (shape,) = found.annotations.shapes
    assert shape.points == (0, 6, 2, 1, 3, 3)


def test_attributes_are_values_of_the_labels_own(tmp_path: Path) -> None:
    said = annotation(attributes={"colour": "blue", "speed": 5, "occluded": True, "price": 1, "track_id": 3})
    (found,) = drawn.read(read_coco, document(tmp_path, annotations=[said]), FRAMES)
    (shape,) = found.annotations.shapes
    assert (shape.attributes, shape.occluded) == ({101: "blue", 102: "5"}, True)


def test_an_empty_ring_is_none_so_that_the_box_counts(tmp_path: Path) -> None:
    ring = [1, 1, 5, 1, 5, 5]
    for segmentation, kinds in (([[]], [ShapeKind.RECTANGLE]), ([[], ring], [ShapeKind.POLYGON])):
        [item] = drawn.read(read_coco, document(tmp_path, annotations=[annotation(segmentation=segmentation)]))
        assert [shape.kind for shape in item.annotations.shapes] == kinds


def test_numbers_beyond_all_measure_are_only_ids(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    facts = {"images": [{"id": 10**30, "file_name": "a.png"}], "categories": [{"id": 3, "name": "car"}]}
    path.write_text(json.dumps({"annotations": [annotation(id=10**40, image_id=10**30)], **facts}))
    assert len(drawn.read(read_coco, path, FRAMES)[0].annotations.shapes) == 1


WRONG: list[tuple[dict[str, Any], type[Fault], str]] = [
    ({"images": [{"id": 1, "file_name": "x.png"}]}, UnknownFrame, "x.png"),
    ({"images": [{"id": 1}]}, FileBroken, "file_name"),
    ({"images": [{"id": 1, "file_name": "a.png"}] * 2}, FileBroken, "twice"),
    ({"images": [7]}, FileBroken, "no object"),
    ({"images": {}}, FileBroken, "no list"),
    ({"categories": [{"id": 3, "name": "dog"}], "annotations": [annotation()]}, UnknownLabel, "dog"),
    ({"categories": [{"id": "x", "name": "car"}]}, FileBroken, "no number"),
    ({"annotations": [annotation(category_id=9)]}, UnknownLabel, "category 9"),
    ({"annotations": [annotation(image_id=9)]}, FileBroken, "image 9"),
    ({"annotations": [annotation(image_id=[1])]}, FileBroken, "[1]"),
    ({"annotations": [annotation(bbox=[1, 2, 3])]}, FileBroken, "four numbers"),
    ({"annotations": [annotation(bbox=[1, 2, 3, "x"])]}, FileBroken, "no number: x"),
    ({"annotations": [annotation(bbox=[1, 2, 3, True])]}, FileBroken, "no number: True"),
    ({"annotations": [annotation(segmentation=[[1, 2, 3]])]}, FileBroken, "annotation 5"),
    ({"annotations": [annotation(segmentation={"counts": [5], "size": [48, 64]})]}, FileBroken, "do not fill"),
    ({"annotations": [annotation(segmentation={"counts": [3072], "size": [48, 64]})]}, FileBroken, "is empty"),
    ({"annotations": [annotation(segmentation={"counts": [1, 8], "size": [3, 3]})]}, FileBroken, "size of a.png"),
    ({"annotations": [annotation(segmentation={"counts": "zé", "size": [48, 64]})]}, FileBroken, "foreign character"),
    ({"annotations": [annotation(segmentation={"counts": [1, 8], "size": 3})]}, FileBroken, "broken"),
    ({"annotations": [annotation(segmentation={"counts": [-1, 1], "size": [10**6, 10**6]})]}, FileBroken, "too large"),
    ({"annotations": [annotation(attributes=[1])]}, FileBroken, "attributes"),
]


@pytest.mark.parametrize(("more", "fault", "named"), WRONG, ids=range(len(WRONG)))
def test_the_offender_is_named(tmp_path: Path, more: dict[str, Any], fault: type[Fault], named: str) -> None:
    with pytest.raises(fault) as caught:
        drawn.read(read_coco, document(tmp_path, **more), FRAMES)
    assert named in caught.value.sentence


def test_an_archive_without_a_document_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as zipped:
        zipped.writestr("instances.json", "{}")
    with pytest.raises(FileBroken, match="annotations"):
        drawn.read(read_coco, tmp_path / "a.zip")


def test_pictures_may_come_in_parts_and_say_the_same(tmp_path: Path) -> None:
    seed = random.randrange(1 << 30)
    print("seed", seed)
    dice = random.Random(seed)
    images = [{"id": number, "file_name": f"{number}.png", "width": 64, "height": 48} for number in range(6)]
    ring = [1, 1, 5, 1, 5, 5]
    for _ in range(60):
        several = [
            annotation(
                id=number,
                image_id=dice.randrange(5),
                bbox=[number, 2, 3, 4],
                **({"segmentation": [ring] * dice.choice((1, 2))} if dice.random() < 0.1 else {}),
            )
            for number in range(dice.randrange(40))
        ]
        lists = {"images": images, "annotations": several}
        source = document(tmp_path, **(lists if dice.random() < 0.7 else dict(reversed(lists.items()))))
        whole = {item.frame.name: item.annotations.shapes for item in drawn.read(read_coco, source)}
        parts = dict[str, tuple[Shape, ...]]()
        for item in drawn.read(read_coco, source, in_parts=True):
            assert item.again is (item.frame.name in parts)
            parts[item.frame.name] = (*parts.get(item.frame.name, ()), *item.annotations.shapes)
        assert parts == whole
        assert len(whole) == len(images)


def test_plain_boxes_that_stand_in_their_order_wait_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "_CHUNK", 300)  # some are read quickly, and some one by one
    images = [{"id": number, "file_name": f"{number}.png", "width": 64, "height": 48} for number in range(2)]
    several = [annotation(id=number, image_id=number // 10, bbox=[number, 2, 3, 4]) for number in range(20)]
    source = document(tmp_path, images=images, annotations=several)
    whole = [shape for item in drawn.read(read_coco, source) for shape in item.annotations.shapes]

    def add(self: Sorted, place: int, shapes: list[Shape]) -> None:
        raise AssertionError

    monkeypatch.setattr(Sorted, "add", add)
    parts = [shape for item in drawn.read(read_coco, source, in_parts=True) for shape in item.annotations.shapes]
    assert (parts, len(parts)) == (whole, 20)
