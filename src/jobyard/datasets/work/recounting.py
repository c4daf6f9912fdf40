"""What is told of who did what: to the datasets of a job, or by its owner. Inside the house's transactions."""

from __future__ import annotations

from jobyard.datasets import rows
from jobyard.datasets.tables import activities, collections
from jobyard.datasets.work.messages import ACTIVITIES_AT_ONCE, Recount, Recounted
from jobyard.job.errors import NotFound
from jobyard.job.record import Job
from jobyard.store.contract import View


def recount(view: View, job: Job, wanted: Recount) -> Recounted:
    """Return the next activities that a job may be told of. Raises NotFound for another job's dataset."""
    span = (int(job.parameters.get("since") or 0), int(job.parameters.get("until") or activities.EVER))
    if wanted.dataset is None:
        found = activities.of_somebody(view, job.owner, wanted.behind, ACTIVITIES_AT_ONCE, span)
    else:
        dataset = rows.dataset(view, wanted.dataset)
        if dataset is None or job.resource is None or job.resource.id not in {dataset.id, dataset.collection}:
            raise NotFound(what="dataset", name=wanted.dataset)
        who = str(job.parameters.get("user") or "")
        found = activities.of_dataset(view, dataset.number, wanted.behind, ACTIVITIES_AT_ONCE, span, who)
    return Recounted(activities=found, collections=_collections(view, {one.dataset for one in found}))


def _collections(view: View, datasets: set[int]) -> dict[int, int]:
    found = dict[int, int]()
    for number in datasets:
        dataset = rows.numbered(view, number)
        whole = None if dataset is None or dataset.collection is None else collections.one(view, dataset.collection)
        if whole is not None:
            found[number] = whole.number
    return found
