"""How an archive of pictures with annotations becomes a dataset of a collection: hidden until it is whole."""

from __future__ import annotations

import os
import posixpath
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from jobyard.datasets import packing
from jobyard.datasets.annotations import Annotations, Shape, Tag
from jobyard.datasets.formats.facts import Import, Item
from jobyard.datasets.formats.frames import Frames
from jobyard.datasets.formats.pictures import size_of
from jobyard.datasets.formats.registry import importer
from jobyard.datasets.formats.speech import told
from jobyard.datasets.formats.vocabulary import Vocabulary
from jobyard.datasets.labels import Label
from jobyard.datasets.messages import packed, unpacked
from jobyard.datasets.uploads import Told
from jobyard.datasets.work.clearing import clear
from jobyard.datasets.work.learning import known, learnt
from jobyard.datasets.work.messages import (
    Brought,
    Hidden,
    Made,
    Make,
    Numbered,
    Placed,
    Publish,
    Spoken,
    Subjects,
    Wanted,
)
from jobyard.datasets.work.parameters import ImportParameters
from jobyard.datasets.work.parcels import parcels
from jobyard.job.errors import FileBroken, Invalid
from jobyard.kinds import Context

_PICTURES, _SAID = 1_000, 5_000
"""Pictures and annotations that are handed over at once."""


def gather(parameters: ImportParameters, subjects: Subjects, source: Path, context: Context) -> dict[str, Any]:
    """Make a dataset of an archive and return its number; a collection without labels gets those of the archive.

    Raises what the format raises, or FileBroken.
    """
    clear(context)
    labels = () if subjects.labels else learnt(source, parameters.format, context)
    wanted = Make(datasets=[Wanted(name=_name(source))], labels=labels)
    made = unpacked(context.call("work.make", packed(wanted)), Made)
    hidden = made.datasets[0]
    folder = Path(hidden.folder or "")
    try:
        spoken = subjects.labels or tuple(known(labels, made.numbers))
        counts = _Gathering(parameters, spoken, source, hidden, context).run()
        os.sync()
        shown = context.call("work.publish", packed(Publish(whole=True)))
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, Exception):  # who is stopped may ask for nothing more
            clear(context)
        raise
    return {"dataset": shown["number"], "name": shown["name"], **counts}


class _Gathering:
    """Goes through an archive."""

    def __init__(
        self, parameters: ImportParameters, labels: Sequence[Label], source: Path, hidden: Hidden, context: Context
    ) -> None:
        self._context = context
        self._hidden = hidden
        self._folder = Path(hidden.folder or "")
        self._reading = Import(
            source=source,
            scratch=context.folder,
            vocabulary=Vocabulary(labels),
            frames=Frames(growing=True),
            done=lambda number: context.progress(number, None, "reading"),
        )
        self._items = importer(parameters.format).read(self._reading)
        self._pictures = list[Numbered]()
        self._tags, self._shapes = list[Tag](), list[Shape]()
        self._count = self._said = 0

    def run(self) -> dict[str, Any]:
        """Take everything in."""
        for frame, item in enumerate(self._items):
            self._context.progress(frame, None, f"taking in {item.frame.name[-80:]}")
            self._pictures.append(Numbered(frame, self._brought(item)))
            self._tags += [replace(tag, frame=frame) for tag in item.annotations.tags]
            self._shapes += [_moved(shape, frame) for shape in item.annotations.shapes]
            self._count = frame + 1
            if len(self._pictures) >= _PICTURES or len(self._tags) + len(self._shapes) >= _SAID:
                self._send()
        self._send()
        if not self._count:
            raise Invalid(reason="The file speaks of no picture.")
        self._context.progress(self._count, self._count)
        for what, times in sorted(self._reading.left_out.items()):
            self._context.log(f"Left out, since it has no place here: {what}, {times:,} times.")
        return {"pictures": self._count, "annotations": self._said, "left_out": self._reading.left_out}

    def _brought(self, item: Item) -> Brought:
        name = item.frame.name
        if item.picture is None:
            raise FileBroken(file=told(name), reason="the archive does not hold this picture")
        parts = name.split("/")
        if {"", ".", ".."}.intersection(parts) or "\0" in name:
            raise FileBroken(file=told(name), reason="no picture can be called so")
        target = self._folder / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with item.picture() as source, target.open("xb") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
        except FileExistsError:
            raise FileBroken(file=told(name), reason="two pictures are called so") from None
        with target.open("rb") as file:
            width, height = size_of(file, name)
            found = os.fstat(file.fileno())
        return Brought(os.fsencode(name), found.st_size, found.st_mtime_ns, width, height)

    def _send(self) -> None:
        number = self._hidden.number
        if self._pictures:
            self._context.call("work.place", packed(Placed(dataset=number, pictures=self._pictures)))
        for parcel in parcels([Annotations(tags=tuple(self._tags), shapes=tuple(self._shapes))]):
            self._context.call("work.say", packed(Spoken(dataset=number, said=packing.packed(parcel))))
            self._said += len(parcel.tags) + len(parcel.shapes)
        self._pictures, self._tags, self._shapes = [], [], []


def _moved(shape: Shape, frame: int) -> Shape:
    return replace(shape, frame=frame, parts=tuple(_moved(part, frame) for part in shape.parts))


def _name(source: Path) -> str:
    """Return what the dataset is called: like the file that was sent in."""
    said = msgspec.json.decode(source.with_name(f"{source.name}.told").read_bytes(), type=Told)
    return posixpath.splitext(said.name)[0][:100] or "imported"
