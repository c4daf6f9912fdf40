"""How the synchronization of a dataset stands."""

from __future__ import annotations

from jobyard.datasets import finding, rows
from jobyard.datasets.capability import KIND
from jobyard.datasets.catalog.ground import Ground
from jobyard.datasets.record import Sync
from jobyard.job.errors import NotFound
from jobyard.job.filters import Filter, Query
from jobyard.job.ids import is_id
from jobyard.job.record import Job
from jobyard.people.record import Actor
from jobyard.store.contract import View


class Syncs(Ground):
    """See how far synchronizations are."""

    async def last_sync(self, actor: Actor, dataset: str) -> Sync | None:
        """Return the synchronization that was begun last, running or not; None when there was none. Raises NotFound."""

        def work(view: View) -> Sync | None:
            newest = rows.newest_sync(view, finding.found(view, actor, dataset).number)
            return newest.told() if newest is not None else None

        return await self._read(work)

    async def sync_of(self, actor: Actor, dataset: str) -> tuple[Job | None, Sync | None]:
        """Return the job that was submitted last to synchronize a dataset, and how far it came.

        The job is None when it was never synchronized or its job was deleted; the Sync is None while it was not begun.
        Whoever sees the dataset sees this. Raises NotFound.
        """

        def work(view: View) -> tuple[Job | None, Sync | None]:
            found = finding.found(view, actor, dataset)
            meant = Filter(kinds=frozenset({KIND}), resource_type="dataset", resource_id=found.id)
            for job in view.find(Query(filter=meant, limit=1)).jobs:
                begun = rows.sync(view, job.id)
                return job, begun.told() if begun is not None else None
            newest = rows.newest_sync(view, found.number)
            return None, newest.told() if newest is not None else None

        return await self._read(work)

    async def synced_by(self, actor: Actor, dataset: str, job: str) -> Sync:
        """Return how far a job came that synchronizes a dataset. Raises NotFound, also for one that did not begin."""

        def work(view: View) -> Sync:
            found = finding.found(view, actor, dataset)
            begun = rows.sync(view, job) if is_id(job) else None
            if begun is None or begun.dataset != found.number:
                raise NotFound(what="synchronization by job", name=job)
            return begun.told()

        return await self._read(work)

    async def syncs(self, actor: Actor, dataset: str) -> list[Sync]:
        """Return the synchronizations of a dataset that are remembered, the newest first. Raises NotFound."""
        return await self._read(
            lambda view: [begun.told() for begun in rows.syncs(view, finding.found(view, actor, dataset).number)]
        )
