"""The frames of what a job is about, one after the other, with what was said of them and a way to their pictures.

Runs beside the house and asks it for a stretch at a time, so that memory stays the same however many there are.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Any, BinaryIO, Self

from jobyard.datasets import tracks
from jobyard.datasets.annotations import Annotations, Shape, Tag
from jobyard.datasets.assignment import Assignment
from jobyard.datasets.formats.facts import Item, Picture
from jobyard.datasets.formats.frames import Frame
from jobyard.datasets.messages import packed, unpacked
from jobyard.datasets.paths import shown
from jobyard.datasets.sources import real_folder
from jobyard.datasets.sources.bucket import Bucket
from jobyard.datasets.sources.folder import open_file, open_folder
from jobyard.datasets.work.messages import FramesWanted, Said, Subject
from jobyard.datasets.work.tables import Framed
from jobyard.job.clock import SystemClock
from jobyard.job.errors import SourceUnreadable
from jobyard.kinds import Context

_LARGEST_PICTURE = 1 << 30


class Gallery:
    """The pictures of one dataset."""

    def __init__(self, subject: Subject, context: Context) -> None:
        self._subject = subject
        self._context = context
        self._things = ExitStack()
        self._root: int | None = None
        self._bucket: Bucket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._things.close()

    def picture(self, path: bytes) -> Picture:
        """Return how a picture is opened. Opening raises SourceUnreadable naming it."""

        def opened() -> AbstractContextManager[BinaryIO]:
            if self._subject.reach is not None:
                return io.BytesIO(self._read(path))
            try:
                return open_file(self._folder(), path)
            except OSError as error:
                raise SourceUnreadable(path=shown(path, 200), cause=error.strerror) from None

        return opened

    def _read(self, path: bytes) -> bytes:
        if self._bucket is None and self._subject.reach is not None:
            bucket = Bucket(self._subject.reach, SystemClock(), look=self._context.check)
            self._bucket = self._things.enter_context(bucket)
        if self._bucket is None:
            raise SourceUnreadable(path=shown(path, 200), cause="its bucket is not known")
        return self._bucket.read(path, _LARGEST_PICTURE)

    def _folder(self) -> int:
        if self._root is None:
            subject = self._subject
            real = subject.folder or real_folder(subject.source, subject.roots)
            try:
                self._root = open_folder(os.path.realpath(real))
            except OSError as error:
                raise SourceUnreadable(path=subject.source, cause=error.strerror) from None
            self._things.callback(os.close, self._root)
        return self._root


def stretches(
    context: Context,
    subject: Subject,
    first: int = 0,
    last: int | None = None,
    layer: int = 0,
    *,
    bare: bool = False,
) -> Iterator[Said]:
    """Yield what was said of a dataset's frames, a stretch at a time; `bare` yields only the frames."""
    upto = subject.last if last is None else last

    def asked(first: int) -> Callable[[], Any]:
        wanted = FramesWanted(dataset=subject.id, first=first, last=upto, layer=layer, bare=bare)
        return context.ask("work.said", packed(wanted))

    awaited = asked(first) if first <= upto else None
    while awaited is not None:
        said = unpacked(awaited(), Said)
        # While somebody works on one stretch, the house looks for the next one.
        awaited = asked(said.frames[-1].number + 1) if said.more else None
        if said.frames:
            yield said


def frames(said: Said) -> Iterator[tuple[Framed, Annotations]]:
    """Yield each frame of a stretch with its tags and shapes; a track's part in it stands among the shapes."""
    spoken = said.said.annotations()
    tags, shapes = dict[int, list[Tag]](), dict[int, list[Shape]]()
    for tag in spoken.tags:
        tags.setdefault(tag.frame, []).append(tag)
    for shape in spoken.shapes:
        shapes.setdefault(shape.frame, []).append(shape)
    for framed in said.frames:
        number = framed.number
        moving = tracks.shapes(spoken.tracks, number) if spoken.tracks else ()
        yield (
            framed,
            Annotations(tags=tuple(tags.get(number, ())), shapes=(*shapes.get(number, ()), *moving)),
        )


def items(
    context: Context, subject: Subject, gallery: Gallery, assignment: Assignment | None = None, offset: int = 0
) -> Iterator[Item]:
    """Yield a dataset's frames for a format to write; those that count as deleted are left out.

    `assignment` narrows them to its own. `offset` is added to the frames' numbers.
    """
    gone = frozenset(subject.gone)
    first, last, layer = (0, None, 0) if assignment is None else (assignment.first, assignment.last, assignment.layer)
    for said in stretches(context, subject, first, last, layer):
        for framed, spoken in frames(said):
            if framed.number in gone or (assignment is not None and not assignment.holds(framed.number)):
                continue
            yield Item(
                frame=frame_of(framed, subject.subset, offset),
                annotations=spoken,
                picture=gallery.picture(framed.path),
            )


def frame_of(framed: Framed, subset: str = "", offset: int = 0) -> Frame:
    """Return a sample as formats speak of it."""
    return Frame(
        number=framed.number + offset,
        name=name_of(framed.path),
        width=framed.width,
        height=framed.height,
        subset=subset,
    )


def name_of(path: bytes) -> str:
    """Return a sample's name as it is written into files: its path, with whatever is no plain text spelled out."""
    try:
        name = path.decode("utf-8")
    except UnicodeDecodeError:
        return shown(path)
    return name if name.isprintable() else shown(path)


def count(subjects: Sequence[Subject], assignment: Assignment | None = None) -> int:
    """Return how many frames there are, as far as that is known before they are looked at."""
    if assignment is not None:
        frames_ = assignment.frames
        return len(frames_) if frames_ is not None else assignment.last - assignment.first + 1
    return sum(subject.last + 1 - len(subject.gone) for subject in subjects)
