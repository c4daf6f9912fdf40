"""What running work is told: what it is about, which frames there are, and what was said of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import Struct

from jobyard.access.vault import Vault
from jobyard.datasets import rows
from jobyard.datasets.collection import Collection
from jobyard.datasets.endpoints import reach
from jobyard.datasets.record import Dataset
from jobyard.datasets.sources import kept
from jobyard.datasets.sources.address import stretch
from jobyard.datasets.sources.endpoint import covering
from jobyard.datasets.tables import annotations as spoken_of
from jobyard.datasets.tables import assignments, collections, labels
from jobyard.datasets.uploads import Uploads
from jobyard.datasets.work import tables
from jobyard.datasets.work.messages import FRAMES_AT_ONCE, PICTURES_AT_ONCE, FramesWanted, Said, Subject, Subjects
from jobyard.job.errors import NotFound
from jobyard.job.record import Job
from jobyard.store.contract import Transaction, View

HEAVIEST = 1 << 22
"""Bytes of annotations that one answer tells of, where they are of more than one frame."""


class House(Struct, frozen=True, kw_only=True):
    """Where the house keeps what work needs."""

    roots: tuple[str, ...]
    vault: Vault
    uploads: Uploads
    pictures: Path


def dataset(transaction: Transaction, job: Job) -> Dataset:
    """Return the dataset of a job and keep others from changing it. Raises NotFound when it is gone."""
    resource = job.resource
    held = rows.lock(transaction, resource.id) if resource is not None and resource.type == "dataset" else None
    if held is None:
        raise NotFound(what="dataset", name=resource.name if resource is not None else "?")
    return held.dataset


def collection(view: View, job: Job) -> Collection:
    """Return the collection of a job. Raises NotFound when it is gone."""
    resource = job.resource
    found = collections.one(view, resource.id) if resource is not None and resource.type == "collection" else None
    if found is None:
        raise NotFound(what="collection", name=resource.name if resource is not None else "?")
    return found


def subjects(transaction: Transaction, job: Job, house: House) -> Subjects:
    """Return what a job is about, with everything that does not grow with its frames."""
    sent = _sent(job, house)
    if job.resource is None:
        return Subjects(name="", datasets=[], labels=(), sent=sent)
    if job.resource.type == "collection":
        whole = collection(transaction, job)
        ids = collections.datasets(transaction, whole.id)
        found = [one for one in (rows.dataset(transaction, id_) for id_ in ids) if one is not None]
        named = tuple(labels.read(transaction, whole.id))
        return Subjects(
            name=_name(whole),
            datasets=[_subject(transaction, one, house) for one in found],
            labels=named,
            sent=sent,
            description=whole.description,
            settings=whole.settings,
        )
    one = dataset(transaction, job)
    subject = _subject(transaction, one, house)
    number = job.parameters.get("assignment")
    chosen = next((part for part in subject.assignments if part.number == number), None)
    if number is not None and chosen is None:
        raise NotFound(what="assignment", name=str(number))
    return Subjects(name=subject.name, datasets=[subject], labels=subject.labels, sent=sent, assignment=chosen)


def said(transaction: Transaction, job: Job, wanted: FramesWanted) -> Said:
    """Return the next frames of a stretch with what was said of them. Raises NotFound for another job's dataset."""
    found = rows.dataset(transaction, wanted.dataset)
    if found is None or job.resource is None or job.resource.id not in {found.id, found.collection}:
        raise NotFound(what="dataset", name=wanted.dataset)
    most = PICTURES_AT_ONCE if wanted.bare else FRAMES_AT_ONCE
    frames = tables.frames(transaction, found.number, wanted.first, wanted.last, most + 1)
    page = frames[:most]
    if not page or wanted.bare:
        return Said(frames=page, more=len(frames) > most)
    while True:
        spoken = spoken_of.packed(transaction, found.number, wanted.layer, page[0].number, page[-1].number)
        if len(page) == 1 or len(spoken) <= HEAVIEST:
            return Said(frames=page, said=spoken, more=len(frames) > len(page))
        page = page[: len(page) // 2]


def _subject(view: View, found: Dataset, house: House) -> Subject:
    bucket = stretch(found.source)
    around = collections.one(view, found.collection) if found.collection is not None else None
    return Subject(
        id=found.id,
        number=found.number,
        name=_name(found),
        source=found.source,
        folder=str(kept.folder(house.pictures, found.source)) if kept.is_kept(found.source) else None,
        reach=None if bucket is None else reach(covering(view, bucket), bucket.place, house.vault),
        roots=house.roots,
        last=tables.last_frame(view, found.number),
        subset=str(_beside(found).get("subset", "")),
        gone=_gone(found),
        labels=tuple(labels.read(view, labels.home(found))),
        assignments=tuple(assignments.of(view, found.number)),
        purpose=found.purpose.value,
        description=found.description,
        settings=found.settings,
        wider=None if around is None else around.settings,
    )


def _name(thing: Dataset | Collection) -> str:
    """Return what people call a thing: a face may have given it a longer name than the house's."""
    return str(_beside(thing).get("name", "")) or thing.name


def _gone(found: Dataset) -> tuple[int, ...]:
    said = _beside(found).get("deleted_frames", [])
    return tuple(one for one in said if isinstance(one, int)) if isinstance(said, list) else ()


def _beside(thing: Dataset | Collection) -> dict[str, Any]:
    """Return what faces keep beside a thing."""
    found = thing.settings.get("cvat", {})
    return found if isinstance(found, dict) else {}


def _sent(job: Job, house: House) -> str | None:
    upload = job.parameters.get("upload")
    if not isinstance(upload, str) or "/" not in upload:
        return None
    group, _, file = upload.partition("/")
    return str(house.uploads.path(group, file))
