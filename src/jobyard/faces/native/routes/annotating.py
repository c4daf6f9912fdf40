"""What is said of the files of a dataset: labels, tags, shapes, tracks, and how often."""

from __future__ import annotations

from litestar import get, patch, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from jobyard.datasets.record import LabelPolicy
from jobyard.faces.native import words
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import InPath, asking
from jobyard.faces.native.wire import (
    AnnotationsAsked,
    AnnotationSet,
    LabelsChange,
    LabelSpec,
    OutcomesOut,
    RevisionIn,
    StatisticsOut,
    TaggingIn,
)


@get("/datasets/{dataset_id:str}/labels", operation_id="listLabels")
async def list_labels(request: Ask, dataset_id: InPath) -> list[LabelSpec]:
    """Return a dataset's labels in their order."""
    return [words.label_out(label) for label in await request.house.datasets.labels(request.user, dataset_id)]


@patch("/datasets/{dataset_id:str}/labels", operation_id="changeLabels")
async def change_labels(request: Ask, dataset_id: InPath, data: JSONBody[LabelsChange]) -> list[LabelSpec]:
    """Add, change and delete labels; return all there are then."""
    labels = await request.house.datasets.change_labels(
        request.user,
        dataset_id,
        [words.label_in(label) for label in data.add],
        [words.label_in(label) for label in data.update],
        data.delete,
        LabelPolicy(data.policy),
    )
    return [words.label_out(label) for label in labels]


@get("/datasets/{dataset_id:str}/statistics", operation_id="getStatistics")
async def get_statistics(request: Ask, dataset_id: InPath) -> StatisticsOut:
    """Return how many samples a dataset holds, and how many carry which label."""
    return words.statistics_out(await request.house.datasets.statistics(request.user, dataset_id))


@put("/datasets/{dataset_id:str}/samples/labels", operation_id="labelSamples")
async def label_samples(request: Ask, dataset_id: InPath, data: JSONBody[TaggingIn]) -> OutcomesOut:
    """Make samples carry these labels and no others; return what became of each."""
    outcomes = await request.house.datasets.set_tags(
        request.user, dataset_id, words.taggings_in(data), make_labels=data.make_labels
    )
    return words.outcomes_out(outcomes)


@get("/datasets/{dataset_id:str}/annotations", operation_id="getAnnotations", **asking(AnnotationsAsked))
async def get_annotations(request: Ask, dataset_id: InPath, asked: NamedDependency[AnnotationsAsked]) -> AnnotationSet:
    """Return all that is said of a range of frames; tracks that are in one of them whole."""
    found = await request.house.datasets.annotations(request.user, dataset_id, asked.first, asked.last, asked.layer)
    return words.annotations_out(found)


@patch("/datasets/{dataset_id:str}/annotations", operation_id="changeAnnotations")
async def change_annotations(request: Ask, dataset_id: InPath, data: JSONBody[RevisionIn]) -> AnnotationSet:
    """Replace, add, change and delete annotations, all of it or nothing; return what was added or changed."""
    found = await request.house.datasets.annotate(request.user, dataset_id, words.revision_in(data))
    return words.annotations_out(found)


HANDLERS = (list_labels, change_labels, get_statistics, label_samples, get_annotations, change_annotations)
