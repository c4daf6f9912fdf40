"""Reading COCO 1.0: one document or several, bare or in an archive. Annotations may stand in any order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any, BinaryIO

from jobyard.datasets.annotations import Annotations, Shape
from jobyard.datasets.formats.archive.reading import Archive, is_archive
from jobyard.datasets.formats.coco.shapes import Box, Shapes, boxes, spelled
from jobyard.datasets.formats.coco.sorting import Sorted, Waiting
from jobyard.datasets.formats.documents import several
from jobyard.datasets.formats.facts import Import, Item, Picture
from jobyard.datasets.formats.frames import Frame, Once
from jobyard.datasets.formats.pictures import found
from jobyard.datasets.formats.signs import COCO, foreign, is_coco
from jobyard.datasets.formats.speech import Thing, told, whole
from jobyard.job.errors import FileBroken

_WANTED = frozenset({"annotations", "categories", "images"})
_NEEDED = {"images": "it has no list of images, so it is no document of COCO"}
_image_of = attrgetter("image_id")
Open = Callable[[], AbstractContextManager[BinaryIO]]


def read(job: Import) -> Iterator[Item]:
    """Yield each picture of each document."""
    if not is_archive(job.source):
        yield from _Document(job, "annotations.json", "", None).items(lambda: job.source.open("rb"))
        return
    with Archive(job.source, job.limits) as archive:
        names = [name for name in archive if is_coco(name)]
        if not names:
            raise foreign(archive, COCO, "it has no folder annotations with a JSON document in it")
        done = 0
        for name in names:
            document = _Document(job, name, _subset(name), archive, done)
            yield from document.items(partial(archive.open, name))
            done = document.done


def _subset(name: str) -> str:
    """Return the subset that a document's name tells: what stands behind `instances_`."""
    word = name.rpartition("/")[2].removesuffix(".json").partition("_")[2]
    return "" if word == "default" else word


class _Document:
    """One document: its pictures and labels first, then its annotations, sorted by picture in a scratch file."""

    def __init__(self, job: Import, file: str, subset: str, archive: Archive | None, done: int = 0) -> None:
        self._job = job
        self._file = file
        self._subset = subset
        self._archive = archive
        self._folder = file.rpartition("annotations/")[0]
        self._frames: list[Frame] = []
        self._places: dict[Any, int] = {}
        self._labels: dict[int, str] = {}
        self._once = Once(file)
        self._kept = 0
        self._told = bytearray()
        """For each picture whether an item of it was yielded."""
        self.done = done
        """Pictures so far, those of earlier documents included."""

    def items(self, opened: Open) -> Iterator[Item]:
        """Yield what the document holds; annotations of a picture or a label not met yet wait for the end."""
        shapes = Shapes(self._job, self._file, self._labels)
        with Sorted(self._job.scratch) as kept, Waiting(self._job.scratch) as waiting:
            with opened() as stream:
                for name, found in several(stream, self._file, _WANTED, {"annotations": boxes}, _NEEDED):
                    left: list[Any] = found
                    if type(found[0]) is Box:
                        left = [box for box in found if not self._knows(box)]
                        known = found if not left else [box for box in found if self._knows(box)]
                        runs = self._runs(known, shapes)
                        if self._job.in_parts and not kept:
                            yield from self._parts(runs)
                        else:
                            for place, run in runs:
                                kept.add(place, run)
                    for element in left:
                        yield from self._take(self._object(element, name), name, (kept, waiting), shapes)
            for thing in waiting:
                yield from self._keep(kept, shapes, thing)
            yield from self._whole(kept, shapes)

    def _take(self, thing: dict[str, Any], name: str, places: tuple[Sorted, Waiting], shapes: Shapes) -> Iterator[Item]:
        """Take in one element of a list; yield what need not be kept of it."""
        kept, waiting = places
        if name == "images":
            self._image(thing)
            kept.picture()
            self._told.append(0)
        elif name == "categories":
            self._label(thing)
        elif self._is_met(thing):
            yield from self._keep(kept, shapes, thing)
        else:
            waiting.add(thing)

    def _runs(self, found: Sequence[Box], shapes: Shapes) -> Iterator[tuple[int, list[Shape]]]:
        """Yield the rectangles of plain annotations: those together that stand together and are of one picture."""
        for number, several_ in groupby(found, _image_of):
            place = self._places[number]
            frame = self._frames[place]
            yield place, [shapes.box(one, frame) for one in several_]
        self._kept += len(found)
        self._job.done(self.done)

    def _parts(self, runs: Iterable[tuple[int, list[Shape]]]) -> Iterator[Item]:
        """Yield what is read as it comes."""
        for place, run in runs:
            yield self._item(place, run)

    def _whole(self, kept: Sorted, shapes: Shapes) -> Iterator[Item]:
        """Yield each picture with what was kept of it; one of which a part was told, only where there is more."""
        for place in range(len(self._frames)):
            found = kept.shapes(place)
            if found or not self._told[place]:
                yield self._item(place, shapes.grouped(found))

    def _item(self, place: int, shapes: Sequence[Shape]) -> Item:
        frame, again = self._frames[place], bool(self._told[place])
        if not again:
            self._told[place] = 1
            self.done += 1
            self._job.done(self.done)
        return Item(
            frame=frame,
            annotations=Annotations(shapes=tuple(shapes)),
            picture=None if again else self._picture(frame),
            again=again,
        )

    def _is_met(self, annotation: dict[str, Any]) -> bool:
        try:
            return annotation.get("image_id") in self._places and annotation.get("category_id") in self._labels
        except TypeError:
            return False

    def _knows(self, box: Box) -> bool:
        """Tell whether a plain annotation's picture and its label were met already."""
        return box.image_id in self._places and box.category_id in self._labels

    def _count(self) -> None:
        self._kept += 1
        if self._kept % 1_000 == 0:
            self._job.done(self.done)

    def _object(self, element: Any, name: str) -> dict[str, Any]:
        if isinstance(element, Box):
            element = spelled(element)
        if not isinstance(element, dict):
            raise FileBroken(file=self._file, reason=f"an element of {name} is no object")
        return element

    def _label(self, category: dict[str, Any]) -> None:
        name = category.get("name")
        if not isinstance(name, str):
            raise FileBroken(file=self._file, reason="a category has no name")
        # What is listed and never used need not exist here.
        self._job.vocabulary.heard(name)
        self._labels[whole(category.get("id"), self._file, f"the id of {told(name)}")] = name

    def _image(self, image: dict[str, Any]) -> None:
        name = image.get("file_name")
        if not isinstance(name, str) or not name:
            raise FileBroken(file=self._file, reason="an image has no file_name")
        sides = (whole(image.get(side, 0), self._file, Thing(f"{side} of", name)) for side in ("width", "height"))
        width, height = sides
        heard = Frame(number=0, name=name, width=width, height=height, subset=self._subset)
        frame = self._job.frames.named(name, self._file, heard)
        self._once.look(frame)
        number = whole(image.get("id"), self._file, Thing("the id of", name))
        if number in self._places:
            raise FileBroken(file=self._file, reason=f"two images have the id {number}")
        self._places[number] = len(self._frames)
        self._frames.append(frame)

    def _keep(self, kept: Sorted, shapes: Shapes, annotation: dict[str, Any]) -> Iterator[Item]:
        """Keep an annotation, or yield it as it comes: one of a group waits for the others of its picture."""
        number = annotation.get("image_id")
        place = self._places.get(number) if isinstance(number, int) else None
        if place is None:
            reason = f"an annotation belongs to image {told(str(number))}, which is missing"
            raise FileBroken(file=self._file, reason=reason)
        run = shapes.shapes(annotation, self._frames[place])
        self._count()
        if self._job.in_parts and not kept and not any(shape.group for shape in run):
            yield self._item(place, run)
        else:
            kept.add(place, run)

    def _picture(self, frame: Frame) -> Picture | None:
        if self._archive is None:
            return None
        start, name = self._folder, frame.name
        return found(
            self._archive,
            f"{start}images/{frame.subset or 'default'}/{name}",
            f"{start}images/{name}",
            f"{start}{name}",
        )
