"""Datasets, the files in them, and their synchronizations."""

from __future__ import annotations

from typing import Annotated

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from jobyard.datasets.record import Dataset, SampleFilter
from jobyard.faces.native import words
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import InPath, asking
from jobyard.faces.native.wire import (
    DatasetChange,
    DatasetIn,
    DatasetOut,
    DatasetPage,
    OutcomesOut,
    PageAsked,
    SamplePage,
    SamplesAsked,
    SamplesDelete,
    SampleWhole,
    SyncOut,
)

_Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]


@get("/datasets", operation_id="listDatasets", **asking(PageAsked))
async def list_datasets(request: Ask, asked: NamedDependency[PageAsked]) -> DatasetPage:
    """Return one page of the datasets you may see, newest first."""
    before = None if asked.cursor is None else words.row_cursor(asked.cursor, "datasets", _Number)
    page = await request.house.datasets.page(request.user, asked.limit, before)
    names = await request.names.of(dataset.project for dataset in page.datasets)
    return DatasetPage(
        datasets=[words.dataset_out(one, names, whole=one.id not in page.partly) for one in page.datasets],
        next=None if page.next is None else words.row_text("datasets", page.next),
        total=page.total,
    )


@post("/datasets", operation_id="addDataset")
async def add_dataset(request: Ask, data: JSONBody[DatasetIn]) -> DatasetOut:
    """Take in a folder or bucket as a dataset with its first labels; nothing is listed before it is synchronized."""
    return await _shown(request, await request.house.datasets.create(request.user, words.dataset_draft(data)))


@get("/datasets/{dataset_id:str}", operation_id="getDataset")
async def get_dataset(request: Ask, dataset_id: InPath) -> DatasetOut:
    """Return a dataset and what its last synchronization found."""
    found = await request.house.datasets.get(request.user, dataset_id)
    return await _shown(request, found, whole=await request.house.datasets.whole(request.user, found))


@patch("/datasets/{dataset_id:str}", operation_id="changeDataset")
async def change_dataset(request: Ask, dataset_id: InPath, data: JSONBody[DatasetChange]) -> DatasetOut:
    """Change what is said about a dataset."""
    changes = words.dataset_changes(data)
    return await _shown(request, await request.house.datasets.update(request.user, dataset_id, changes))


@delete("/datasets/{dataset_id:str}", operation_id="deleteDataset")
async def delete_dataset(request: Ask, dataset_id: InPath) -> None:
    """Forget a dataset with its labels and annotations; its files stay where they are."""
    await request.house.datasets.delete(request.user, dataset_id)


@get("/datasets/{dataset_id:str}/samples", operation_id="listSamples", **asking(SamplesAsked))
async def list_samples(request: Ask, dataset_id: InPath, asked: NamedDependency[SamplesAsked]) -> SamplePage:
    """Return one page of a dataset's files: by their paths' bytes, or with a filter by their numbers."""
    wanted = words.sample_filter(asked)
    if wanted != SampleFilter():
        return await _filtered(request, dataset_id, asked, wanted)
    after = b"" if asked.cursor is None else words.row_cursor(asked.cursor, "samples", bytes)
    found, behind, total = await request.house.datasets.page_samples(request.user, dataset_id, asked.limit, after)
    return SamplePage(
        samples=[words.sample_out(one) for one in found],
        next=None if behind is None else words.row_text("samples", behind),
        total=total,
    )


@get("/datasets/{dataset_id:str}/samples/{sample_id:str}", operation_id="getSample")
async def get_sample(request: Ask, dataset_id: InPath, sample_id: InPath) -> SampleWhole:
    """Return one file of a dataset with its tags and shapes."""
    return words.sample_whole(await request.house.datasets.sample(request.user, dataset_id, sample_id))


@post("/datasets/{dataset_id:str}/samples/delete", operation_id="deleteSamples", status_code=200)
async def delete_samples(request: Ask, dataset_id: InPath, data: JSONBody[SamplesDelete]) -> OutcomesOut:
    """Delete samples with what was said of them, and their files too where that is wanted and allowed."""
    outcomes = await request.house.datasets.delete_samples(
        request.user, dataset_id, data.samples, delete_source=data.delete_source
    )
    return words.outcomes_out(outcomes)


@get("/datasets/{dataset_id:str}/syncs", operation_id="listSyncs")
async def list_syncs(request: Ask, dataset_id: InPath) -> list[SyncOut]:
    """Return the newest synchronizations of a dataset that are remembered, the newest first, running or not."""
    return [words.sync_out(one) for one in await request.house.datasets.syncs(request.user, dataset_id)]


@get("/datasets/{dataset_id:str}/syncs/{job_id:str}", operation_id="getSync")
async def get_sync(request: Ask, dataset_id: InPath, job_id: InPath) -> SyncOut:
    """Return how far a job came that synchronizes a dataset, with its counts over time."""
    return words.sync_out(await request.house.datasets.synced_by(request.user, dataset_id, job_id))


async def _filtered(request: Ask, dataset: str, asked: SamplesAsked, wanted: SampleFilter) -> SamplePage:
    behind = 0 if asked.cursor is None else words.row_cursor(asked.cursor, "filtered samples", _Number)
    found, total = await request.house.datasets.browse_samples(
        request.user, dataset, wanted, limit=asked.limit, behind=behind
    )
    more = len(found) == asked.limit
    return SamplePage(
        samples=[words.sample_out(one) for one in found],
        next=words.row_text("filtered samples", found[-1].number) if more else None,
        total=total,
    )


async def _shown(request: Ask, dataset: Dataset, *, whole: bool = True) -> DatasetOut:
    return words.dataset_out(dataset, await request.names.of([dataset.project]), whole=whole)


HANDLERS = (
    list_datasets,
    add_dataset,
    get_dataset,
    change_dataset,
    delete_dataset,
    list_samples,
    get_sample,
    delete_samples,
    list_syncs,
    get_sync,
)
