"""Reading COCO 1.0: one document or several, bare or in an archive. Annotations may stand in any order."""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Self

from msgspec import msgpack

from jobyard.datasets.annotations import Annotations, Shape
from jobyard.datasets.formats.archive.reading import Archive, is_archive
from jobyard.datasets.formats.coco.shapes import Shapes
from jobyard.datasets.formats.documents import elements
from jobyard.datasets.formats.facts import Import, Item, Picture
from jobyard.datasets.formats.frames import Frame, Once
from jobyard.datasets.formats.pictures import found
from jobyard.datasets.formats.speech import told, whole
from jobyard.job.errors import FileBroken

Open = Callable[[], AbstractContextManager[BinaryIO]]


def read(job: Import) -> Iterator[Item]:
    """Yield each picture of each document."""
    if not is_archive(job.source):
        yield from _Document(job, "annotations.json", "", None).items(lambda: job.source.open("rb"))
        return
    with Archive(job.source, job.limits) as archive:
        names = [name for name in archive if name.endswith(".json") and name.rpartition("/")[0].endswith("annotations")]
        if not names:
            raise FileBroken(file="annotations", reason="the archive has no such folder with a JSON document in it")
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
        self.done = done
        """Pictures so far, those of earlier documents included."""

    def items(self, opened: Open) -> Iterator[Item]:
        """Yield what the document holds; it is read twice."""
        with opened() as stream:
            for name, element in elements(stream, self._file, {"categories", "images"}):
                (self._label if name == "categories" else self._image)(self._object(element, name))
        shapes = Shapes(self._job, self._file, self._labels)
        with _Sorted(self._job, len(self._frames)) as kept:
            with opened() as stream:
                for number, (_, element) in enumerate(elements(stream, self._file, {"annotations"}), 1):
                    self._keep(kept, shapes, self._object(element, "annotations"))
                    if number % 1_000 == 0:
                        self._job.done(self.done)
            for place, frame in enumerate(self._frames):
                yield Item(
                    frame=frame,
                    annotations=Annotations(shapes=tuple(shapes.grouped(kept.shapes(place)))),
                    picture=self._picture(frame),
                )
                self.done += 1
                self._job.done(self.done)

    def _object(self, element: Any, name: str) -> dict[str, Any]:
        if not isinstance(element, dict):
            raise FileBroken(file=self._file, reason=f"an element of {name} is no object")
        return element

    def _label(self, category: dict[str, Any]) -> None:
        name = category.get("name")
        if not isinstance(name, str):
            raise FileBroken(file=self._file, reason="a category has no name")
        # What is listed and never used need not exist here.
        self._labels[whole(category.get("id"), self._file, f"the id of {told(name)}")] = name

    def _image(self, image: dict[str, Any]) -> None:
        name = image.get("file_name")
        if not isinstance(name, str) or not name:
            raise FileBroken(file=self._file, reason="an image has no file_name")
        width, height = (
            whole(image.get(side, 0), self._file, f"{side} of {told(name)}") for side in ("width", "height")
        )
        heard = Frame(number=0, name=name, width=width, height=height, subset=self._subset)
        frame = self._job.frames.named(name, self._file, heard)
        self._once.look(frame)
        number = whole(image.get("id"), self._file, f"the id of {told(name)}")
        if number in self._places:
            raise FileBroken(file=self._file, reason=f"two images have the id {number}")
        self._places[number] = len(self._frames)
        self._frames.append(frame)

    def _keep(self, kept: _Sorted, shapes: Shapes, annotation: dict[str, Any]) -> None:
        number = annotation.get("image_id")
        place = self._places.get(number) if isinstance(number, int) else None
        if place is None:
            raise FileBroken(
                file=self._file, reason=f"an annotation belongs to image {told(str(number))}, which is missing"
            )
        for shape in shapes.shapes(annotation, self._frames[place]):
            kept.add(place, shape)

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


class _Sorted:
    """Shapes in a scratch file, found again by picture: twelve bytes of memory each."""

    def __init__(self, job: Import, pictures: int) -> None:
        self._file = TemporaryFile(dir=job.scratch)  # noqa: SIM115 - closed at the end of the with statement
        self._starts, self._next = array("Q"), array("I")
        self._first, self._last = array("I", bytes(4 * pictures)), array("I", bytes(4 * pictures))
        self._end = 0
        self._packer = msgpack.Encoder()
        self._unpacker = msgpack.Decoder(Shape)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, place: int, shape: Shape) -> None:
        """Keep a shape of a picture. Numbers count from 1, so that 0 is none."""
        packed = self._packer.encode(shape)
        self._file.write(packed)
        self._starts.append(self._end)
        self._next.append(0)
        self._end += len(packed)
        number = len(self._starts)
        if self._first[place]:
            self._next[self._last[place] - 1] = number
        else:
            self._first[place] = number
        self._last[place] = number

    def shapes(self, place: int) -> Iterator[Shape]:
        """Yield the shapes of a picture in their order."""
        number = self._first[place]
        if number:
            self._file.flush()
        while number:
            start = self._starts[number - 1]
            end = self._starts[number] if number < len(self._starts) else self._end
            yield self._unpacker.decode(os.pread(self._file.fileno(), end - start, start))
            number = self._next[number - 1]
