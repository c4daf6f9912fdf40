"""What may be asked of the datasets of a house: every verb with its promise. `Datasets` keeps them.

Each verb asks access first. `dataset` is an id or a name; a dataset that the actor may not see does not exist for
them: NotFound. Who sees it and may not change it is Refused. Bad input is Invalid and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from jobyard.datasets.labels import Label
from jobyard.datasets.record import (
    Dataset,
    DatasetChanges,
    DatasetFilter,
    Draft,
    LabelledSample,
    LabelPolicy,
    Outcome,
    SampleFilter,
    SamplePage,
    Statistics,
    Sync,
    TagWanted,
)
from jobyard.job.record import Job
from jobyard.people.record import Actor


class Verbs(Protocol):
    """The datasets of the house as people ask for them."""

    async def create(self, actor: Actor, draft: Draft) -> Dataset:
        """Take in a folder or bucket as a dataset with its first labels; nothing is listed yet.

        Raises Refused, Invalid, SourceNotAllowed, NotFound for a project one does not belong to, and NameTaken when the
        same owner has a dataset of this name.
        """

    async def get(self, actor: Actor, dataset: str) -> Dataset:
        """Return a dataset by id or name. Raises NotFound, or Conflict when several visible ones have the name."""

    async def browse(
        self, actor: Actor, wanted: DatasetFilter, offset: int = 0, limit: int = 50
    ) -> tuple[list[Dataset], int]:
        """Return the visible datasets that are meant from the row `offset` on, and how many there are in all."""

    async def update(self, actor: Actor, dataset: str, changes: DatasetChanges) -> Dataset:
        """Change what is said about a dataset and return it. Raises NotFound, Refused, Invalid, NameTaken."""

    async def delete(self, actor: Actor, dataset: str) -> None:
        """Forget a dataset with its samples, labels and annotations; the files stay. Raises NotFound or Refused."""

    async def samples(self, actor: Actor, dataset: str, limit: int = 50, after: bytes = b"") -> SamplePage:
        """Return one page of a dataset's samples behind a path, in the order of their paths' bytes. Raises NotFound."""

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

    async def sample(self, actor: Actor, dataset: str, id_: str) -> LabelledSample:
        """Return one sample of a dataset by its id, with its tags and shapes. Raises NotFound."""

    async def delete_samples(
        self, actor: Actor, dataset: str, ids: Sequence[str], *, delete_source: bool = False
    ) -> list[Outcome]:
        """Delete up to BATCH_LIMIT samples with their annotations; return what became of each, in order.

        With `delete_source` each one's file is removed first, and a sample whose file cannot be removed stays; raises
        Refused unless the actor may delete the dataset and an administrator allowed it. Without it, a sample whose file
        is still there comes back with the next synchronization, as a new one.
        """

    async def set_tags(
        self,
        actor: Actor,
        dataset: str,
        wanted: Sequence[tuple[str, Sequence[TagWanted]]],
        *,
        make_labels: bool = False,
    ) -> list[Outcome]:
        """Make each sample (by id) carry these labels and no others; return what became of each, in order.

        Its tags and shapes are replaced, tracks stay. None at all says that it has no label. With `make_labels` labels
        that are missing are made; else the sample's outcome says which one is missing.
        """

    async def labels(self, actor: Actor, dataset: str) -> list[Label]:
        """Return a dataset's labels in their order, with their attributes and parts. Raises NotFound."""

    async def change_labels(
        self,
        actor: Actor,
        dataset: str,
        add: Sequence[Label] = (),
        update: Sequence[Label] = (),
        delete: Sequence[int] = (),
        policy: LabelPolicy = LabelPolicy.KEEP,
    ) -> list[Label]:
        """Add, change and delete labels (by number); return all there are then, in order.

        An updated label keeps its number, and so do attributes and parts whose number it names; those it leaves out are
        dropped. Additions and changes happen together or not at all, deletions after them in bounded steps. A sample
        whose file could not be deleted only loses the label. Raises NotFound, Refused, Invalid, NameTaken.
        """

    async def statistics(self, actor: Actor, dataset: str) -> Statistics:
        """Return the kept counters of a dataset and of each of its labels. Raises NotFound."""

    async def sync_of(self, actor: Actor, dataset: str) -> tuple[Job | None, Sync | None]:
        """Return the job that was submitted last to synchronize a dataset, and how far it came.

        The job is None when it was never synchronized or its job was deleted; the Sync is None while it was not begun.
        Whoever sees the dataset sees this. Raises NotFound.
        """
