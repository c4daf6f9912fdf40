"""Datasets: create, list, look at one, change, delete."""

from __future__ import annotations

import asyncio

from litestar import Response, delete, get, post, put
from litestar.params import FromPath

from jobyard.datasets.record import Dataset
from jobyard.faces.modelarts import words
from jobyard.faces.modelarts.routes.finding import dataset_of
from jobyard.faces.modelarts.surroundings import Ask
from jobyard.faces.modelarts.wire import (
    DatasetChangeIn,
    DatasetIn,
    DatasetMade,
    DatasetOut,
    DatasetsAsked,
    DatasetsOut,
)


@post("/datasets")
async def create_dataset(request: Ask) -> DatasetMade:
    """Take in a dataset; nothing is listed before it is synchronized."""
    said = words.told(await request.body(), DatasetIn)
    draft = words.draft(said, request.auth.project, request.house.settings.source_roots)
    made = await request.datasets.create(request.user, draft)
    return DatasetMade(dataset_id=made.id)


@get("/datasets")
async def list_datasets(request: Ask) -> DatasetsOut:
    """Return one page of the project's datasets; `offset` counts pages."""
    asked = words.asked(request.scope["query_string"], DatasetsAsked)
    place = request.auth
    wanted = words.dataset_filter(asked, request.user.name if place.project is None else None, place.project)
    found, total = await request.datasets.browse(request.user, wanted, asked.offset * asked.limit, asked.limit)
    told = await asyncio.gather(*(_told(request, one, labels=asked.with_labels) for one in found))
    return DatasetsOut(total_number=total, datasets=list(told))


@get("/datasets/{dataset_id:str}")
async def get_dataset(request: Ask, dataset_id: FromPath[str]) -> DatasetOut:
    """Return a dataset with its labels."""
    return await _told(request, await dataset_of(request, dataset_id), labels=True)


@put("/datasets/{dataset_id:str}")
async def update_dataset(request: Ask, dataset_id: FromPath[str]) -> DatasetMade:
    """Change a dataset's name, description or labels; what is not said stays."""
    said = words.told(await request.body(), DatasetChangeIn)
    found = await dataset_of(request, dataset_id)
    wanted = words.changes(said)
    there = await request.datasets.labels(request.user, found.id)
    add = [words.label_in(label) for label in said.add_labels]
    update, gone = words.changed(said.update_labels, there), words.numbers_of(said.delete_labels, there)
    if add or update or gone:
        await request.datasets.revise(request.user, found.id, wanted, add, update, gone)
    else:
        await request.datasets.update(request.user, found.id, wanted)
    return DatasetMade(dataset_id=found.id)


@delete("/datasets/{dataset_id:str}")
async def delete_dataset(request: Ask, dataset_id: FromPath[str]) -> Response[None]:
    """Forget a dataset; its files stay where they are."""
    found = await dataset_of(request, dataset_id)
    await request.datasets.delete(request.user, found.id)
    return Response(None, status_code=204)


async def _told(request: Ask, dataset: Dataset, *, labels: bool) -> DatasetOut:
    job, _ = await request.datasets.sync_of(request.user, dataset.id)
    there = await request.datasets.labels(request.user, dataset.id) if labels else None
    return words.dataset_out(dataset, job, there)


HANDLERS = (create_dataset, list_datasets, get_dataset, update_dataset, delete_dataset)
