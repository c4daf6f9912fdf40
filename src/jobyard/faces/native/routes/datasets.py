"""Datasets and the files in them."""

from __future__ import annotations

from typing import Annotated

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from jobyard.datasets.record import Dataset
from jobyard.faces.native import words
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import InPath, asking
from jobyard.faces.native.wire import DatasetIn, DatasetOut, DatasetPage, PageAsked, SamplePage

_Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]


@get("/datasets", operation_id="listDatasets", **asking(PageAsked))
async def list_datasets(request: Ask, asked: NamedDependency[PageAsked]) -> DatasetPage:
    """Return one page of the datasets you may see, newest first."""
    before = None if asked.cursor is None else words.row_cursor(asked.cursor, "datasets", _Number)
    page = await request.house.datasets.page(request.user, asked.limit, before)
    names = await request.names.of(dataset.project for dataset in page.datasets)
    return DatasetPage(
        datasets=[words.dataset_out(dataset, names) for dataset in page.datasets],
        next=None if page.next is None else words.row_text("datasets", page.next),
        total=page.total,
    )


@post("/datasets", operation_id="addDataset")
async def add_dataset(request: Ask, data: JSONBody[DatasetIn]) -> DatasetOut:
    """Take in a folder of the server's machine as a dataset; nothing is listed before it is synchronized."""
    return await _shown(
        request, await request.house.datasets.create(request.user, data.name, data.source, data.project)
    )


@get("/datasets/{dataset_id:str}", operation_id="getDataset")
async def get_dataset(request: Ask, dataset_id: InPath) -> DatasetOut:
    """Return a dataset and what its last synchronization found."""
    return await _shown(request, await request.house.datasets.get(request.user, dataset_id))


@delete("/datasets/{dataset_id:str}", operation_id="deleteDataset")
async def delete_dataset(request: Ask, dataset_id: InPath) -> None:
    """Forget a dataset; its files stay where they are."""
    await request.house.datasets.delete(request.user, dataset_id)


@get("/datasets/{dataset_id:str}/samples", operation_id="listSamples", **asking(PageAsked))
async def list_samples(request: Ask, dataset_id: InPath, asked: NamedDependency[PageAsked]) -> SamplePage:
    """Return one page of a dataset's files, in the order of their paths' bytes."""
    after = b"" if asked.cursor is None else words.row_cursor(asked.cursor, "samples", bytes)
    page = await request.house.datasets.samples(request.user, dataset_id, asked.limit, after)
    return SamplePage(
        samples=[words.sample_out(sample) for sample in page.samples],
        next=None if page.next is None else words.row_text("samples", page.next),
        total=page.total,
    )


async def _shown(request: Ask, dataset: Dataset) -> DatasetOut:
    return words.dataset_out(dataset, await request.names.of([dataset.project]))


HANDLERS = (list_datasets, add_dataset, get_dataset, delete_dataset, list_samples)
