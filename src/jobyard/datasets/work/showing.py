"""What people see of the pictures of a dataset: a page of them with all that is drawn over them, each one large."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from jobyard.datasets import finding, sight, tracks
from jobyard.datasets.annotations import Annotations, Shape, Tag
from jobyard.datasets.catalog import Datasets
from jobyard.datasets.catalog.contents import labelled
from jobyard.datasets.catalog.ground import Ground
from jobyard.datasets.record import Dataset, LabelledSample, Sample, SampleFilter
from jobyard.datasets.tables import annotations as said
from jobyard.datasets.tables import assignments, samples
from jobyard.datasets.work import tables
from jobyard.datasets.work.tables import PictureSize
from jobyard.datasets.work.tasks import Tasks
from jobyard.job.clock import SECOND, Clock
from jobyard.job.errors import Fault, FileBroken, NotFound
from jobyard.people.record import Actor
from jobyard.store.contract import Store, View

SHOWN_SHAPES = 300
"""The most shapes of one picture that a page of pictures brings."""
_SIZES = 100
_DAYS = 366
_DAY = 86_400 * SECOND
_ROOM = 32 * 1024 * 1024
"""Bytes of small pictures that are remembered."""
_BUDGET = 1.0
"""Seconds that a page spends on measuring pictures; it shows the rest without what is drawn over them."""
_AT_ONCE = 2
"""Pictures that are made small at the same time; who waits longer leaves the machine to others."""


class Seen(Struct, frozen=True, kw_only=True):
    """A picture and what is drawn over it; a track's part in it stands among the shapes."""

    sample: LabelledSample
    frame: int
    size: tuple[int, int]
    """Zeros where it is not known: what is no picture, or cannot be reached."""
    annotations: Annotations
    left_out: int = 0
    """Shapes beyond those that a page brings."""


class Day(Struct, kw_only=True):
    """What people did on a day."""

    day: int
    """When it began, in universal time."""
    made: int = 0
    deleted: int = 0
    frames: int = 0


class Looks(Struct, frozen=True, kw_only=True):
    """How large the pictures of a dataset are, and how its annotations grew."""

    sizes: list[PictureSize]
    """The commonest first."""
    unmeasured: int
    """Samples at which nobody has looked yet."""
    days: list[Day]


class Showing(Ground):
    """Pictures of datasets for people; each verb asks access first."""

    def __init__(self, store: Store, clock: Clock, datasets: Datasets, tasks: Tasks) -> None:
        super().__init__(store, clock, ())
        self._datasets = datasets
        self._tasks = tasks
        self._small = OrderedDict[str, bytes]()
        self._held = 0
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def frames(self, actor: Actor, dataset: str) -> list[int]:
        """Return the frames that a dataset has, the lowest first. Raises NotFound."""
        return [one.number for one in await self._tasks.frames(actor, dataset)]

    async def page(
        self, actor: Actor, dataset: str, wanted: SampleFilter, limit: int = 50, behind: int = 0
    ) -> tuple[list[Seen], int]:
        """Return the pictures that are meant, numbered above `behind`, and how many there are. Raises NotFound."""
        found, total = await self._datasets.browse_samples(actor, dataset, wanted, limit=limit, behind=behind)
        seen = await self._drawn(actor, dataset, found, 0)
        return [_shortened(one) for one in seen], total

    async def one(self, actor: Actor, dataset: str, frame: int, layer: int = 0) -> Seen:
        """Return one picture with all that a layer says of it. Raises NotFound."""

        def work(view: View) -> list[LabelledSample]:
            found = finding.found(view, actor, dataset)
            if layer and layer not in assignments.layers(view, found.number):
                raise NotFound(what="assignment with annotations of its own", name=str(layer))
            return labelled(view, found, [frame + 1], whole=False)

        found = await self._read(work)
        if not found:
            raise NotFound(what="frame", name=str(frame))
        return (await self._drawn(actor, dataset, found, layer))[0]

    async def paths(self, actor: Actor, dataset: str, frames: Iterable[int]) -> dict[int, bytes]:
        """Return what the files behind some frames are called; none of them to who sees a part of the dataset only.

        Frames whose file is gone are left out. Raises NotFound.
        """
        numbers = sorted({frame + 1 for frame in frames})

        def work(view: View) -> dict[int, bytes]:
            found = finding.known(view, actor, dataset)
            there = samples.whole(view, found.number, numbers) if sight.whole(view, actor, found) else []
            return {number - 1: sample.path for number, sample, _ in there}

        return await self._read(work)

    async def looks(self, actor: Actor, dataset: str) -> Looks:
        """Return how large its pictures are, and what people did day by day in the last year. Raises NotFound."""
        since = self._clock.now() - _DAYS * _DAY

        def work(view: View) -> Looks:
            found = finding.found(view, actor, dataset)
            days = dict[int, Day]()
            for at, scope, count in tables.activities_by_day(view, found.number, since):
                _count(days.setdefault(at, Day(day=at)), scope, count)
            return Looks(
                sizes=tables.pictures_by_size(view, found.number, _SIZES),
                unmeasured=max(0, found.samples - tables.pictures_measured(view, found.number)),
                days=list(days.values()),
            )

        return await self._read(work)

    async def mark(self, actor: Actor, dataset: str, frame: int) -> tuple[Dataset, Sample]:
        """Return the sample behind a frame, whose facts tell whether it has changed. Raises NotFound."""

        def work(view: View) -> tuple[Dataset, Sample]:
            found = finding.found(view, actor, dataset)
            there = samples.whole(view, found.number, [frame + 1])
            if not there:
                raise NotFound(what="frame", name=str(frame))
            return found, there[0][1]

        return await self._read(work)

    async def large(self, actor: Actor, dataset: Dataset, frame: int) -> tuple[str, BinaryIO]:
        """Return a picture's name and the picture, open for reading. Raises NotFound or SourceUnreadable."""
        return await self._tasks.picture(actor, dataset, frame)

    async def small(self, actor: Actor, dataset: Dataset, frame: int, mark: str) -> bytes:
        """Return a picture as a small JPEG; `mark` names the state of it. Raises FileBroken for what is no picture."""
        from jobyard.datasets.work.thumbnails import thumbnail

        if mark in self._small:
            self._small.move_to_end(mark)
            return self._small[mark]
        async with self._turns:
            name, file = await self._tasks.picture(actor, dataset, frame)

            def work() -> tuple[bytes, tuple[int, int]]:
                size = _looked_at(file, name)
                return thumbnail(file, name), size

            made, (width, height) = await asyncio.to_thread(work)
        self._keep(mark, made)
        await self._write(lambda transaction: tables.measure(transaction, dataset.number, [(frame, width, height)]))
        return made

    def _keep(self, mark: str, made: bytes) -> None:
        self._held += len(made) - len(self._small.pop(mark, b""))
        self._small[mark] = made
        while self._held > _ROOM:
            self._held -= len(self._small.popitem(last=False)[1])

    async def _drawn(self, actor: Actor, dataset: str, found: Sequence[LabelledSample], layer: int) -> list[Seen]:
        if not found:
            return []
        frames = [one.number - 1 for one in found]

        def work(view: View) -> tuple[Dataset, dict[int, tuple[int, int]], dict[int, Annotations]]:
            home = finding.found(view, actor, dataset)
            sizes = tables.sizes(view, home.number, frames)
            return home, sizes, _said(view, home.number, layer, frames)

        home, sizes, spoken = await self._read(work)
        sizes |= await self._measured(actor, home, [frame for frame in frames if frame not in sizes])
        return [
            Seen(
                sample=one,
                frame=one.number - 1,
                size=sizes.get(one.number - 1, (0, 0)),
                annotations=spoken[one.number - 1],
            )
            for one in found
        ]

    async def _measured(self, actor: Actor, dataset: Dataset, frames: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Look how large pictures are at which nobody has looked, as far as there is time, and keep it."""
        sizes, loop = dict[int, tuple[int, int]](), asyncio.get_running_loop()
        until = loop.time() + _BUDGET
        for frame in frames:
            if loop.time() > until:
                break
            try:
                name, file = await self._tasks.picture(actor, dataset, frame)
                sizes[frame] = await asyncio.to_thread(_size, file, name)
            except (FileBroken, OSError):
                continue
            except Fault:
                # A source that cannot be reached is asked once, not for each of its pictures.
                break
        if sizes:
            rows = [(frame, width, height) for frame, (width, height) in sizes.items()]
            await self._write(lambda transaction: tables.measure(transaction, dataset.number, rows))
        return sizes


def _size(file: BinaryIO, name: str) -> tuple[int, int]:
    from jobyard.datasets.formats.pictures import size_of

    with file:
        return size_of(file, name)


def _looked_at(file: BinaryIO, name: str) -> tuple[int, int]:
    """Return how large a picture is and leave it to be read anew; closes it where it is none."""
    from jobyard.datasets.formats.pictures import size_of

    try:
        size = size_of(file, name)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return size


def _said(view: View, dataset: int, layer: int, frames: Sequence[int]) -> dict[int, Annotations]:
    """Return what a layer says of each of the frames."""
    still = said.at(view, dataset, layer, frames)
    moving = said.tracks(view, dataset, layer, min(frames), max(frames))
    tags, shapes = dict[int, list[Tag]](), dict[int, list[Shape]]()
    for tag in still.tags:
        tags.setdefault(tag.frame, []).append(tag)
    for shape in still.shapes:
        shapes.setdefault(shape.frame, []).append(shape)
    return {
        frame: Annotations(
            tags=tuple(tags.get(frame, ())), shapes=(*shapes.get(frame, ()), *tracks.shapes(moving, frame))
        )
        for frame in frames
    }


def _shortened(seen: Seen) -> Seen:
    shapes = seen.annotations.shapes
    if len(shapes) <= SHOWN_SHAPES:
        return seen
    kept = Annotations(tags=seen.annotations.tags, shapes=shapes[:SHOWN_SHAPES])
    return replace(seen, annotations=kept, left_out=len(shapes) - SHOWN_SHAPES)


def _count(day: Day, scope: str, count: int) -> None:
    verb, _, what = scope.partition(":")
    if verb == "create":
        day.made += count
    elif verb == "delete":
        day.deleted += count
    elif what == "frames":
        day.frames += count
