"""Samples: list, look at one, label, delete."""

from __future__ import annotations

from litestar import get, post, put
from litestar.params import FromPath

from jobyard.faces.modelarts import words
from jobyard.faces.modelarts.routes.finding import dataset_of
from jobyard.faces.modelarts.surroundings import Ask
from jobyard.faces.modelarts.wire import BatchOut, SampleOut, SamplesAsked, SamplesGone, SamplesIn, SamplesOut

_AT = "/datasets/{dataset_id:str}/data-annotations/samples"


@get(_AT)
async def list_samples(request: Ask, dataset_id: FromPath[str]) -> SamplesOut:
    """Return one page of a dataset's samples with their labels; `offset` counts pages."""
    asked = words.asked(request.scope["query_string"], SamplesAsked)
    dataset = await dataset_of(request, dataset_id)
    wanted = words.sample_filter(asked)
    if wanted is None:
        return SamplesOut(sample_count=0, samples=[])
    first = asked.offset * asked.limit
    found, total = await request.datasets.browse_samples(
        request.user, dataset.id, wanted, first, asked.limit, whole=True
    )
    names = await _names(request, dataset.id)
    return SamplesOut(sample_count=total, samples=[words.sample_out(one, dataset, names) for one in found])


@get(_AT + "/{sample_id:str}")
async def get_sample(request: Ask, dataset_id: FromPath[str], sample_id: FromPath[str]) -> SampleOut:
    """Return a sample with its labels."""
    dataset = await dataset_of(request, dataset_id)
    found = await request.datasets.sample(request.user, dataset.id, sample_id)
    return words.sample_out(found, dataset, await _names(request, dataset.id))


@put(_AT)
async def label_samples(request: Ask, dataset_id: FromPath[str]) -> BatchOut:
    """Let each sample carry the labels that are said of it and no others; labels that are missing are made."""
    said = words.told(await request.body(), SamplesIn)
    dataset = await dataset_of(request, dataset_id)
    wanted = [(one.sample_id, [words.tag_in(label) for label in one.labels]) for one in said.samples]
    return words.batch_out(await request.datasets.set_tags(request.user, dataset.id, wanted, make_labels=True))


@post(_AT + "/delete", status_code=200)
async def delete_samples(request: Ask, dataset_id: FromPath[str]) -> BatchOut:
    """Delete samples and, with `delete_source`, their files; else they come back with the next synchronization."""
    said = words.told(await request.body(), SamplesGone)
    dataset = await dataset_of(request, dataset_id)
    outcomes = await request.datasets.delete_samples(
        request.user, dataset.id, said.samples, delete_source=said.delete_source
    )
    return words.batch_out(outcomes)


async def _names(request: Ask, dataset: str) -> dict[int, str]:
    return {label.number: label.name for label in await request.datasets.labels(request.user, dataset)}


HANDLERS = (list_samples, get_sample, label_samples, delete_samples)
