"""Comparing what was said of one picture with what is true of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from msgspec import Struct, field

from jobyard.datasets.annotations import Annotations, Shape, ShapeKind
from jobyard.datasets.formats.vocabulary import Vocabulary
from jobyard.datasets.geometry import masks
from jobyard.datasets.geometry.arrays import Numbers
from jobyard.datasets.geometry.comparing import FAMILIES, Canvas, agreements, bounds, orientations
from jobyard.datasets.geometry.visible import Seen, visible
from jobyard.datasets.quality.conflicts import Conflict, ConflictType, Reference, reference
from jobyard.datasets.quality.groups import disagreeing
from jobyard.datasets.quality.matching import Pairs, paired
from jobyard.datasets.quality.rules import QualityRules
from jobyard.datasets.quality.tally import UNMATCHED, Tally

_COVERING = frozenset({ShapeKind.RECTANGLE, ShapeKind.POLYGON, ShapeKind.MASK, ShapeKind.ELLIPSE})


class Side(Struct, frozen=True, kw_only=True):
    """What one annotator said of the picture."""

    annotations: Annotations
    job: int = 0
    """The number of the job it was said in."""


class FrameResult(Struct, kw_only=True):
    """What came out for one picture."""

    frame: int
    tally: Tally
    conflicts: list[Conflict] = field(default_factory=list)


def compared(
    frame: int, given: Side, true: Side, canvas: Canvas, vocabulary: Vocabulary, rules: QualityRules
) -> FrameResult:
    """Compare what was given for a picture with what is true of it."""
    return _Frame(frame, given, true, canvas, vocabulary, rules).result()


class _Frame:
    def __init__(
        self, frame: int, given: Side, true: Side, canvas: Canvas, vocabulary: Vocabulary, rules: QualityRules
    ) -> None:
        self._frame, self._given, self._true = frame, given, true
        self._vocabulary, self._rules = vocabulary, rules
        shapes = (*given.annotations.shapes, *true.annotations.shapes)
        self._canvas = _known(canvas, shapes)
        self._tally = Tally(frames=1)
        self._conflicts: list[Conflict] = []
        self._same: list[tuple[Shape, Shape]] = []

    def result(self) -> FrameResult:
        given, true = self._given.annotations, self._true.annotations
        self._tags()
        for ours, theirs in _families(given.shapes, true.shapes):
            self._shapes(ours, theirs)
        if self._rules.compare_groups:
            for one, other in disagreeing(given.shapes, true.shapes, self._same, self._rules.group_match_threshold):
                self._blame(ConflictType.GROUPS, one, other)
        if self._rules.check_covered_annotations:
            self._covered(given.shapes)
        silent = not (given.tags or given.shapes or true.tags or true.shapes)
        if silent and self._rules.empty_is_annotated:
            self._tally.empty = 1
        self._tally.blame(self._conflicts)
        return FrameResult(frame=self._frame, tally=self._tally, conflicts=self._conflicts)

    def _tags(self) -> None:
        """Compare tags: there is nothing to them but the label, so none is another one confused."""
        rest = list(self._true.annotations.tags)
        for tag in self._given.annotations.tags:
            name = self._vocabulary.name(tag.label)
            partner = next((other for other in rest if other.label == tag.label), None)
            if partner is None:
                self._tally.meet(name, UNMATCHED)
                self._add(ConflictType.EXTRA, Reference(obj_id=tag.number, job_id=self._given.job, type="tag"))
                continue
            rest.remove(partner)
            self._tally.meet(name, name)
            self._tally.right_labels += 1
            if self._rules.compare_attributes and self._values(tag.attributes) != self._values(partner.attributes):
                ours = Reference(obj_id=tag.number, job_id=self._given.job, type="tag")
                theirs = Reference(obj_id=partner.number, job_id=self._true.job, type="tag")
                self._add(ConflictType.ATTRIBUTES, ours, theirs)
        for tag in rest:
            self._tally.meet(UNMATCHED, self._vocabulary.name(tag.label))
            self._add(ConflictType.MISSING, Reference(obj_id=tag.number, job_id=self._true.job, type="tag"))

    def _shapes(self, ours: Sequence[Shape], theirs: Sequence[Shape]) -> None:
        table = self._agreements(ours, theirs)
        labels_agree = np.array([[a.label == b.label for b in theirs] for a in ours], dtype=np.bool_)
        pairs = paired(table, labels_agree.reshape(table.shape), self._rules.iou_threshold)
        self._count(ours, theirs, pairs, table)
        for row, column in pairs.same:
            self._same.append((ours[row], theirs[column]))
            self._examine(ours[row], theirs[column], float(table[row, column]))
        for row, column in pairs.confused:
            self._blame(ConflictType.LABEL, ours[row], theirs[column])
        for row in pairs.extra:
            self._add(ConflictType.EXTRA, reference(ours[row], self._given.job))
        for column in pairs.missing:
            self._add(ConflictType.MISSING, reference(theirs[column], self._true.job))

    def _count(self, ours: Sequence[Shape], theirs: Sequence[Shape], pairs: Pairs, table: Numbers) -> None:
        name, tally = self._vocabulary.name, self._tally
        for row, column in (*pairs.same, *pairs.confused):
            tally.meet(name(ours[row].label), name(theirs[column].label))
            tally.agreement += float(table[row, column])
        for row in pairs.extra:
            tally.meet(name(ours[row].label), UNMATCHED)
        for column in pairs.missing:
            tally.meet(UNMATCHED, name(theirs[column].label))
        tally.matched += len(pairs.same) + len(pairs.confused)
        tally.right_labels += len(pairs.same)
        tally.wrong_labels += len(pairs.confused)
        tally.extra += len(pairs.extra)
        tally.missing += len(pairs.missing)

    def _agreements(self, ours: Sequence[Shape], theirs: Sequence[Shape]) -> Numbers:
        family = FAMILIES[(ours or theirs)[0].kind]
        if family == "area" and self._rules.panoptic_comparison and ours and theirs:
            return _seen_agreements(visible(ours, self._canvas), visible(theirs, self._canvas))
        return agreements(ours, theirs, self._canvas, self._rules.geometry)

    def _examine(self, ours: Shape, theirs: Shape, agreement: float) -> None:
        """Look for what is not quite right in two shapes that are the same thing."""
        rules = self._rules
        if agreement < rules.low_overlap_threshold:
            self._blame(ConflictType.LOW_OVERLAP, ours, theirs)
        if ours.kind is ShapeKind.POLYLINE and rules.compare_line_orientation:
            forward, backward = orientations(ours, theirs, self._canvas, rules.geometry)
            if backward - forward > rules.line_orientation_threshold:
                self._blame(ConflictType.DIRECTION, ours, theirs)
        if rules.compare_attributes and self._values(ours.attributes) != self._values(theirs.attributes):
            self._blame(ConflictType.ATTRIBUTES, ours, theirs)

    def _values(self, attributes: dict[int, str]) -> dict[str, str]:
        said = self._vocabulary.said(attributes)
        return {name: value for name, value in said.items() if name not in self._rules.ignored_attributes}

    def _covered(self, shapes: Sequence[Shape]) -> None:
        areas = [shape for shape in shapes if shape.kind in _COVERING]
        if len(areas) < 2 or not _overlap(areas):
            return
        for shape, seen in zip(areas, visible(areas, self._canvas), strict=True):
            if seen.share < self._rules.object_visibility_threshold:
                self._add(ConflictType.COVERED, reference(shape, self._given.job))

    def _blame(self, type_: ConflictType, ours: Shape, theirs: Shape) -> None:
        self._add(type_, reference(ours, self._given.job), reference(theirs, self._true.job))

    def _add(self, type_: ConflictType, *references: Reference) -> None:
        self._conflicts.append(Conflict(frame_id=self._frame, type=type_, annotation_ids=references))


def _families(ours: Sequence[Shape], theirs: Sequence[Shape]) -> Iterator[tuple[list[Shape], list[Shape]]]:
    sides = defaultdict[str, tuple[list[Shape], list[Shape]]](lambda: ([], []))
    for place, side in enumerate((ours, theirs)):
        for shape in side:
            sides[FAMILIES[shape.kind]][place].append(shape)
    for family in sorted(sides):
        yield sides[family]


def _seen_agreements(ours: list[Seen], theirs: list[Seen]) -> Numbers:
    return np.array([[masks.iou(a.patch, b.patch) for b in theirs] for a in ours]).reshape(len(ours), len(theirs))


def _overlap(shapes: Sequence[Shape]) -> bool:
    boxes = np.array([bounds(shape) for shape in shapes])
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    return int((low < high).all(axis=2).sum()) > len(shapes)


def _known(canvas: Canvas, shapes: Sequence[Shape]) -> Canvas:
    """Return the picture's size; where nobody knows it, that of what was drawn."""
    if canvas.width and canvas.height:
        return canvas
    edges = [bounds(shape) for shape in shapes] or [(0.0, 0.0, 1.0, 1.0)]
    return Canvas(max(1, int(max(edge[2] for edge in edges)) + 1), max(1, int(max(edge[3] for edge in edges)) + 1))
