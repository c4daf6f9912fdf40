"""The job kind `dataset.import`: read annotations from a file; into a collection a whole dataset with its pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from msgspec.structs import replace

from jobyard.datasets import packing
from jobyard.datasets.annotations import Annotations, Shape, ShapeKind
from jobyard.datasets.formats.facts import Import, Item
from jobyard.datasets.formats.frames import Frame, Frames
from jobyard.datasets.formats.registry import importer
from jobyard.datasets.formats.vocabulary import Vocabulary
from jobyard.datasets.messages import packed, unpacked
from jobyard.datasets.work.gathering import gather
from jobyard.datasets.work.items import Gallery, frame_of, stretches
from jobyard.datasets.work.messages import Aside, Subjects, Swap
from jobyard.datasets.work.parameters import ImportParameters
from jobyard.datasets.work.parcels import LIGHT, parcels
from jobyard.job.errors import Invalid
from jobyard.kinds import Context, Kind


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
        if subjects.done is not None:
            forget(source)
            return subjects.done
        while context.call("work.begin"):
            context.check()
        paths = dict[int, bytes]()
        frames = Frames(_frames(subjects, context, paths))
        total = len(frames)
        with Gallery(subjects.datasets[0], context) as gallery:
            reading = Import(
                source=source,
                scratch=context.folder,
                vocabulary=Vocabulary(subjects.labels),
                frames=frames,
                in_parts=True,
                picture=lambda frame: gallery.picture(paths.get(frame.number) or frame.name.encode()),
                done=lambda number: context.progress(number, max(total, number), "reading"),
            )
            items = importer(parameters.format).read(reading)
            pictures = _take(map(outlined, items) if parameters.masks_to_polygons else items, context)
        context.progress(total, total, "keeping what was read")
        asked = Swap(append=parameters.mode == "append", pictures=pictures, left_out=dict(reading.left_out))
        count = int(context.call("work.swap", packed(asked)))
        for what, times in sorted(reading.left_out.items()):
            context.log(f"Left out, since it has no place here: {what}, {times:,} times.")
        forget(source)
        return {"pictures": pictures, "annotations": count, "left_out": reading.left_out}


def forget(sent: Path) -> None:
    """Remove a file that was sent in, once nobody needs it."""
    sent.unlink(missing_ok=True)
    sent.with_name(f"{sent.name}.told").unlink(missing_ok=True)


def _frames(subjects: Subjects, context: Context, paths: dict[int, bytes]) -> Iterable[Frame]:
    """Yield the frames that may be spoken of, and note the paths of those whose names do not tell them."""
    chosen, subject = subjects.assignment, subjects.datasets[0]
    first, last = (0, None) if chosen is None else (chosen.first, chosen.last)
    for said in stretches(context, subject, first, last, bare=True):
        for framed in said.frames:
            if chosen is None or chosen.holds(framed.number):
                frame = frame_of(framed, subject.subset)
                if frame.name.encode() != framed.path:
                    paths[framed.number] = framed.path
                yield frame


def _take(items: Iterable[Item], context: Context) -> int:
    """Hand over what is read, parcel by parcel; return how many pictures it speaks of."""
    pictures = 0

    def said() -> Iterator[Annotations]:
        nonlocal pictures
        for item in items:
            # A track comes by itself, with the first picture that it is in.
            pictures += not (item.again or item.annotations.tracks)
            yield item.annotations

    taken = _nothing
    for place, parcel in enumerate(parcels(said(), LIGHT)):
        body = packed(Aside(place=place, said=packing.packed(parcel)))
        # While the house takes one in, the next one is read.
        taken()
        taken = context.ask("work.aside", body)
    taken()
    return pictures


def _nothing() -> None:
    """Stand for what nobody waits for."""


def outlined(item: Item) -> Item:
    """Return an item whose masks are polygons; of a mask of several parts, each part gets one of the same group."""
    said = item.annotations
    if all(shape.kind is not ShapeKind.MASK for shape in said.shapes):
        return item
    from jobyard.datasets.geometry import masks, tracing

    shapes, group = list[Shape](), max(shape.group for shape in said.shapes)
    for shape in said.shapes:
        if shape.kind is not ShapeKind.MASK:
            shapes.append(shape)
            continue
        found = tracing.outlines(masks.decoded(shape.points))
        together = shape.group
        if len(found) > 1 and not together:
            group += 1
            together = group
        shapes += [replace(shape, kind=ShapeKind.POLYGON, points=points, group=together) for points in found]
    return replace(item, annotations=replace(said, shapes=tuple(shapes)))
