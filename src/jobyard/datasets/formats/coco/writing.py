"""Writing COCO 1.0: `annotations/instances_<subset>.json`, and `images/<subset>/` when pictures are wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import count
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, cast

import msgspec
from msgspec import Struct

from jobyard.datasets.annotations import Shape, ShapeKind
from jobyard.datasets.formats.archive.writing import ArchiveWriter
from jobyard.datasets.formats.facts import Export, Item
from jobyard.datasets.formats.frames import Frame
from jobyard.datasets.formats.pictures import add_picture, measured

Segments = list[list[float]] | dict[str, Any]
Outline = tuple[list[float], float, Segments, int]
"""Box, area, segmentation, and 1 where that is a mask."""
SUBSET = "default"
_WRITTEN = frozenset({ShapeKind.RECTANGLE, ShapeKind.POLYGON, ShapeKind.MASK, ShapeKind.ELLIPSE})


class _Said(Struct, frozen=True):
    """The attributes of a plain box."""

    occluded: bool
    rotation: float = 0.0


_HIDDEN, _SEEN = _Said(occluded=True), _Said(occluded=False)


class _Box(Struct, frozen=True, gc=False):
    """An upright box of which nothing more is said."""

    id: int
    image_id: int
    category_id: int
    segmentation: tuple[()]
    area: float
    bbox: tuple[float, float, float, float]
    iscrowd: int
    attributes: _Said


def write(export: Export) -> None:
    """Write rectangles, polygons and masks; ellipses become masks, as CVAT makes them. The rest is counted."""
    with ArchiveWriter(export.target, export.scratch) as archive, ExitStack() as stack:
        subsets = dict[str, _Subset]()
        numbers = count(1)
        for number, item in enumerate(export.items, 1):
            name = item.frame.subset or SUBSET
            if name not in subsets:
                subsets[name] = _subset(export, stack)
            subsets[name].add(item, number, numbers)
            add_picture(archive, export, item, f"images/{name}/{item.frame.name}")
            export.done(number)
        for name, subset in (subsets or {SUBSET: _subset(export, stack)}).items():
            with archive.spooled(f"annotations/instances_{name}.json", export.scratch) as out:
                subset.finish(out)


class _Subset:
    """The two lists of one document, growing side by side in scratch files."""

    def __init__(self, export: Export, images: IO[bytes], annotations: IO[bytes]) -> None:
        self._export = export
        self._images, self._annotations = images, annotations
        self._encoder = msgspec.json.Encoder()
        self._labels = export.vocabulary

    def add(self, item: Item, number: int, numbers: Iterator[int]) -> None:
        """Add a picture and its annotations; numbers are theirs in the whole archive."""
        width, height = measured(item.frame, item.picture)
        frame = Frame(number=number, name=item.frame.name, width=width, height=height)
        _put(self._images, self._encoder.encode(_image(frame)))
        if item.annotations.tags:
            self._export.skip("tag", len(item.annotations.tags))
        if all(map(_is_plain, item.annotations.shapes)):
            if item.annotations.shapes:
                boxes = self._boxes(item.annotations.shapes, number, numbers)
                _put(self._annotations, self._encoder.encode(boxes)[1:-1])
            return
        found = list[dict[str, Any]]()
        for shapes in _instances(item.annotations.shapes):
            outline = _outline(shapes, frame) if shapes[0].kind in _WRITTEN else None
            if outline is None:
                self._export.skip(shapes[0].kind.value)
            else:
                found.append(self._annotation(shapes[0], outline, frame, next(numbers)))
        if found:
            _put(self._annotations, self._encoder.encode(found)[1:-1])

    def finish(self, out: BinaryIO) -> None:
        """Write the whole document."""
        labels = self._labels.labels
        categories = [{"id": place, "name": label.name, "supercategory": ""} for place, label in enumerate(labels, 1)]
        out.write(b'{"licenses":[{"name":"","id":0,"url":""}],"info":{"contributor":"","date_created":"",')
        out.write(b'"description":"","url":"","version":"","year":""},"categories":')
        out.write(self._encoder.encode(categories) + b',"images":[')
        _copy(self._images, out)
        out.write(b'],"annotations":[')
        _copy(self._annotations, out)
        out.write(b"]}")

    def _boxes(self, shapes: Iterable[Shape], image: int, numbers: Iterator[int]) -> list[_Box]:
        """Return plain boxes as they are written: what `_annotation` returns of them, in a fraction of the time."""
        found, place = list[_Box](), self._labels.place
        for shape in shapes:
            left, top, right, bottom = shape.points
            left, right = (left, right) if left <= right else (right, left)
            top, bottom = (top, bottom) if top <= bottom else (bottom, top)
            width, height = right - left, bottom - top
            box = (left, top, width, height)
            said = _HIDDEN if shape.occluded else _SEEN
            found.append(_Box(next(numbers), image, place(shape.label) + 1, (), width * height, box, 0, said))
        return found

    def _annotation(self, first: Shape, outline: Outline, frame: Frame, number: int) -> dict[str, Any]:
        box, area, segments, crowd = outline
        said: dict[str, Any] = {"occluded": first.occluded}
        if first.kind is ShapeKind.RECTANGLE:
            said["rotation"] = first.rotation
        if first.score != 1:
            said["score"] = first.score
        return {
            "id": number,
            "image_id": frame.number,
            "category_id": self._labels.place(first.label) + 1,
            "segmentation": segments,
            "area": area,
            "bbox": box,
            "iscrowd": crowd,
            "attributes": {**self._labels.said(first.attributes), **said} if first.attributes else said,
        }


def _subset(export: Export, stack: ExitStack) -> _Subset:
    return _Subset(export, *(stack.enter_context(TemporaryFile(dir=export.scratch)) for _ in range(2)))


def _image(frame: Frame) -> dict[str, Any]:
    return {
        "id": frame.number,
        "width": frame.width,
        "height": frame.height,
        "file_name": frame.name,
        "license": 0,
        "flickr_url": "",
        "coco_url": "",
        "date_captured": 0,
    }


def _is_plain(shape: Shape) -> bool:
    bare = not (shape.rotation or shape.attributes)
    return bare and shape.kind is ShapeKind.RECTANGLE and shape.score == 1


def _instances(shapes: tuple[Shape, ...]) -> Iterator[list[Shape]]:
    """Yield what is one thing: the polygons of a group that have one label, else each shape by itself."""
    joined = dict[tuple[int, int], list[Shape]]()
    for shape in shapes:
        if shape.group and shape.kind is ShapeKind.POLYGON:
            joined.setdefault((shape.group, shape.label), []).append(shape)
        else:
            yield [shape]
    yield from joined.values()


def _outline(shapes: list[Shape], frame: Frame) -> Outline | None:
    """Return the outline of one thing; None for a mask of which nothing lies in the picture."""
    first = shapes[0]
    if first.kind is ShapeKind.RECTANGLE and not first.rotation:
        left, top, right, bottom = first.points
        left, right = (left, right) if left <= right else (right, left)
        top, bottom = (top, bottom) if top <= bottom else (bottom, top)
        width, height = right - left, bottom - top
        return [left, top, width, height], width * height, [], 0
    if first.kind is ShapeKind.RECTANGLE:
        from jobyard.datasets.geometry import rectangles

        left, top, right, bottom = first.points
        turned = rectangles.corners(first.points, first.rotation).ravel().tolist()
        return _box([turned]), abs((right - left) * (bottom - top)), [turned], 0
    if first.kind is ShapeKind.POLYGON:
        rings = [list(shape.points) for shape in shapes]
        return _box(rings), sum(_area(ring) for ring in rings), cast("Segments", rings), 0
    return _mask(first, frame)


def _mask(shape: Shape, frame: Frame) -> Outline | None:
    from jobyard.datasets.geometry import ellipses, masks

    if shape.kind is ShapeKind.ELLIPSE:
        patch = masks.drawn(ellipses.outline(shape.points, shape.rotation))
    else:
        patch = masks.decoded(shape.points)
    patch = masks.clipped(patch, frame.width, frame.height)
    found = masks.encoded(patch)
    if not found:
        return None
    left, top, right, bottom = found[-4:]
    runs = {"counts": masks.counts(patch, frame.width, frame.height), "size": [frame.height, frame.width]}
    return [left, top, right - left + 1, bottom - top + 1], float(patch.area), runs, 1


def _box(rings: list[list[float]]) -> list[float]:
    xs = [x for ring in rings for x in ring[::2]]
    ys = [y for ring in rings for y in ring[1::2]]
    left, top = min(xs), min(ys)
    return [left, top, max(xs) - left, max(ys) - top]


def _area(ring: list[float]) -> float:
    """Return a polygon's area: the shoelace formula, here without arrays since most polygons are small."""
    xs, ys = ring[::2], ring[1::2]
    return abs(sum(xs[i - 1] * ys[i] - xs[i] * ys[i - 1] for i in range(len(xs)))) / 2


def _put(file: IO[bytes], content: bytes) -> None:
    if file.tell():
        file.write(b",\n")
    file.write(content)


def _copy(file: IO[bytes], out: BinaryIO) -> None:
    file.seek(0)
    while chunk := file.read(1 << 18):
        out.write(chunk)
