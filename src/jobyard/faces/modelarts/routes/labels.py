"""The labels of a dataset, and its statistics."""

from __future__ import annotations

from litestar import get, post, put
from litestar.params import FromPath

from jobyard.faces.modelarts import words
from jobyard.faces.modelarts.routes.finding import dataset_of
from jobyard.faces.modelarts.surroundings import Ask
from jobyard.faces.modelarts.wire import BatchOut, DeletionAsked, LabelsIn, LabelsOut, OutcomeOut, StatsOut

_AT = "/datasets/{dataset_id:str}/data-annotations"


@get(_AT + "/labels")
async def list_labels(request: Ask, dataset_id: FromPath[str]) -> LabelsOut:
    """Return a dataset's labels in their order."""
    dataset = await dataset_of(request, dataset_id)
    there = await request.datasets.labels(request.user, dataset.id)
    return LabelsOut(labels=[words.label_out(label, dataset.purpose) for label in there])


@post(_AT + "/labels", status_code=200)
async def add_labels(request: Ask, dataset_id: FromPath[str]) -> BatchOut:
    """Add labels, all of them or none."""
    said = words.told(await request.body(), LabelsIn)
    dataset = await dataset_of(request, dataset_id)
    await request.datasets.change_labels(request.user, dataset.id, add=[words.label_in(label) for label in said.labels])
    return _all_done(said)


@put(_AT + "/labels")
async def update_labels(request: Ask, dataset_id: FromPath[str]) -> BatchOut:
    """Change labels by their names, all of them or none."""
    said = words.told(await request.body(), LabelsIn)
    dataset = await dataset_of(request, dataset_id)
    there = await request.datasets.labels(request.user, dataset.id)
    await request.datasets.change_labels(request.user, dataset.id, update=words.changed(said.labels, there))
    return _all_done(said)


@post(_AT + "/labels/delete", status_code=200)
async def delete_labels(request: Ask, dataset_id: FromPath[str]) -> BatchOut:
    """Delete labels; `delete_policy` says what becomes of the samples that carried them."""
    said = words.told(await request.body(), LabelsIn)
    asked = words.asked(request.scope["query_string"], DeletionAsked)
    dataset = await dataset_of(request, dataset_id)
    gone = words.numbers_of(said.labels, await request.datasets.labels(request.user, dataset.id))
    policy = words.policy(asked.delete_policy)
    await request.datasets.change_labels(request.user, dataset.id, delete=gone, policy=policy)
    return _all_done(said)


@get(_AT + "/stats")
async def get_stats(request: Ask, dataset_id: FromPath[str]) -> StatsOut:
    """Return how many samples there are, labelled and not, and how often each label is carried."""
    dataset = await dataset_of(request, dataset_id)
    return words.stats_out(await request.datasets.statistics(request.user, dataset.id), dataset.purpose)


def _all_done(said: LabelsIn) -> BatchOut:
    return BatchOut(success=True, results=[OutcomeOut(success=True) for _ in said.labels])


HANDLERS = (list_labels, add_labels, update_labels, delete_labels, get_stats)
