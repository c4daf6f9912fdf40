"""Files on their way in, for clients that name what they send by what it is for, and send it piece by piece."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable
from pathlib import Path
from typing import Literal

from msgspec import Struct

from jobyard.access import rules
from jobyard.access.rules import House, Verb
from jobyard.datasets import finding
from jobyard.datasets.catalog.ground import Ground
from jobyard.datasets.record import Dataset
from jobyard.datasets.sources import kept
from jobyard.datasets.tables import assignments, collections
from jobyard.datasets.uploads import Told, Upload, Uploads
from jobyard.datasets.work import groups
from jobyard.datasets.work.allowed import may_work
from jobyard.job.clock import Clock
from jobyard.job.errors import Conflict, Invalid, NotFound, Refused
from jobyard.people.record import Actor
from jobyard.store.contract import Store, View

Purpose = Literal["annotations", "archive", "pictures", "backup"]
_ON: dict[Purpose, str] = {"annotations": "dataset", "pictures": "dataset", "archive": "collection", "backup": ""}


class Wish(Struct, frozen=True, kw_only=True):
    """A file that somebody wants to send in."""

    purpose: Purpose
    """Annotations and pictures are for a dataset, an archive for a collection, a backup for nothing that is there."""
    name: str
    length: int
    dataset: str | None = None
    collection: str | None = None
    assignment: int | None = None


class Sendings(Ground):
    """Begin, go on, look, give up. A file is its sender's alone."""

    def __init__(self, store: Store, clock: Clock, roots: Iterable[str | Path], uploads: Uploads) -> None:
        super().__init__(store, clock, roots)
        self._uploads = uploads

    async def begin(self, actor: Actor, wish: Wish) -> Upload:
        """Make room for a file whose pieces will come. Raises NotFound, Refused, Invalid, Conflict, TooLarge."""
        group = await self._read(lambda view: _group(view, actor, wish))
        return await self._uploads.begin(group, Told(name=wish.name, user=actor.name, length=wish.length))

    async def append(self, actor: Actor, group: str, file: str, offset: int, pieces: AsyncIterable[bytes]) -> Upload:
        """Take in a piece from an offset on; it may be sent again.

        Raises Refused, NotFound, WrongPlace, TooLarge or StoreFull.
        """
        rules.require_house(actor, House.MAKE_PROJECTS)
        await self.state(actor, group, file)
        return await self._uploads.append(group, file, offset, pieces)

    async def state(self, actor: Actor, group: str, file: str) -> Upload:
        """Return how far one's own file is. Raises NotFound."""
        found = await self._uploads.state(group, file)
        if found.told.user != actor.name:
            raise NotFound(what="upload", name=file)
        return found

    async def drop(self, actor: Actor, group: str, file: str) -> None:
        """Forget one's own file. Raises Refused or NotFound."""
        rules.require_house(actor, House.MAKE_PROJECTS)
        await self.state(actor, group, file)
        await self._uploads.drop(group, file)


def _group(view: View, actor: Actor, wish: Wish) -> str:
    on = _ON[wish.purpose]
    for name in ("dataset", "collection"):
        if (getattr(wish, name) is not None) != (name == on):
            message = f"A file of {wish.purpose} is {'for a ' + on if on else 'for nothing that is there'}."
            raise Invalid(reason=message, fields=[{"path": name, "message": message}])
    if wish.purpose == "backup":
        rules.require_house(actor, House.MAKE_PROJECTS)
        return groups.backups(actor.name)
    if wish.purpose == "archive":
        collection = collections.one(view, wish.collection or "")
        if collection is None or not rules.may(actor, Verb.SEE, collection):
            raise NotFound(what="collection", name=wish.collection or "")
        if not rules.may(actor, Verb.SUBMIT, collection):
            raise Refused(verb="add to this collection")
        return groups.archives(collection.number)
    found = finding.known(view, actor, wish.dataset or "")
    kind = "dataset.import" if wish.purpose == "annotations" else "dataset.create"
    if not may_work(view, actor, kind, found, wish.assignment):
        raise Refused(verb="work on this dataset")
    return _pictures(view, found) if wish.purpose == "pictures" else _annotations(view, found, wish.assignment)


def _pictures(view: View, dataset: Dataset) -> str:
    if not kept.is_kept(dataset.source):
        raise Conflict(reason="Pictures are sent in only where the dataset is no folder or bucket.")
    if assignments.of(view, dataset.number):
        raise Conflict(reason="The dataset has its pictures already.")
    return groups.pictures(dataset.number)


def _annotations(view: View, dataset: Dataset, number: int | None) -> str:
    if number is not None:
        found = assignments.one(view, number)
        if found is None or found.dataset != dataset.number:
            raise NotFound(what="assignment", name=str(number))
    return groups.documents(dataset.number, number)
