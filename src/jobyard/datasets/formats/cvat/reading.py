"""Reading CVAT 1.1: a document of pictures or of a film, bare or in an archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import BinaryIO

from jobyard.datasets.annotations import Annotations, Shape, ShapeKind, Source, Tag
from jobyard.datasets.formats.archive.reading import Archive, is_archive
from jobyard.datasets.formats.cvat.boxes import Box, plain
from jobyard.datasets.formats.cvat.plainly import Boxes, Plainly
from jobyard.datasets.formats.cvat.tracks import track
from jobyard.datasets.formats.cvat.words import Words
from jobyard.datasets.formats.facts import Import, Item, Picture
from jobyard.datasets.formats.frames import Frame, Once
from jobyard.datasets.formats.markup import Node, pieces
from jobyard.datasets.formats.pictures import found
from jobyard.datasets.formats.signs import CVAT, foreign, is_voc
from jobyard.datasets.formats.speech import Thing, told
from jobyard.job.errors import FileBroken

DOCUMENT = "annotations.xml"
_PARTS = frozenset({"version", "meta", "image", "track"})


def read(job: Import) -> Iterator[Item]:
    """Yield each picture of each document, then that document's tracks, each with its first picture."""
    if not is_archive(job.source):
        with job.source.open("rb") as stream:
            yield from _Document(job, DOCUMENT, lambda _: None, Once(DOCUMENT)).items(stream)
        return
    with Archive(job.source, job.limits) as archive:
        documents = [name for name in archive if name.endswith(".xml")]
        if all(map(is_voc, documents)):
            raise foreign(archive, CVAT, "it holds no XML document of CVAT")
        once = Once("the archive")
        for name in documents:
            picture = partial(_picture, archive, name.rpartition("/")[0])
            with archive.open(name) as stream:
                yield from _Document(job, told(name), picture, once).items(stream)


def _picture(archive: Archive, folder: str, frame: Frame) -> Picture | None:
    subset = f"images/{frame.subset}/{frame.name}" if frame.subset else ""
    places = (subset, f"images/{frame.name}", f"images/default/{frame.name}", frame.name)
    start = f"{folder}/" if folder else ""
    return found(archive, *(start + place for place in places if place))


class _Document:
    """One document on its way in."""

    def __init__(self, job: Import, file: str, picture: Callable[[Frame], Picture | None], once: Once) -> None:
        self._job = job
        self._file = file
        self._picture = picture
        self._once = once
        self._words = Words(job, file)

    def items(self, stream: BinaryIO) -> Iterator[Item]:
        """Yield what the document holds."""
        done, known = 0, set[bool]()
        plainly = Plainly(stream, self._job.vocabulary.labels)
        for node in pieces(plainly, self._file, "annotations"):
            if node.name == "image":
                plain = plainly.taken(node.attributes)
                yield self._image(node) if plain is None else self._plain(*plain)
                done += 1
                self._job.done(done)
            elif node.name == "track":
                yield self._track(node)
            known.add(node.name in _PARTS)
        if known == {False}:
            raise FileBroken(file=self._file, reason="it has neither images nor tracks, so it is no document of CVAT")

    def _image(self, node: Node) -> Item:
        frame, heard = self._named(node)
        number, name = frame.number, heard.name
        tags = tuple(self._tag(child, number) for child in node.children if child.name == "tag")
        shapes = tuple([self._shape(child, number, name) for child in node.children if child.name != "tag"])
        picture = self._picture(heard)
        return Item(frame=frame, annotations=Annotations(tags=tags, shapes=shapes), picture=picture)

    def _plain(self, attributes: dict[str, str], boxes: Boxes) -> Item:
        """Return a picture that was read already."""
        frame, heard = self._named(Node("image", attributes))
        number = frame.number
        shapes = [
            Shape(
                frame=number,
                label=label,
                kind=ShapeKind.RECTANGLE,
                points=points,
                occluded=occluded,
                depth=depth,
                source=who,
            )
            for label, points, occluded, depth, who in zip(
                boxes.labels, boxes.points, boxes.occluded, boxes.depths, boxes.sources, strict=True
            )
        ]
        return Item(frame=frame, annotations=Annotations(shapes=tuple(shapes)), picture=self._picture(heard))

    def _named(self, node: Node) -> tuple[Frame, Frame]:
        """Return the picture that is meant, and what the document says of it."""
        name = node.attributes.get("name", "")
        if not name:
            raise FileBroken(file=self._file, reason="an image has no name")
        words = self._words
        heard = Frame(
            number=0,
            name=name,
            width=words.whole(node, "width"),
            height=words.whole(node, "height"),
            subset=node.attributes.get("subset", ""),
        )
        frame = self._job.frames.named(name, self._file, heard)
        self._once.look(frame)
        return frame, heard

    def _tag(self, node: Node, frame: int) -> Tag:
        label = self._words.label(node)
        return Tag(
            frame=frame,
            label=label.number,
            group=self._words.whole(node, "group_id"),
            source=source(node.attributes),
            score=self._words.score(node),
            attributes=self._words.values(label.number, node),
        )

    def _shape(self, node: Node, frame: int, name: str) -> Shape:
        box = plain(node.attributes) if node.name == "box" else None
        if box is not None:
            return self._box(box, node, frame)
        label, words = self._words.label(node), self._words
        kind, points = words.outline(node, Thing("a shape of", name))
        parts: tuple[Shape, ...] = ()
        if kind is ShapeKind.SKELETON:
            parts = tuple(
                self._part(child, frame, label.number, name) for child in node.children if child.name == "points"
            )
        return Shape(
            frame=frame,
            label=label.number,
            kind=kind,
            points=points,
            rotation=words.rotation(node),
            occluded=words.flag(node, "occluded"),
            depth=words.whole(node, "z_order"),
            group=words.whole(node, "group_id"),
            source=source(node.attributes),
            score=words.score(node),
            attributes=words.values(label.number, node),
            parts=parts,
        )

    def _box(self, box: Box, node: Node, frame: int) -> Shape:
        label = self._words.named(box.label)
        return Shape(
            frame=frame,
            label=label.number,
            kind=ShapeKind.RECTANGLE,
            points=(box.xtl, box.ytl, box.xbr, box.ybr),
            rotation=box.rotation,
            occluded=box.occluded == "1",
            depth=box.z_order,
            group=box.group_id,
            source=box.source,
            score=box.score,
            attributes=self._words.values(label.number, node) if node.children else {},
        )

    def _part(self, node: Node, frame: int, skeleton: int, name: str) -> Shape:
        words = self._words
        label = words.part(skeleton, node)
        kind, points = words.outline(node, Thing("a skeleton of", name))
        return Shape(
            frame=frame,
            label=label.number,
            kind=kind,
            points=points,
            occluded=words.flag(node, "occluded"),
            outside=words.flag(node, "outside"),
            depth=words.whole(node, "z_order"),
            group=words.whole(node, "group_id"),
            source=source(node.attributes),
            score=words.score(node),
            attributes=words.values(label.number, node),
        )

    def _track(self, node: Node) -> Item:
        found = track(node, self._words, self._file)
        for position in found.positions:
            self._job.frames.numbered(position.frame, self._file)
        first = self._job.frames.numbered(found.frame, self._file)
        return Item(frame=first, annotations=Annotations(tracks=(found,)))


def source(attributes: Mapping[str, str]) -> Source:
    """Return who said it; whoever is not known here counts as a person."""
    try:
        return Source(attributes.get("source", Source.MANUAL.value))
    except ValueError:
        return Source.MANUAL
