"""Which dataset an address means: by its id, within the project of the address."""

from __future__ import annotations

from jobyard.datasets.record import Dataset
from jobyard.faces.modelarts.surroundings import Ask
from jobyard.job.errors import NotFound
from jobyard.job.ids import is_id


async def dataset_of(request: Ask, dataset_id: str) -> Dataset:
    """Return the dataset. Raises NotFound, also for one that lies in another project, and for names."""
    if is_id(dataset_id):
        found = await request.datasets.get(request.user, dataset_id)
        place = request.auth
        if found.project == place.project if place.project is not None else found.owner == request.user.name:
            return found
    raise NotFound(what="dataset", name=dataset_id)
