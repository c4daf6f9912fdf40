"""What COCO's annotations become: rectangles, polygons and masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from jobyard.datasets.annotations import Shape, ShapeKind
from jobyard.datasets.formats.documents import Quick
from jobyard.datasets.formats.facts import Import
from jobyard.datasets.formats.frames import Frame
from jobyard.datasets.formats.shapes import points
from jobyard.datasets.formats.speech import Thing, number, told
from jobyard.job.errors import FileBroken, UnknownLabel

_Coordinate = Annotated[float, Meta(ge=-1e9, le=1e9)]
_OWN = frozenset({"occluded", "rotation", "score", "track_id", "keyframe"})
"""Attributes that are none of a label's."""


class Own(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """The attributes that most annotations have."""

    occluded: bool = False
    rotation: Annotated[float, Meta(ge=0, le=0)] = 0.0


class Box(Struct, frozen=True, gc=False):
    """An annotation as most are: a box and its label, and nothing that has to be looked at closely."""

    image_id: int
    category_id: int
    bbox: tuple[_Coordinate, _Coordinate, _Coordinate, _Coordinate]
    id: Any = None
    segmentation: Annotated[list[Any], Meta(max_length=0)] | None = None
    attributes: Own | None = None


def spelled(box: Box) -> dict[str, Any]:
    """Return a plain annotation as any other one is read."""
    said: dict[str, Any] = msgspec.to_builtins(box)
    return {**said, "bbox": list(box.bbox)}


boxes: Quick = msgspec.json.Decoder(list[Box]).decode
"""Reads many such annotations at once."""


class Shapes:
    """Reads the annotations of one document."""

    def __init__(self, job: Import, file: str, categories: Mapping[int, str]) -> None:
        self._job = job
        self._file = file
        self._categories = categories
        self._groups = 0
        self._numbers = dict[int, int]()
        """The numbers of labels by those of their categories."""

    def box(self, said: Box, frame: Frame) -> Shape:
        """Return the rectangle of a plain annotation. Raises FileBroken and UnknownLabel."""
        number = self._numbers.get(said.category_id)
        if number is None:
            (shape,) = self.shapes(spelled(said), frame)
            self._numbers[said.category_id] = shape.label
            return shape
        x, y, width, height = said.bbox
        return Shape(
            frame=frame.number,
            label=number,
            kind=ShapeKind.RECTANGLE,
            points=(x, y, x + width, y + height),
            occluded=said.attributes is not None and said.attributes.occluded,
        )

    def shapes(self, annotation: dict[str, Any], frame: Frame) -> list[Shape]:
        """Return the shapes of an annotation; several rings of one thing share a group. Raises FileBroken."""
        what = Thing("annotation", annotation.get("id"))
        category = annotation.get("category_id")
        if not isinstance(category, int) or category not in self._categories:
            raise UnknownLabel(file=self._file, name=f"of category {told(str(category))}")
        label = self._job.vocabulary.named(self._categories[category], self._file)
        said = annotation.get("attributes") or {}
        if not isinstance(said, dict):
            raise FileBroken(file=self._file, reason=f"the attributes of {what} are no object")
        outlines = self._outlines(annotation, frame, what, turned=bool(said.get("rotation")))
        group = 0
        if len(outlines) > 1:
            self._groups = group = self._groups + 1
        attributes = self._values(label.number, said) if said else {}
        turned = said.get("rotation")
        score = min(1.0, max(0.0, number(said["score"], self._file, "a score"))) if "score" in said else 1.0
        return [
            Shape(
                frame=frame.number,
                label=label.number,
                kind=kind,
                points=outline,
                rotation=self._turn(turned) if turned and kind is ShapeKind.RECTANGLE else 0.0,
                occluded=said.get("occluded") is True,
                group=group,
                score=score,
                attributes=attributes,
            )
            for kind, outline in outlines
        ]

    def _turn(self, degrees: object) -> float:
        return number(degrees, self._file, "a rotation") % 360

    def grouped(self, shapes: Sequence[Shape]) -> Sequence[Shape]:
        """Return a picture's shapes with groups that count from 1 within it."""
        if not any(shape.group for shape in shapes):
            return shapes
        known = dict[int, int]()
        return [
            replace(shape, group=known.setdefault(shape.group, len(known) + 1)) if shape.group else shape
            for shape in shapes
        ]

    def _values(self, label: int, said: dict[str, Any]) -> dict[int, str]:
        values = dict[int, str]()
        if said.keys() <= _OWN:
            return values
        known = self._job.vocabulary.attributes(label)
        for name, value in said.items():
            attribute = known.get(name)
            if attribute is not None:
                values[attribute.number] = str(value).lower() if isinstance(value, bool) else str(value)
            elif name not in _OWN:
                self._job.skip("attribute")
        return values

    def _outlines(
        self, annotation: dict[str, Any], frame: Frame, what: Thing, *, turned: bool
    ) -> list[tuple[ShapeKind, tuple[float, ...]]]:
        segments = annotation.get("segmentation")
        if isinstance(segments, dict):
            return [(ShapeKind.MASK, self._mask(segments, frame, what))]
        if isinstance(segments, list):
            # Some programs write one empty ring where there is only a box.
            segments = [ring for ring in segments if ring != []]
        if segments and isinstance(segments, list) and not turned:
            rings = segments if all(isinstance(ring, list) for ring in segments) else [segments]
            return [(ShapeKind.POLYGON, points(ShapeKind.POLYGON, ring, self._file, what)) for ring in rings]
        box = annotation.get("bbox")
        if not isinstance(box, list) or len(box) != 4:
            raise FileBroken(file=self._file, reason=f"{what} has neither a segmentation nor a bbox of four numbers")
        if turned and isinstance(segments, list) and segments:
            return [(ShapeKind.RECTANGLE, self._unturned(annotation, what))]
        x, y, width, height = points(ShapeKind.RECTANGLE, box, self._file, what)
        return [(ShapeKind.RECTANGLE, (x, y, x + width, y + height))]

    def _unturned(self, annotation: dict[str, Any], what: Thing) -> tuple[float, ...]:
        """Return the corners that a turned rectangle had before it was turned; it is written as its four corners."""
        from jobyard.datasets.geometry.arrays import pairs, turned

        rings = annotation["segmentation"]
        if len(rings) != 1 or not isinstance(rings[0], list) or len(rings[0]) != 8:
            raise FileBroken(file=self._file, reason=f"{what} is turned and has not four corners")
        corners = pairs(points(ShapeKind.POLYGON, rings[0], self._file, what))
        degrees = number(annotation["attributes"]["rotation"], self._file, "a rotation")
        upright = turned(corners, -degrees, corners.mean(axis=0))
        (left, top), (right, bottom) = upright.min(axis=0).tolist(), upright.max(axis=0).tolist()
        return left, top, right, bottom

    def _mask(self, segments: dict[str, Any], frame: Frame, what: Thing) -> tuple[float, ...]:
        from jobyard.datasets.geometry import masks

        runs, size = segments.get("counts"), segments.get("size")
        try:
            height, width = size  # type: ignore[misc]  # whatever has not two parts is refused
            lengths = masks.from_text(runs) if isinstance(runs, str) else runs
            patch = masks.from_counts(lengths, width, height)  # type: ignore[arg-type]  # the same
        except (TypeError, ValueError, OverflowError) as error:
            raise FileBroken(file=self._file, reason=f"the mask of {what} is broken: {told(str(error))}") from None
        if frame.width and (width, height) != (frame.width, frame.height):
            raise FileBroken(file=self._file, reason=f"the mask of {what} has not the size of {told(frame.name)}")
        found = masks.encoded(patch)
        if not found:
            raise FileBroken(file=self._file, reason=f"the mask of {what} is empty")
        return found
