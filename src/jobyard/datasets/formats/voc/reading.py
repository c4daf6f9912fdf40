"""Reading PASCAL VOC: every document in `Annotations/`, and the pictures that only a list names."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import splitext

from jobyard.datasets.annotations import Annotations, Shape, ShapeKind
from jobyard.datasets.formats.archive.reading import Archive
from jobyard.datasets.formats.facts import Import, Item, Picture
from jobyard.datasets.formats.frames import Frame, Once
from jobyard.datasets.formats.markup import Node, document
from jobyard.datasets.formats.pictures import ENDINGS, found
from jobyard.datasets.formats.shapes import points
from jobyard.datasets.formats.signs import VOC, foreign
from jobyard.datasets.formats.speech import number, told
from jobyard.datasets.formats.voc.writing import OWN, SUBSET
from jobyard.datasets.formats.yolo.lines import listed, text_of
from jobyard.job.errors import FileBroken

_EDGES = ("xmin", "ymin", "xmax", "ymax")
_MOST = 1 << 26


def read(job: Import) -> Iterator[Item]:
    """Yield each picture of the archive."""
    with Archive(job.source, job.limits) as archive:
        reading = _Reading(job, archive)
        for done, item in enumerate(reading.items(), 1):
            yield item
            job.done(done)


class _Reading:
    """One archive on its way in."""

    def __init__(self, job: Import, archive: Archive) -> None:
        self._job = job
        self._archive = archive
        self._top = next((name.partition("Annotations/")[0] for name in archive if "Annotations/" in name), "")
        self._lists = f"{self._top}ImageSets/Main/"
        self._once = Once("the archive")

    def items(self) -> Iterator[Item]:
        """Yield every picture once."""
        subsets, start = self._subsets(), f"{self._top}Annotations/"
        known = any(name.startswith(self._lists) for name in self._archive)
        for name in self._archive:
            if name.startswith(start) and name.endswith(".xml"):
                known = True
                stem = name[len(start) : -4]
                yield self._document(name, stem, subsets.pop(stem, ""))
        for stem, subset in subsets.items():
            frame = self._job.frames.named(stem, f"{self._lists}{subset or SUBSET}.txt", Frame(number=0, name=stem))
            self._once.look(frame)
            yield Item(frame=frame, picture=self._picture(frame.name, stem))
        if not known:
            raise foreign(self._archive, VOC, "it has no folder Annotations with an XML document in it")

    def _subsets(self) -> dict[str, str]:
        """Return each listed picture's subset; lists of single labels, with a second column, do not count."""
        found_subsets = dict[str, str]()
        for name in self._archive:
            if not name.startswith(self._lists) or not name.endswith(".txt"):
                continue
            lines = list(listed(text_of(self._archive.read(name, _MOST), name)))
            if not any(line.rpartition(" ")[2] in {"-1", "0", "1"} and " " in line for line in lines):
                subset = name[len(self._lists) : -4]
                found_subsets |= dict.fromkeys((line.strip('"') for line in lines), "" if subset == SUBSET else subset)
        return found_subsets

    def _document(self, file: str, stem: str, subset: str) -> Item:
        with self._archive.open(file) as stream:
            root = document(stream, told(file), "annotation")
        name = self._name(root.said("filename"), stem)
        size = root.first("size")
        width, height = (self._side(size, side, file) for side in ("width", "height"))
        heard = Frame(number=0, name=name, width=width, height=height, subset=subset)
        frame = self._job.frames.named(name, told(file), heard)
        self._once.look(frame)
        objects = (node for node in root.children if node.name == "object")
        shapes = tuple(self._shape(node, frame, told(file)) for node in objects)
        return Item(frame=frame, annotations=Annotations(shapes=shapes), picture=self._picture(name, stem))

    def _name(self, said: str, stem: str) -> str:
        """Return the picture's name: where the document lies, with the ending of the name that it tells."""
        end = splitext(said)[1]
        return f"{stem}{end}" if end else stem

    def _side(self, size: Node | None, side: str, file: str) -> int:
        text = size.said(side) if size else ""
        return int(number(text, told(file), side)) if text else 0

    def _picture(self, name: str, stem: str) -> Picture | None:
        places = [name, *(f"{stem}.{ending}" for ending in sorted(ENDINGS))]
        return found(self._archive, *(f"{self._top}JPEGImages/{place}" for place in places))

    def _shape(self, node: Node, frame: Frame, file: str) -> Shape:
        label = self._job.vocabulary.named(node.said("name"), file)
        box = node.first("bndbox")
        if box is None:
            raise FileBroken(file=file, reason=f"an object of {told(label.name)} has no bndbox")
        edges = [box.said(edge) for edge in _EDGES]
        return Shape(
            frame=frame.number,
            label=label.number,
            kind=ShapeKind.RECTANGLE,
            points=points(ShapeKind.RECTANGLE, edges, file, f"an object of {told(label.name)}"),
            occluded=node.said("occluded") == "1",
            attributes=self._values(label.number, node),
        )

    def _values(self, label: int, node: Node) -> dict[int, str]:
        known, values = self._job.vocabulary.attributes(label), dict[int, str]()
        for name in OWN:
            if name in known and node.said(name):
                values[known[name].number] = "true" if node.said(name) == "1" else "false"
        others = node.first("attributes")
        for child in others.children if others else ():
            attribute = known.get(child.said("name"))
            if attribute is None:
                self._job.skip("attribute")
            else:
                value = child.first("value")
                values[attribute.number] = value.text if value else ""
        return values
