"""The server-side half of work on datasets: who may ask for what, and every word of running work in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.access.vault import Vault
from jobyard.datasets import finding
from jobyard.datasets.catalog.ground import shared_with
from jobyard.datasets.collection import Collection
from jobyard.datasets.messages import packed, unpacked
from jobyard.datasets.record import Dataset
from jobyard.datasets.sources import Sources, kept
from jobyard.datasets.tables import assignments, collections
from jobyard.datasets.uploads import Uploads
from jobyard.datasets.work import allowed, filling, groups, making, recounting, staging, telling, uniting
from jobyard.datasets.work.messages import (
    Aside,
    Division,
    Emptied,
    FramesWanted,
    Make,
    Pictures,
    Placed,
    Publish,
    Recount,
    Spoken,
    Subjects,
    Swap,
    United,
)
from jobyard.job.errors import Conflict, Invalid, NotFound, Refused
from jobyard.job.record import Job, Resource
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View

T = TypeVar("T")

CREATE, EXPORT, IMPORT = "dataset.create", "dataset.export", "dataset.import"
BACKUP, RESTORE = "backup.export", "backup.import"
TAKING = frozenset({CREATE, IMPORT, RESTORE})
"""The kinds that work on what was sent in."""
QUALITY, MERGE, REPORT = "quality.calculate", "consensus.merge", "events.report"
_FIRST = frozenset({"fill", "subjects", "begin"})
"""With what work begins."""


class WorkCapability:
    """The capability `work`."""

    name = "work"
    kinds = frozenset({CREATE, EXPORT, IMPORT, BACKUP, RESTORE, QUALITY, MERGE, REPORT})

    def __init__(self, roots: Iterable[str | Path], vault: Vault, uploads: Uploads, pictures: Path) -> None:
        """Take the allowed source roots, the keys of buckets, what is sent in, and where sent pictures are kept."""
        self._roots = Sources(roots).roots
        self._vault = vault
        self._uploads = uploads
        self._pictures = pictures

    def admit(self, view: View, actor: Actor, kind: str, parameters: Any) -> Resource | None:
        """Look at what a job shall work on. Raises NotFound, Refused, Invalid, Conflict."""
        thing = _thing(view, actor, parameters)
        if kind == RESTORE:
            rules.require_house(actor, rules.House.MAKE_PROJECTS)
            shared_with(view, actor, parameters.project)
            self._check_sent(actor, parameters.upload, {parameters.upload.partition("/")[0]})
            return None
        if thing is None:
            if kind == REPORT and parameters.user not in {None, actor.name}:
                raise Refused(verb="be told what somebody else did, except to a dataset")
            return None
        if not allowed.may_work(view, actor, kind, thing, getattr(parameters, "assignment", None)):
            raise Refused(verb="work on this dataset")
        if isinstance(thing, Dataset):
            self._check_dataset(view, actor, kind, thing, parameters)
            return Resource(type="dataset", id=thing.id, name=thing.name)
        if kind == IMPORT:
            self._check_sent(actor, parameters.upload, {groups.archives(thing.number)})
        return Resource(type="collection", id=thing.id, name=thing.name)

    def call(self, transaction: Transaction, job: Job, verb: str, payload: Any, now: int) -> Any:
        """Answer running work. Each verb may be repeated; the first ones ask what its owner may still have done."""
        if job.kind not in self.kinds:
            raise NotFound(what="verb", name=f"work.{verb} for {job.kind}")
        if verb in _FIRST:
            allowed.require_still(transaction, job)
        match verb:
            case "fill":
                return packed(self._fill(transaction, job))
            case "pictures":
                return filling.take(transaction, _dataset(transaction, job), _read(payload, Pictures), now)
            case "divide":
                self._divide(transaction, job, _read(payload, Division), now)
                return None
            case "subjects":
                return packed(self._subjects(transaction, job))
            case "begin":
                return staging.begin(transaction, job, _dataset(transaction, job))
            case "aside":
                staging.take(transaction, job, _dataset(transaction, job), _read(payload, Aside))
                return None
            case "swap":
                return staging.swap(transaction, job, _dataset(transaction, job), _read(payload, Swap), now)
            case "recount":
                return packed(recounting.recount(transaction, job, _read(payload, Recount)))
            case "unite":
                return uniting.unite(transaction, job, _dataset(transaction, job), _read(payload, United), now)
            case "said":
                return telling.said(transaction, job, _read(payload, FramesWanted))
        return self._made(transaction, job, verb, payload, now)

    def _made(self, transaction: Transaction, job: Job, verb: str, payload: Any, now: int) -> Any:
        """Answer work that makes whole datasets."""
        match verb:
            case "abandon":
                return making.abandon(transaction, job, self._house(), now)
            case "make":
                return packed(making.make(transaction, job, _read(payload, Make), self._house(), now))
            case "place":
                return making.place(transaction, job, _read(payload, Placed), now)
            case "say":
                making.say(transaction, job, _read(payload, Spoken))
                return None
            case "publish":
                return packed(making.publish(transaction, job, _read(payload, Publish), now))
        raise NotFound(what="verb", name=f"work.{verb}")

    def _subjects(self, transaction: Transaction, job: Job) -> Subjects:
        found = telling.subjects(transaction, job, self._house())
        if job.kind != IMPORT or job.resource is None or job.resource.type != "dataset":
            return found
        return replace(found, done=staging.done(transaction, job, _dataset(transaction, job)))

    def _house(self) -> telling.House:
        return telling.House(roots=self._roots, vault=self._vault, uploads=self._uploads, pictures=self._pictures)

    def _check_dataset(self, view: View, actor: Actor, kind: str, dataset: Dataset, parameters: Any) -> None:
        number = getattr(parameters, "assignment", None)
        if number is not None:
            found = assignments.one(view, number)
            if found is None or found.dataset != dataset.number:
                raise NotFound(what="assignment", name=str(number))
        if kind == IMPORT:
            meant = {groups.documents(dataset.number, None), groups.documents(dataset.number, number)}
            self._check_sent(actor, parameters.upload, meant)
        if kind == CREATE:
            if parameters.upload != groups.pictures(dataset.number):
                raise Invalid(reason="These pictures were not sent in for this dataset.")
            if not kept.is_kept(dataset.source):
                raise Conflict(reason="Pictures are sent in only where the dataset is no folder or bucket.")
            if assignments.of(view, dataset.number):
                raise Conflict(reason="The dataset has its pictures already.")

    def _check_sent(self, actor: Actor, upload: str, groups: set[str]) -> None:
        """Raise Invalid unless a file was sent in for this, by this actor, to its end."""
        group, _, file = upload.partition("/")
        found = self._uploads.look(group, file) if group in groups else None
        if found is None or found.told.user != actor.name or not found.whole:
            raise Invalid(reason="No such file was sent in for this, or not to its end.")

    def _fill(self, transaction: Transaction, job: Job) -> Emptied:
        dataset = _dataset(transaction, job)
        filling.require_unfinished(transaction, dataset)
        filling.empty(transaction, dataset)
        return Emptied(
            folder=str(kept.folder(self._pictures, dataset.source)),
            sent=str(self._uploads.place(str(job.parameters["upload"]))),
            roots=self._roots,
        )

    def _divide(self, transaction: Transaction, job: Job, division: Division, now: int) -> None:
        filling.divide(transaction, _dataset(transaction, job), division, now)


def _dataset(transaction: Transaction, job: Job) -> Dataset:
    """Return the dataset of a job and keep others from changing it. Raises NotFound when it is gone."""
    return telling.dataset(transaction, job)


def _thing(view: View, actor: Actor, parameters: Any) -> Dataset | Collection | None:
    """Return what is to be worked on; None where nothing is named. Raises NotFound and Invalid."""
    dataset, collection = getattr(parameters, "dataset", None), getattr(parameters, "collection", None)
    if dataset is not None and collection is not None:
        raise Invalid(reason="Say a dataset or a collection, not both.")
    if dataset is not None:
        return finding.known(view, actor, dataset)
    if collection is None:
        return None
    found = collections.one(view, collection)
    if found is None or not rules.may(actor, Verb.SEE, found):
        raise NotFound(what="collection", name=collection)
    return found


def _read(payload: Any, type_: type[T]) -> T:
    try:
        return unpacked(payload, type_)
    except msgspec.ValidationError as error:
        raise Invalid(reason=f"The word cannot be read: {error}.") from None
