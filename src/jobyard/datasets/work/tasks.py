"""What faces ask beyond the catalog whose clients know everything by numbers and look at pictures one by one."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.access.vault import Vault
from jobyard.datasets import finding, rows, sight
from jobyard.datasets.assignment import Assignment, AssignmentKind
from jobyard.datasets.catalog.ground import Ground, check_settings
from jobyard.datasets.collection import Collection
from jobyard.datasets.endpoints import reach
from jobyard.datasets.labels import Label
from jobyard.datasets.messages import Reach
from jobyard.datasets.paths import shown
from jobyard.datasets.record import Dataset
from jobyard.datasets.sources import kept, real_folder
from jobyard.datasets.sources.address import stretch
from jobyard.datasets.sources.bucket import Bucket, Patience
from jobyard.datasets.sources.endpoint import covering
from jobyard.datasets.sources.folder import open_file, open_folder
from jobyard.datasets.tables import activities, assignments, collections, datasets, labels
from jobyard.datasets.uploads import Uploads
from jobyard.datasets.work import making, tables
from jobyard.datasets.work.capability import TAKING
from jobyard.datasets.work.tables import Framed
from jobyard.job.clock import SECOND, Clock, SystemClock
from jobyard.job.errors import Fault, NotFound, Refused, SourceUnreadable
from jobyard.job.filters import Filter, Query
from jobyard.job.states import State
from jobyard.people.record import Actor
from jobyard.store.contract import Store, Transaction, View

_LARGEST = 2**63
_WEEK = 7 * 86_400
_AT_ONCE = 5_000
_HOUR = 3_600.0
_LARGEST_OBJECT = 128 * 1024 * 1024
_PATIENCE = Patience(connect=5.0, answer=20.0, tries=2)
"""Somebody waits for the picture."""
_AHEAD = frozenset({State.DRAFT, State.QUEUED, State.RUNNING})


class Tasks(Ground):
    """Things by number, frames and their pictures."""

    def __init__(self, store: Store, clock: Clock, roots: Iterable[str | Path], pictures: Path, vault: Vault) -> None:
        super().__init__(store, clock, roots, vault, pictures=pictures)
        self._keys = vault
        self._sent_in = pictures

    async def dataset(self, actor: Actor, number: int) -> Dataset:
        """Return a dataset by its number. Raises NotFound, and Refused where the actor sees no more than a part."""

        def work(view: View) -> Dataset:
            found = _dataset(view, actor, number)
            if not sight.whole(view, actor, found):
                raise Refused(verb="see more of this task than the jobs that are assigned to you")
            return found

        return await self._read(work)

    async def known(self, actor: Actor, number: int) -> Dataset:
        """Return a dataset by its number, even if the actor only sees what is assigned to them. Raises NotFound."""
        return await self._read(lambda view: _dataset(view, actor, number))

    async def collection(self, actor: Actor, number: int) -> Collection:
        """Return a collection by its number. Raises NotFound."""
        return await self._read(lambda view: _collection(view, actor, number))

    async def label(self, actor: Actor, number: int) -> tuple[Label, Label | None, Dataset | Collection]:
        """Return a label by its number, the skeleton it is a part of, and what it belongs to. Raises NotFound."""

        def work(view: View) -> tuple[Label, Label | None, Dataset | Collection]:
            found = tables.label_home(view, number) if 0 < number < _LARGEST else None
            if found is None:
                raise NotFound(what="label", name=str(number))
            home: Dataset | Collection | None = rows.dataset(view, found[0]) or collections.one(view, found[0])
            if home is None or not sight.knows_home(view, actor, home):
                raise NotFound(what="label", name=str(number), unseen=home is not None)
            for one in labels.read(view, found[0]):
                if one.number == number:
                    return one, None, home
                for part in one.parts:
                    if part.number == number:
                        return part, one, home
            raise NotFound(what="label", name=str(number))

        return await self._read(work)

    async def frames(self, actor: Actor, dataset: str, first: int = 0, last: int = _LARGEST - 2) -> list[Framed]:
        """Return the frames of a range, both ends included, as far as the actor sees them. Raises NotFound."""

        def work(view: View) -> list[Framed]:
            found = finding.known(view, actor, dataset)
            return _seen(view, actor, found, tables.frames(view, found.number, first, last))

        return await self._read(work)

    async def divided(self, actor: Actor, dataset: str) -> list[Assignment]:
        """Return the assignments of a dataset that the actor sees.

        One whose frames nobody has divided gets a single one, as far as allowed.

        What was synchronized from a folder grows, so frames behind the last assignment get another one.
        """

        def look(view: View) -> tuple[Dataset, list[Assignment], int]:
            found = finding.known(view, actor, dataset)
            return found, sight.shown(view, actor, found), tables.last_frame(view, found.number)

        def work(transaction: Transaction) -> list[Assignment]:
            found = finding.found(transaction, actor, dataset)
            rows.lock(transaction, found.id)
            there, last = assignments.of(transaction, found.number), tables.last_frame(transaction, found.number)
            missing = _missing(found, there, last)
            if missing is not None:
                now = self._clock.now()
                made = Assignment(
                    dataset=found.number, kind=AssignmentKind.ANNOTATION, first=missing[0], last=missing[1]
                )
                assignments.insert(transaction, made, now)
            return assignments.of(transaction, found.number)

        found, there, last = await self._read(look)
        if not rules.may(actor, Verb.EDIT, found) or _missing(found, there, last) is None:
            return there
        return await self._write(work)

    async def noted(
        self, actor: Actor, dataset: str, assignment: int | None, change: Callable[[Dataset], dict[str, Any]]
    ) -> Dataset:
        """Change what is kept of a dataset's frames in its settings, as whoever may annotate them; return it.

        `assignment` is the one whose frames are meant, None for all. `change` returns the settings from now on, and
        is asked while nobody else changes them. Raises NotFound, Refused, Invalid.
        """

        def work(transaction: Transaction) -> Dataset:
            found = finding.known(transaction, actor, dataset)
            part = assignments.one(transaction, assignment) if assignment is not None else None
            if not sight.part(transaction, actor, Verb.EDIT, found, part.assignee if part is not None else None):
                raise Refused(verb="say which frames of this dataset count")
            held = rows.lock(transaction, found.id)
            if held is None:
                raise NotFound(what="dataset", name=dataset)
            settings = change(held.dataset)
            check_settings(settings)
            changed = replace(held.dataset, settings=settings, updated_at=self._clock.now())
            datasets.change(transaction, changed)
            return changed

        return await self._write(work)

    async def picture(self, actor: Actor, dataset: Dataset, frame: int) -> tuple[str, BinaryIO]:
        """Return a frame's name and its picture, open for reading. Raises NotFound or SourceUnreadable."""

        def look(view: View) -> tuple[list[Framed], Reach | None]:
            known, bucket = finding.known(view, actor, dataset.id), stretch(dataset.source)
            way = None if bucket is None else reach(covering(view, bucket), bucket.place, self._keys)
            return _seen(view, actor, known, tables.frames(view, known.number, frame, frame)), way

        found, way = await self._read(look)
        if not found:
            raise NotFound(what="frame", name=str(frame))
        path = found[0].path
        opened = self._opened if way is None else partial(_fetched, way)
        return shown(path, 1_000), await asyncio.to_thread(opened, dataset, path)

    async def sweep(self) -> None:
        """Give up what jobs were making that ended without showing it, and pictures of datasets that are no more.

        Asked at the start, before deletions.
        """
        await self._write(lambda transaction: making.sweep(transaction, self._clock.now()))
        folders = await asyncio.to_thread(kept.folders, self._sent_in)
        known = await self._read(lambda view: tables.known_ids(view, folders))
        for id_ in set(folders) - known:
            await asyncio.to_thread(kept.forget, self._sent_in, kept.address(id_))

    async def forgetting(self, days: float) -> None:
        """Forget what people did longer ago than so many days, again and again until this is cancelled."""
        while True:
            with suppress(Fault):
                await self.forget(days)
            await asyncio.sleep(_HOUR)

    async def forget(self, days: float) -> None:
        """Forget what people did to datasets longer ago than so many days, in small steps; 0 forgets nothing."""
        if not days:
            return
        before = self._clock.now() - int(days * 86_400) * SECOND
        while await self._write(lambda transaction: activities.forget(transaction, before, _AT_ONCE)) == _AT_ONCE:
            pass

    async def sweep_uploads(self, uploads: Uploads) -> None:
        """Forget what was sent in more than a week ago and no job will work on. Asked at the start."""
        old = await asyncio.to_thread(uploads.stale, self._clock.now() / SECOND - _WEEK)
        wanted = await self._read(_awaited) if old else set()
        for group in set(old) - wanted:
            await uploads.drop(group)

    def _opened(self, dataset: Dataset, path: bytes) -> BinaryIO:
        try:
            if kept.is_kept(dataset.source):
                real = os.path.realpath(kept.folder(self._sent_in, dataset.source))
            else:
                real = real_folder(dataset.source, self._sources.roots)
            root = open_folder(real)
        except OSError as error:
            raise SourceUnreadable(path=dataset.source, cause=error.strerror) from None
        try:
            return open_file(root, path)
        except OSError as error:
            raise SourceUnreadable(path=shown(path, 200), cause=error.strerror) from None
        finally:
            os.close(root)


def _fetched(way: Reach, dataset: Dataset, path: bytes) -> BinaryIO:
    """Return an object of a bucket. Raises SourceUnreadable, also for one that is too large to be looked at."""
    with Bucket(way, SystemClock(), patience=_PATIENCE) as bucket:
        content = bucket.read(path, _LARGEST_OBJECT + 1)
        if len(content) > _LARGEST_OBJECT:
            raise SourceUnreadable(path=bucket.told(path), cause=f"it has more than {_LARGEST_OBJECT:,} bytes")
    return io.BytesIO(content)


def _awaited(view: View) -> set[str]:
    """Return the groups of uploads that jobs which are not over will work on."""
    groups = set[str]()
    query: Query | None = Query(filter=Filter(kinds=TAKING, states=_AHEAD), limit=500)
    while query is not None:
        page = view.find(query)
        groups |= {str(job.parameters.get("upload", "")).partition("/")[0] for job in page.jobs}
        query = None if page.next is None else replace(query, after=page.next)
    return groups


def _missing(dataset: Dataset, there: list[Assignment], last: int) -> tuple[int, int] | None:
    """Return the frames that no assignment holds."""
    if kept.is_kept(dataset.source):
        return None
    covered = max((one.last for one in there if one.kind is AssignmentKind.ANNOTATION), default=-1)
    return (covered + 1, last) if last > covered else None


def _dataset(view: View, actor: Actor, number: int) -> Dataset:
    found = rows.numbered(view, number) if 0 < number < _LARGEST else None
    if found is None or not sight.knows(view, actor, found):
        raise NotFound(what="task", name=str(number), unseen=found is not None)
    return found


def _seen(view: View, actor: Actor, dataset: Dataset, frames: list[Framed]) -> list[Framed]:
    """Return those of the frames that the actor sees."""
    if sight.whole(view, actor, dataset):
        return frames
    own = sight.own(view, actor, dataset)
    return [frame for frame in frames if any(part.holds(frame.number) for part in own)]


def _collection(view: View, actor: Actor, number: int) -> Collection:
    id_ = tables.collection_numbered(view, number) if 0 < number < _LARGEST else None
    found = collections.one(view, id_) if id_ is not None else None
    if found is None or not sight.sees_to(view, actor, Verb.SEE, found):
        raise NotFound(what="project", name=str(number), unseen=found is not None)
    return found
