"""The samples of a dataset: pages, one by one, and their deletion."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.datasets import finding, labelling, rows
from jobyard.datasets.annotations import Annotations
from jobyard.datasets.catalog import ground
from jobyard.datasets.catalog.ground import Ground
from jobyard.datasets.endpoints import reach
from jobyard.datasets.messages import Reach
from jobyard.datasets.record import Dataset, LabelledSample, Outcome, Sample, SampleFilter, SamplePage
from jobyard.datasets.removal import remove_files, remove_objects
from jobyard.datasets.sources.address import Stretch, stretch
from jobyard.datasets.sources.endpoint import covering
from jobyard.datasets.tables import annotations as kept
from jobyard.datasets.tables import assignments, carried, labels, samples
from jobyard.datasets.tables import datasets as table
from jobyard.job.errors import Conflict, Invalid, NotFound, Refused
from jobyard.job.ids import is_id
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View

COUNT_LIMIT = 10_000
"""How far samples are counted that have no kept counter."""
_OFFSET_LIMIT = 2**31


class Contents(Ground):
    """See samples and delete them."""

    async def samples(self, actor: Actor, dataset: str, limit: int = 50, after: bytes = b"") -> SamplePage:
        """Return one page of a dataset's samples behind a path, in the order of their paths' bytes. Raises NotFound."""
        limit = ground.bounded(limit)

        def work(view: View) -> SamplePage:
            found = finding.found(view, actor, dataset)
            page = rows.samples(view, found.number, after, limit + 1)
            more = page[limit - 1].path if len(page) > limit else None
            return SamplePage(samples=page[:limit], next=more, total=found.samples)

        return await self._read(work)

    async def page_samples(
        self, actor: Actor, dataset: str, limit: int = 50, after: bytes = b""
    ) -> tuple[list[LabelledSample], bytes | None, int]:
        """Return what `samples` does with labels: the page, behind which path the next one begins, and the total."""
        limit = ground.bounded(limit)

        def work(view: View) -> tuple[list[LabelledSample], bytes | None, int]:
            found = finding.found(view, actor, dataset)
            page = rows.samples(view, found.number, after, limit + 1)
            more = page[limit - 1].path if len(page) > limit else None
            numbers = [int(sample.id[16:], 16) for sample in page[:limit]]
            shown = labelled(view, found, numbers, whole=False)
            return sorted(shown, key=lambda one: one.sample.path), more, found.samples

        return await self._read(work)

    async def browse_samples(
        self,
        actor: Actor,
        dataset: str,
        wanted: SampleFilter,
        offset: int = 0,
        limit: int = 50,
        *,
        behind: int = 0,
        whole: bool = False,
    ) -> tuple[list[LabelledSample], int]:
        """Return the samples that are meant, numbered above `behind`, from the row `offset` on, and how many there are.

        They come in the order of their numbers. With `whole` each brings its tags and shapes. The total is a kept
        counter; with a text, samples are counted up to COUNT_LIMIT. A label that is not there is carried by none.
        """
        limit, offset = ground.bounded(limit), min(max(0, offset), _OFFSET_LIMIT)

        def work(view: View) -> tuple[list[LabelledSample], int]:
            found = finding.found(view, actor, dataset)
            label = None
            if wanted.label is not None:
                label = next(
                    (one.number for one in labels.read(view, labels.home(found)) if one.name == wanted.label), 0
                )
            numbers = samples.meant(view, found.number, wanted, label, behind, offset, limit)
            return labelled(view, found, numbers, whole=whole), _total(view, found, wanted, label)

        return await self._read(work)

    async def sample(self, actor: Actor, dataset: str, id_: str) -> LabelledSample:
        """Return one sample of a dataset by its id, with its tags and shapes. Raises NotFound."""

        def work(view: View) -> LabelledSample:
            found = finding.found(view, actor, dataset)
            number = number_of(found, id_)
            shown = labelled(view, found, [] if number is None else [number], whole=True)
            if not shown:
                raise NotFound(what="sample", name=id_)
            return shown[0]

        return await self._read(work)

    async def delete_samples(
        self, actor: Actor, dataset: str, ids: Sequence[str], *, delete_source: bool = False
    ) -> list[Outcome]:
        """Delete up to BATCH_LIMIT samples with their annotations; return what became of each, in order.

        With `delete_source` each one's file is removed first, and a sample whose file cannot be removed stays; raises
        Refused unless the actor may delete the dataset and an administrator allowed it. Without it, a sample whose file
        is still there comes back with the next synchronization, as a new one.
        """
        check_batch(ids)
        verb = Verb.DELETE if delete_source else Verb.EDIT

        def look(view: View) -> tuple[Dataset, list[Sample]]:
            found = finding.found(view, actor, dataset)
            if not rules.may(actor, verb, found):
                raise Refused(verb="delete samples of this dataset")
            numbers = {number for number in (number_of(found, id_) for id_ in ids) if number is not None}
            return found, [sample for _, sample, _ in samples.whole(view, found.number, numbers)]

        found, there = await self._read(look)
        failed = await self._remove_sources(found, there) if delete_source else {}
        doomed = [sample for sample in there if sample.id not in failed]

        def work(transaction: Transaction) -> None:
            locked = ground.held(transaction, actor, found.id, verb, "delete samples of this dataset")
            delete(transaction, locked.dataset, doomed, self._clock.now())

        if doomed:
            await self._write(work)
        known = {sample.id for sample in there}
        return [_outcome(id_, known, failed) for id_ in ids]

    async def _remove_sources(self, dataset: Dataset, doomed: Sequence[Sample]) -> dict[str, str]:
        """Remove the files of samples from the dataset's source; return why some could not be, by the samples' ids.

        Raises Refused when no administrator allowed it.
        """
        if not self._source_deletes:
            raise Refused(verb="delete files from sources; an administrator allows that with source-deletes")
        paths = [sample.path for sample in doomed]
        meant = stretch(dataset.source)
        if meant is None:
            causes = await asyncio.to_thread(remove_files, dataset.source, self._sources.roots, paths)
        else:
            way = await self._read(lambda view: self._way(view, meant))
            causes = await asyncio.to_thread(remove_objects, way, self._clock, paths)
        return {sample.id: cause for sample, cause in zip(doomed, causes, strict=True) if cause}

    def _way(self, view: View, meant: Stretch) -> Reach:
        if self._vault is None:
            raise Conflict(reason="Nobody opens the keys of buckets here.")
        return reach(covering(view, meant), meant.place, self._vault)


def delete(transaction: Transaction, dataset: Dataset, doomed: Sequence[Sample], now: int) -> None:
    """Delete those of the samples that are still there, with all that was said of them."""
    numbers = [int(sample.id[16:], 16) for sample in doomed]
    there = samples.whole(transaction, dataset.number, numbers)
    if not there:
        return
    layers = assignments.layers(transaction, dataset.number)
    labelling.forget(transaction, dataset.number, [number for number, _, _ in there], layers)
    samples.delete(transaction, dataset.number, [sample for _, sample, _ in there])
    table.touch(transaction, dataset.number, now)


def labelled(view: View, dataset: Dataset, numbers: Iterable[int], *, whole: bool) -> list[LabelledSample]:
    """Return samples by their numbers with what was said of them."""
    found = samples.whole(view, dataset.number, numbers)
    carry = carried.by(view, dataset.number, [number for number, _, state in found if state.annotated])
    names = {one.number: one.name for one in labels.read(view, labels.home(dataset))} if carry else {}
    said = kept.at(view, dataset.number, 0, [number - 1 for number in carry]) if whole else Annotations()
    return [
        LabelledSample(
            sample=sample,
            number=number,
            annotated=state.annotated,
            by_hand=state.by_hand,
            labels=tuple(sorted(names[label] for label in carry.get(number, ()))),
            annotations=_of(said, number - 1) if whole else None,
        )
        for number, sample, state in found
    ]


def number_of(dataset: Dataset, id_: str) -> int | None:
    """Return the number of a sample within a dataset by its id; None when it cannot be one of its samples."""
    if not is_id(id_) or int(id_[:16], 16) != dataset.number:
        return None
    number = int(id_[16:], 16)
    return number if number < 2**63 else None


def check_batch(asked: Sequence[object]) -> None:
    """Raise Invalid when more samples are meant than one request may change."""
    if len(asked) > ground.BATCH_LIMIT:
        raise Invalid(reason=f"At most {ground.BATCH_LIMIT} samples are changed at once.")


def missing(id_: str) -> Outcome:
    """Return what becomes of a sample that is not there."""
    absent = NotFound(what="sample", name=id_)
    return Outcome(sample=id_, code=absent.code, reason=absent.sentence)


def _outcome(id_: str, known: set[str], failed: dict[str, str]) -> Outcome:
    if id_ in failed:
        return Outcome(sample=id_, code="source_unreadable", reason=failed[id_])
    return Outcome(sample=id_) if id_ in known else missing(id_)


def _total(view: View, dataset: Dataset, wanted: SampleFilter, label: int | None) -> int:
    if wanted.text:
        return len(samples.meant(view, dataset.number, wanted, label, 0, 0, COUNT_LIMIT))
    if label is not None:
        return 0 if wanted.annotated is False else carried.samples_of(view, dataset.number, label)
    if wanted.annotated is None:
        return dataset.samples
    return dataset.annotated if wanted.annotated else dataset.samples - dataset.annotated


def _of(said: Annotations, frame: int) -> Annotations:
    return Annotations(
        tags=tuple(tag for tag in said.tags if tag.frame == frame),
        shapes=tuple(shape for shape in said.shapes if shape.frame == frame),
    )
