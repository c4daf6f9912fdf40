"""What the attributes of CVAT's elements mean."""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose

from jobyard.datasets.annotations import ShapeKind
from jobyard.datasets.formats.cvat.writing import CUBOID
from jobyard.datasets.formats.facts import Import
from jobyard.datasets.formats.markup import Node
from jobyard.datasets.formats.shapes import points
from jobyard.datasets.formats.speech import Thing, number, told, whole
from jobyard.datasets.labels import Label
from jobyard.job.errors import FileBroken

_KINDS = {"box": ShapeKind.RECTANGLE, **{kind.value: kind for kind in ShapeKind if kind is not ShapeKind.RECTANGLE}}


class Words:
    """Reads elements of one document."""

    def __init__(self, job: Import, file: str) -> None:
        self._job = job
        self._vocabulary = job.vocabulary
        self._file = file

    def label(self, node: Node) -> Label:
        """Return an element's label. Raises UnknownLabel."""
        return self.named(node.attributes.get("label", ""))

    def named(self, name: str) -> Label:
        """Return the label of a name. Raises UnknownLabel."""
        return self._vocabulary.named(name, self._file)

    def part(self, skeleton: int, node: Node) -> Label:
        """Return the label of a skeleton's point. Raises UnknownLabel."""
        return self._vocabulary.part(skeleton, node.attributes.get("label", ""), self._file)

    def values(self, label: int, node: Node) -> dict[int, str]:
        """Return the attribute values of an element, those that its label has."""
        if not node.children:
            return {}
        known, found = self._vocabulary.attributes(label), dict[int, str]()
        for child in node.children:
            if child.name == "attribute":
                attribute = known.get(child.attributes.get("name", ""))
                if attribute is None:
                    self._job.skip("attribute")
                else:
                    found[attribute.number] = child.text
        return found

    def whole(self, node: Node, name: str) -> int:
        """Return a whole number, 0 where none is given."""
        text = node.attributes.get(name)
        if text is None or text == "":
            return 0
        return 0 if text == "0" else whole(text, self._file, Thing(f"{name} of a", node.name))

    def score(self, node: Node) -> float:
        """Return how sure its maker was."""
        text = node.attributes.get("score")
        return 1.0 if text is None else min(1.0, max(0.0, number(text, self._file, "a score")))

    def rotation(self, node: Node) -> float:
        """Return the degrees of an element."""
        text = node.attributes.get("rotation")
        return 0.0 if text is None else number(text, self._file, "a rotation") % 360

    def flag(self, node: Node, name: str) -> bool:
        """Return whether an element is so."""
        text = node.attributes.get(name, "0")
        if text not in {"0", "1"}:
            raise FileBroken(file=self._file, reason=f"{name} of a {told(node.name)} is neither 0 nor 1: {told(text)}")
        return text == "1"

    def outline(self, node: Node, what: object) -> tuple[ShapeKind, tuple[float, ...]]:
        """Return the kind and the points of a shape's element. Raises FileBroken."""
        kind = _KINDS.get(node.name)
        if kind is None:
            raise FileBroken(file=self._file, reason=f"{what} is a {told(node.name)}, which is not known")
        return kind, points(kind, self._numbers(node, kind, what), self._file, what)

    def _numbers(self, node: Node, kind: ShapeKind, what: object) -> Sequence[object]:
        given = node.attributes
        try:
            match kind:
                case ShapeKind.RECTANGLE:
                    return (given["xtl"], given["ytl"], given["xbr"], given["ybr"])
                case ShapeKind.ELLIPSE:
                    return self._ellipse(node)
                case ShapeKind.CUBOID:
                    return [given[name] for name in CUBOID]
                case ShapeKind.MASK:
                    return self._mask(node)
                case ShapeKind.SKELETON:
                    return ()
                case ShapeKind.POLYGON | ShapeKind.POLYLINE | ShapeKind.POINTS:
                    return given["points"].replace(";", ",").split(",")
        except KeyError as error:
            raise FileBroken(file=self._file, reason=f"{what} has no {error.args[0]}") from None

    def _ellipse(self, node: Node) -> Sequence[object]:
        """Return the middle and the edges; ours stand beside the radii, since sums may round, and count if they fit."""
        x, y, along, across = (number(node.attributes[name], self._file, name) for name in ("cx", "cy", "rx", "ry"))
        return (x, y, self._edge(node, "right", x + along), self._edge(node, "top", y - across))

    def _edge(self, node: Node, name: str, summed: float) -> float:
        written = number(node.attributes.get(name, summed), self._file, name)
        return written if isclose(written, summed, rel_tol=1e-9, abs_tol=1e-9) else summed

    def _mask(self, node: Node) -> Sequence[object]:
        given = node.attributes
        left, top, width, height = (
            whole(given[name], self._file, f"{name} of a mask") for name in ("left", "top", "width", "height")
        )
        return (*given["rle"].split(","), left, top, left + width - 1, top + height - 1)
