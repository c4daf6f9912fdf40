"""The datasets of a house: folders and buckets of files that it knows one by one, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Unpack

from jobyard.client.assigning import Assigning
from jobyard.client.exchange import Call, segment
from jobyard.client.jobs import Wishes
from jobyard.client.labelling import (
    DatasetEdit,
    Deletion,
    LabelEdits,
    NewDataset,
    Policy,
    Purpose,
    Revision,
    SampleTagging,
    Tagging,
)
from jobyard.client.shapes import (
    Annotations,
    Dataset,
    DatasetPage,
    Formats,
    Job,
    Label,
    Outcome,
    Outcomes,
    Sample,
    SamplePage,
    SampleWhole,
    Statistics,
    Sync,
)
from jobyard.client.working import DatasetWork

SYNC = "dataset.sync"
"""The job kind that compares a dataset with its folder."""


class Datasets(DatasetWork, Assigning):
    """Make, see, label and synchronize datasets, and work on them."""

    def create(
        self,
        name: str,
        source: str = "",
        project: str | None = None,
        *,
        collection: str | None = None,
        purpose: Purpose = "free",
        description: str = "",
        read_labels: bool = True,
        labels: Sequence[Label] = (),
    ) -> Dataset:
        """Make a dataset over `source`: a folder on the house's machine inside one of its allowed roots, or a bucket.

        Nothing is read yet; see `sync`. Without a source it is one whose pictures are sent in; see `fill`.
        Raises Conflict for a taken name, Invalid for a source that is not allowed.
        """
        body = NewDataset(
            name=name,
            source=source,
            collection=collection,
            project=project,
            purpose=purpose,
            description=description,
            read_labels=read_labels,
            labels=list(labels),
        )
        return self._exchange.ask(Call(method="POST", path="/datasets", body=body, again=False), Dataset)

    def get(self, id_: str) -> Dataset:
        """Return a dataset. Raises NotFound."""
        return self._exchange.ask(Call(path=_at(id_)), Dataset)

    def change(self, id_: str, edit: DatasetEdit) -> Dataset:
        """Change what is said about a dataset and return it. Raises NotFound, Refused, Conflict for a taken name."""
        return self._exchange.ask(Call(method="PATCH", path=_at(id_), body=edit), Dataset)

    def delete(self, id_: str) -> None:
        """Forget a dataset with its labels and annotations; its files stay. Raises NotFound or Refused."""
        self._exchange.tell(Call(method="DELETE", path=_at(id_)))

    def all(self) -> Iterator[Dataset]:
        """Give out all datasets you may see, newest first."""
        cursor: str | None = None
        while True:
            page = self._exchange.ask(Call(path="/datasets", query={"limit": 200, "cursor": cursor}), DatasetPage)
            yield from page.datasets
            cursor = page.next
            if cursor is None:
                return

    def samples(
        self, id_: str, *, label: str | None = None, annotated: bool | None = None, text: str = ""
    ) -> Iterator[Sample]:
        """Give out a dataset's files in the order of their paths' bytes.

        With a filter they come in the order of their numbers: those that carry a label, any label or none, or whose
        path contains a text.
        """
        cursor: str | None = None
        filters = {"label": label, "annotated": annotated, "text": text or None}
        while True:
            query = {"limit": 500, "cursor": cursor, **filters}
            page = self._exchange.ask(Call(path=_at(id_, "samples"), query=query), SamplePage)
            yield from page.samples
            cursor = page.next
            if cursor is None:
                return

    def sample(self, id_: str, sample: str) -> SampleWhole:
        """Return one file of a dataset with its tags and shapes. Raises NotFound."""
        return self._exchange.ask(Call(path=_at(id_, "samples", sample)), SampleWhole)

    def delete_samples(self, id_: str, samples: Sequence[str], *, delete_source: bool = False) -> list[Outcome]:
        """Delete up to 1,000 samples; return what became of each.

        With `delete_source` their files are deleted too, where an administrator allowed it; else they come back with
        the next synchronization.
        """
        body = Deletion(samples=list(samples), delete_source=delete_source)
        return self._exchange.ask(
            Call(method="POST", path=_at(id_, "samples", "delete"), body=body, again=False), Outcomes
        ).outcomes

    def label_samples(self, id_: str, samples: Sequence[SampleTagging], *, make_labels: bool = False) -> list[Outcome]:
        """Make up to 1,000 samples carry these labels and no others; return what became of each."""
        body = Tagging(samples=list(samples), make_labels=make_labels)
        return self._exchange.ask(Call(method="PUT", path=_at(id_, "samples", "labels"), body=body), Outcomes).outcomes

    def labels(self, id_: str) -> list[Label]:
        """Return a dataset's labels in their order. Raises NotFound."""
        return self._exchange.ask(Call(path=_at(id_, "labels")), list[Label])

    def change_labels(
        self,
        id_: str,
        *,
        add: Sequence[Label] = (),
        update: Sequence[Label] = (),
        delete: Sequence[int] = (),
        policy: Policy = "keep",
    ) -> list[Label]:
        """Add, change and delete labels (by number); return all there are then."""
        body = LabelEdits(add=list(add), update=list(update), delete=list(delete), policy=policy)
        call = Call(method="PATCH", path=_at(id_, "labels"), body=body, again=False)
        return self._exchange.ask(call, list[Label])

    def statistics(self, id_: str) -> Statistics:
        """Return how many samples a dataset holds, and how many carry which label. Raises NotFound."""
        return self._exchange.ask(Call(path=_at(id_, "statistics")), Statistics)

    def annotations(self, id_: str, first: int = 0, last: int | None = None, *, layer: int = 0) -> Annotations:
        """Return all that is said of a range of frames; tracks that are in one of them whole. Raises NotFound."""
        query = {"first": first, "last": last, "layer": layer}
        return self._exchange.ask(Call(path=_at(id_, "annotations"), query=query), Annotations)

    def annotate(self, id_: str, revision: Revision) -> Annotations:
        """Replace, add, change and delete annotations, all of it or nothing; return what was added or changed."""
        call = Call(method="PATCH", path=_at(id_, "annotations"), body=revision, again=False)
        return self._exchange.ask(call, Annotations)

    def formats(self) -> Formats:
        """Return the formats that annotations are written in and read from."""
        return self._exchange.ask(Call(path="/formats"), Formats)

    def syncs(self, id_: str) -> list[Sync]:
        """Return the newest synchronizations of a dataset, the newest first, running or not. Raises NotFound."""
        return self._exchange.ask(Call(path=_at(id_, "syncs")), list[Sync])

    def sync(
        self, id_: str, *, key: str | None = None, options: dict[str, Any] | None = None, **wishes: Unpack[Wishes]
    ) -> Job:
        """Submit the job that compares a dataset with its folder: what is new, changed and gone."""
        return self._submit(SYNC, {"dataset": id_, **(options or {})}, key=key, **wishes)


def _at(*parts: str) -> str:
    return "/".join(["/datasets", *map(segment, parts)])
