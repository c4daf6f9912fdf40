"""The house itself: its kinds, queues, workers and counts, and looking after it."""

from __future__ import annotations

from litestar import get, post
from litestar.params import JSONBody

from jobyard.faces.native import words
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.wire import (
    BackupIn,
    BackupOut,
    CountsOut,
    DoctorOut,
    KindOut,
    PruneIn,
    PruneOut,
    QueueOut,
    WorkerOut,
)


@get("/counts", operation_id="getCounts")
async def get_counts(request: Ask) -> CountsOut:
    """Return how many jobs you may see, by state, and the queues in which work waits that nobody takes."""
    return words.counts_out(await request.engine.listing.counts(request.user))


@get("/kinds", operation_id="listKinds")
async def list_kinds(request: Ask) -> list[KindOut]:
    """Return the kinds of work this house can do, each with the JSON Schema of its parameters."""
    return [words.kind_out(kind) for kind in request.engine.registry]


@get("/queues", operation_id="listQueues")
async def list_queues(request: Ask) -> list[QueueOut]:
    """Return the queues with the counts of what you may see."""
    return [words.queue_out(queue) for queue in await request.engine.listing.queues(request.user)]


@get("/workers", operation_id="listWorkers")
async def list_workers(request: Ask) -> list[WorkerOut]:
    """Return the workers with those of their jobs that you may see."""
    return [words.worker_out(worker) for worker in await request.engine.listing.workers(request.user)]


@post("/keep/prune", operation_id="prune", status_code=200)
async def prune(request: Ask, data: JSONBody[PruneIn]) -> PruneOut:
    """Remove ended jobs older than some days that nobody keeps, or only count them. For administrators."""
    jobs, freed = await request.engine.upkeep.prune(request.user, data.older_than_days, dry_run=data.dry_run)
    return PruneOut(jobs=jobs, freed=freed)


@post("/keep/backup", operation_id="backup", status_code=200)
async def backup(request: Ask, data: JSONBody[BackupIn]) -> BackupOut:
    """Write a consistent copy of the house into a folder of the server's machine. For administrators."""
    made = await request.engine.upkeep.backup(request.user, data.folder)
    return BackupOut(folder=made.folder, size=made.size, blobs=made.blobs)


@get("/keep/doctor", operation_id="doctor")
async def doctor(request: Ask) -> DoctorOut:
    """Look the house over and say what is wrong. For administrators."""
    return DoctorOut(findings=await request.engine.upkeep.doctor(request.user))


HANDLERS = (get_counts, list_kinds, list_queues, list_workers, prune, backup, doctor)
