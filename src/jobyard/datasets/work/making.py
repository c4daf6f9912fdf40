"""How a dataset comes into being that is taken from an archive: hidden while it grows, shown when it is whole.

So nobody sees half of one, and what is not finished leaves nothing behind. Inside the house's transactions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from jobyard.datasets import rows
from jobyard.datasets.assignment import Assignment, AssignmentKind
from jobyard.datasets.collection import Collection
from jobyard.datasets.label_checks import check_labels
from jobyard.datasets.labels import Label
from jobyard.datasets.merge import Difference
from jobyard.datasets.record import Dataset, Purpose
from jobyard.datasets.rows import Held
from jobyard.datasets.sources import kept, real_folder
from jobyard.datasets.sources.address import is_bucket, stretch
from jobyard.datasets.sources.endpoint import covering
from jobyard.datasets.tables import assignments, collections
from jobyard.datasets.tables import datasets as dataset_table
from jobyard.datasets.tables import labels as label_table
from jobyard.datasets.work import swapping, tables
from jobyard.datasets.work.messages import (
    PICTURES_AT_ONCE,
    Hidden,
    Made,
    Make,
    Numbered,
    Placed,
    Publish,
    Spoken,
    Wanted,
)
from jobyard.datasets.work.tables import Making
from jobyard.datasets.work.taking import take_in
from jobyard.datasets.work.telling import House
from jobyard.job.errors import Conflict, Invalid, NameTaken, NotFound, SourceNotAllowed
from jobyard.job.ids import new_id
from jobyard.job.record import Job
from jobyard.store.contract import Transaction, View

_LAST = 2**31 - 1
_AT_ONCE = 10_000
_NAME = 90
_TRIES = 10_000
_DATASETS = 10_000
_PARTS = 10_000


class Shown(Struct, frozen=True, kw_only=True):
    """What was made."""

    number: int
    """The number of the collection, or of the one dataset."""
    id: str
    name: str
    datasets: list[int]


def sweep(transaction: Transaction, now: int) -> None:
    """Give up datasets whose jobs have ended without showing them; they are removed like deleted ones."""
    for number, job in tables.being_made(transaction):
        found = transaction.job(job)
        if found is None or found.final:
            tables.give_up(transaction, number, now)


def abandon(transaction: Transaction, job: Job, house: House, now: int) -> str | None:
    """Remove some of what a job was making; return where the pictures of that lie, None where nothing is left.

    The folder is empty where they lie in no folder of the house.
    """
    for one in tables.made_by(transaction, job.id):
        folder = str(kept.folder(house.pictures, one.source)) if kept.is_kept(one.source) else ""
        tables.give_up(transaction, one.number, now)
        if not rows.remove_some(transaction, one.number, _AT_ONCE):
            tables.hide_made(transaction, one.number, job.id)
        elif one.collection is not None and collections.one(transaction, one.collection) is None:
            label_table.drop(transaction, one.collection)
        return folder
    return None


def make(transaction: Transaction, job: Job, wanted: Make, house: House, now: int) -> Made:
    """Make hidden datasets with their parts and labels. Raises Invalid, SourceNotAllowed or NotFound."""
    if tables.made_by(transaction, job.id):
        raise Conflict(reason="What an earlier attempt began is still there.")
    if len(wanted.datasets) > _DATASETS:
        raise Invalid(reason=f"At most {_DATASETS} datasets are made at once.")
    check_labels(wanted.labels)
    # Labels that come without a collection are the datasets' own until they are shown.
    collection = new_id() if wanted.collection else None if wanted.labels else _collection(job)
    numbers: dict[int, int] = {}
    if wanted.collection and wanted.datasets:
        numbers = _labels(transaction, collection or "", wanted.labels)
    hidden = list[Hidden]()
    for one in wanted.datasets:
        made = _hidden(transaction, job, one, collection, house, now)
        if collection is None:
            numbers |= _labels(transaction, made.id, wanted.labels)
        _divide(transaction, made.number, one.parts, now)
        folder = str(kept.folder(house.pictures, made.source)) if kept.is_kept(made.source) else None
        hidden.append(Hidden(number=made.number, folder=folder))
    return Made(datasets=hidden, numbers=numbers, collection=collection)


def place(transaction: Transaction, job: Job, placed: Placed, now: int) -> int:
    """Take in pictures with the frames they are; return how many frames there are then. Those that are there stay."""
    making = _making(transaction, job, placed.dataset)
    if not 1 <= len(placed.pictures) <= PICTURES_AT_ONCE:
        raise Invalid(reason=f"1 to {PICTURES_AT_ONCE} pictures are handed over at once.")
    fresh = [one for one in placed.pictures if one.frame >= making.next_sample - 1]
    last = -1
    for one in fresh:
        if not last < one.frame < _LAST:
            raise Invalid(reason="The pictures do not come in the order of their frames.")
        last = one.frame
    for run in _runs(fresh):
        held = replace(_held(making), next_sample=run[0].frame + 1)
        added = [(one.picture.path, one.picture.size, one.picture.mtime_ns, "") for one in run]
        growth = sum(one.picture.size for one in run)
        difference = Difference(added=added, changed=[], deleted=[], unchanged=0, growth=growth, gone=[])
        rows.write(transaction, held, difference, now)
        sizes = [(one.frame, one.picture.width, one.picture.height) for one in run if one.picture.width]
        tables.measure(transaction, making.number, sizes)
        making = _making(transaction, job, placed.dataset)
    return making.samples


def say(transaction: Transaction, job: Job, spoken: Spoken) -> None:
    """Take in what was said in a dataset that is being made. Raises Invalid naming the first that does not fit."""
    making = _making(transaction, job, spoken.dataset)
    known = {one.number: one for one in label_table.read(transaction, making.collection or making.id)}
    layer = 0
    if spoken.part:
        parts = assignments.of(transaction, making.number)
        if not 1 <= spoken.part <= len(parts):
            raise Invalid(reason=f"The dataset has no part {spoken.part}.")
        layer = parts[spoken.part - 1].layer
    take_in(transaction, (making.number, layer), spoken.said, known)


def publish(transaction: Transaction, job: Job, wanted: Publish, now: int) -> Shown:
    """Show everything that was made, all at once."""
    made = tables.made_by(transaction, job.id)
    for one in made:
        _settle(transaction, one, whole=wanted.whole, now=now)
        _bring_labels(transaction, job, one, now)
    names = [_show(transaction, job, one, now) for one in made]
    numbers = [one.number for one in made]
    if wanted.name:
        id_ = next((one.collection for one in made if one.collection is not None), None) or new_id()
        shown = _collect(transaction, job, wanted, id_, now)
        if not made:
            _labels(transaction, id_, wanted.labels)
        return Shown(number=shown.number, id=shown.id, name=shown.name, datasets=numbers)
    if not made:
        raise Conflict(reason="Nothing was made.")
    return Shown(number=made[0].number, id=made[0].id, name=names[0], datasets=numbers)


def _hidden(
    transaction: Transaction, job: Job, wanted: Wanted, collection: str | None, house: House, now: int
) -> Dataset:
    id_ = new_id()
    made = Dataset(
        id=id_,
        number=0,
        name=id_,
        source=_source(transaction, wanted.source, house) if wanted.source else kept.address(id_),
        owner=job.owner,
        project=job.project,
        created_at=now,
        updated_at=now,
        purpose=_purpose(wanted.purpose),
        description=wanted.description[:1_000],
        settings=_named(wanted.settings, wanted.name),
        collection=collection,
    )
    number = rows.insert(transaction, made)
    if number is None:
        raise NameTaken(what="dataset", name=id_)
    tables.hide_made(transaction, number, job.id)
    return replace(made, number=number)


def _source(view: View, source: str, house: House) -> str:
    """Return a source that may be read here. Raises SourceNotAllowed or Invalid."""
    if is_bucket(source):
        found = stretch(source)
        if found is None:
            raise SourceNotAllowed(path=source[:200])
        covering(view, found)
        return found.address
    real_folder(source, house.roots)
    return source


def _collection(job: Job) -> str | None:
    resource = job.resource
    return resource.id if resource is not None and resource.type == "collection" else None


def _bring_labels(transaction: Transaction, job: Job, making: Making, now: int) -> None:
    """Give the collection of a job the labels of what was made for it with its own. Raises Conflict where it has some.

    Raises NotFound where it is gone.
    """
    home = _collection(job)
    if home is None or making.collection is not None:
        return
    if collections.lock(transaction, home) is None:
        raise NotFound(what="collection", name=home)
    if label_table.read(transaction, home):
        raise Conflict(reason="The collection has got labels meanwhile; import once more.")
    label_table.rehome(transaction, making.id, home)
    dataset_table.gather(transaction, making.number, home, now)


def _labels(transaction: Transaction, home: str, wanted: Sequence[Label]) -> dict[int, int]:
    """Write labels and return their numbers, those of parts and attributes too, by the numbers that are meant."""
    if not wanted:
        return {}
    made = label_table.insert(transaction, home, [_unnumbered(label) for label in wanted], 0)
    return dict(_matched(wanted, made))


def _matched(wanted: Sequence[Label], made: Sequence[Label]) -> Iterator[tuple[int, int]]:
    for old, new in zip(wanted, made, strict=True):
        yield old.number, new.number
        yield from ((one.number, two.number) for one, two in zip(old.attributes, new.attributes, strict=True))
        yield from _matched(old.parts, new.parts)


def _unnumbered(label: Label) -> Label:
    attributes = tuple(replace(one, number=0) for one in label.attributes)
    return replace(label, number=0, attributes=attributes, parts=tuple(map(_unnumbered, label.parts)))


def _divide(transaction: Transaction, dataset: int, wanted: Sequence[Assignment], now: int) -> None:
    """Write the parts of a dataset. Raises Invalid for one that repeats a later one, or has no frames."""
    if len(wanted) > _PARTS:
        raise Invalid(reason=f"A dataset is divided into at most {_PARTS} parts.")
    numbers = list[int]()
    for place, part in enumerate(wanted, 1):
        fits = part.parent is None or 1 <= part.parent < place
        if not fits or not 0 <= part.first <= part.last < _LAST:
            raise Invalid(reason=f"Part {place} of a dataset makes no sense.")
        parent = None if part.parent is None else numbers[part.parent - 1]
        kept_part = replace(part, dataset=dataset, assignee=None, parent=parent)
        numbers.append(assignments.insert(transaction, kept_part, now))


def _purpose(text: str) -> Purpose:
    return Purpose(text) if text in set(Purpose) else Purpose.FREE


def _named(settings: dict[str, object], name: str) -> dict[str, object]:
    beside = settings.get("cvat", {})
    return {**settings, "cvat": {**(beside if isinstance(beside, dict) else {}), "name": name, "assignee": None}}


def _making(transaction: Transaction, job: Job, number: int) -> Making:
    for one in tables.made_by(transaction, job.id):
        if one.number == number:
            return one
    raise NotFound(what="dataset that is being made", name=str(number))


def _held(making: Making) -> Held:
    """Return a hidden dataset as what samples are written into."""
    dataset = Dataset(
        id=making.id,
        number=making.number,
        name=making.id,
        source=making.source,
        owner="",
        project=None,
        created_at=0,
        samples=making.samples,
        size=making.size,
    )
    return Held(dataset=dataset, syncing=None, next_sample=making.next_sample)


def _runs(pictures: Sequence[Numbered]) -> Iterator[list[Numbered]]:
    """Yield pictures in runs whose frames follow each other."""
    for _, run in groupby(enumerate(pictures), lambda pair: pair[1].frame - pair[0]):
        yield [picture for _, picture in run]


def _settle(transaction: Transaction, making: Making, *, whole: bool, now: int) -> None:
    """Count what was said, and give a dataset without parts a single one."""
    touched = swapping.touched(transaction, making.number, 0)
    swapping.settle(transaction, making.number, touched, swapping.uses(transaction, making.number, 0))
    last = tables.last_frame(transaction, making.number)
    if whole and last >= 0 and not assignments.of(transaction, making.number):
        part = Assignment(dataset=making.number, kind=AssignmentKind.ANNOTATION, first=0, last=last)
        assignments.insert(transaction, part, now)


def _show(transaction: Transaction, job: Job, making: Making, now: int) -> str:
    name = _wanted_name(transaction, making)
    for turn in range(_TRIES):
        free = plain_name(name, turn)
        if not tables.name_used(transaction, job.owner, free):
            tables.show_made(transaction, making.number, free, now)
            return name
    raise NameTaken(what="dataset", name=name)


def _wanted_name(transaction: Transaction, making: Making) -> str:
    return tables.beside(transaction, making.number).get("name", "") or making.id


def _collect(transaction: Transaction, job: Job, wanted: Publish, id_: str, now: int) -> Collection:
    for turn in range(_TRIES):
        made = Collection(
            id=id_,
            number=0,
            name=plain_name(wanted.name, turn),
            owner=job.owner,
            project=job.project,
            description=wanted.description[:1_000],
            settings=_named(wanted.settings, wanted.name),
            created_at=now,
            updated_at=now,
        )
        number = collections.insert(transaction, made)
        if number is not None:
            return replace(made, number=number)
    raise NameTaken(what="collection", name=wanted.name)


def plain_name(name: str, turn: int) -> str:
    """Return what the house calls a thing at the n-th try to find a name that its owner has not used."""
    shown = "".join(letter if letter.isprintable() else "_" for letter in name).strip() or "restored"
    plain = shown[: _NAME + 10].strip() if not turn else f"{shown[:_NAME].strip()} ({turn + 1})"
    return plain if len(plain) != 32 else f"{plain} (1)"
