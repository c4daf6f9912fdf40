"""The datasets of a house: folders of files that it knows one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Unpack

from jobyard.client.exchange import Call, Exchange, segment
from jobyard.client.jobs import Wishes
from jobyard.client.requests import NewDataset
from jobyard.client.shapes import Dataset, DatasetPage, Job, Sample, SamplePage

SYNC = "dataset.sync"
"""The job kind that compares a dataset with its folder."""


class Datasets:
    """Make, see and synchronize datasets."""

    def __init__(self, exchange: Exchange, submit: Callable[..., Job]) -> None:
        self._exchange = exchange
        self._submit = submit

    def create(self, name: str, source: str, project: str | None = None) -> Dataset:
        """Make a dataset over `source`, a folder on the house's machine inside one of its allowed source roots.

        Nothing is read yet; see `sync`. Raises Conflict for a taken name, Invalid for a folder that is not allowed.
        """
        body = NewDataset(name=name, source=source, project=project)
        return self._exchange.ask(Call(method="POST", path="/datasets", body=body, again=False), Dataset)

    def get(self, id_: str) -> Dataset:
        """Return a dataset. Raises NotFound."""
        return self._exchange.ask(Call(path=f"/datasets/{segment(id_)}"), Dataset)

    def all(self) -> Iterator[Dataset]:
        """Give out all datasets you may see, newest first."""
        cursor: str | None = None
        while True:
            page = self._exchange.ask(Call(path="/datasets", query={"limit": 200, "cursor": cursor}), DatasetPage)
            yield from page.datasets
            cursor = page.next
            if cursor is None:
                return

    def samples(self, id_: str) -> Iterator[Sample]:
        """Give out a dataset's files in the order of their paths' bytes."""
        cursor: str | None = None
        path = f"/datasets/{segment(id_)}/samples"
        while True:
            page = self._exchange.ask(Call(path=path, query={"limit": 500, "cursor": cursor}), SamplePage)
            yield from page.samples
            cursor = page.next
            if cursor is None:
                return

    def sync(
        self, id_: str, *, key: str | None = None, options: dict[str, Any] | None = None, **wishes: Unpack[Wishes]
    ) -> Job:
        """Submit the job that compares a dataset with its folder: what is new, changed and gone."""
        return self._submit(SYNC, {"dataset": id_, **(options or {})}, key=key, **wishes)
