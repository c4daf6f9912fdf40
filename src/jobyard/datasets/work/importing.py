"""The job kind `dataset.import`: read annotations from a file; into a collection a whole dataset with its pictures."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from jobyard.datasets.annotations import Annotations, Shape, Tag
from jobyard.datasets.formats.facts import Import, Item
from jobyard.datasets.formats.frames import Frame, Frames
from jobyard.datasets.formats.registry import importer
from jobyard.datasets.formats.vocabulary import Vocabulary
from jobyard.datasets.messages import packed, unpacked
from jobyard.datasets.work.gathering import gather
from jobyard.datasets.work.items import frame_of, stretches
from jobyard.datasets.work.messages import Aside, Subjects, Swap
from jobyard.datasets.work.parameters import ImportParameters
from jobyard.job.errors import Invalid
from jobyard.kinds import Context, Kind

_BATCH = 5_000
"""Annotations that are handed over at once."""


class DatasetImport(Kind):
    """Reads everything first and changes nothing before that."""

    name: ClassVar[str] = "dataset.import"
    title: ClassVar[str] = "Import annotations"
    Parameters = ImportParameters

    def run(self, parameters: ImportParameters, context: Context) -> dict[str, Any]:
        """Return how much was read. Raises FileBroken, ArchiveRefused, UnknownLabel, UnknownFrame or Invalid."""
        subjects = unpacked(context.call("work.subjects"), Subjects)
        if subjects.sent is None:
            raise Invalid(reason="No file was sent in.")
        source = Path(subjects.sent)
        if parameters.collection is not None:
            result = gather(parameters, subjects, source, context)
            forget(source)
            return result
        while context.call("work.begin"):
            context.check()
        frames = Frames(_frames(subjects, context))
        total = len(frames)
        reading = Import(
            source=source,
            scratch=context.folder,
            vocabulary=Vocabulary(subjects.labels),
            frames=frames,
            done=lambda number: context.progress(number, max(total, number), "reading"),
        )
        pictures = _take(importer(parameters.format).read(reading), context)
        context.progress(total, total, "keeping what was read")
        count = int(context.call("work.swap", packed(Swap(append=parameters.mode == "append"))))
        for what, times in sorted(reading.left_out.items()):
            context.log(f"Left out, since it has no place here: {what}, {times:,} times.")
        forget(source)
        return {"pictures": pictures, "annotations": count, "left_out": reading.left_out}


def forget(sent: Path) -> None:
    """Remove a file that was sent in, once nobody needs it."""
    sent.unlink(missing_ok=True)
    sent.with_name(f"{sent.name}.told").unlink(missing_ok=True)


def _frames(subjects: Subjects, context: Context) -> Iterable[Frame]:
    chosen, subject = subjects.assignment, subjects.datasets[0]
    first, last = (0, None) if chosen is None else (chosen.first, chosen.last)
    for said in stretches(context, subject, first, last, bare=True):
        for framed in said.frames:
            if chosen is None or chosen.holds(framed.number):
                yield frame_of(framed, subject.subset)


def _take(items: Iterable[Item], context: Context) -> int:
    """Hand over what is read, batch by batch; return how many pictures it speaks of."""
    pictures = 0
    tags, shapes = list[Tag](), list[Shape]()
    for item in items:
        pictures += 1
        tags += item.annotations.tags
        shapes += item.annotations.shapes
        if len(tags) + len(shapes) >= _BATCH:
            _aside(tags, shapes, context)
            tags, shapes = [], []
    if tags or shapes:
        _aside(tags, shapes, context)
    return pictures


def _aside(tags: list[Tag], shapes: list[Shape], context: Context) -> None:
    said = Annotations(tags=tuple(tags), shapes=tuple(shapes))
    context.call("work.aside", packed(Aside(annotations=said)))
