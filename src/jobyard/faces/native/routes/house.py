"""The house itself: its kinds, queues, workers and counts."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency

from jobyard.engine.pace import Span
from jobyard.faces.native import words
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import asking
from jobyard.faces.native.wire import CountsOut, KindOut, QueueOut, ThroughputAsked, ThroughputOut, WorkerOut


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
    """Return the queues with the counts of what you may see, and how fast they go."""
    return [words.queue_out(queue) for queue in await request.engine.listing.queues(request.user)]


@get("/throughput", operation_id="getThroughput", **asking(ThroughputAsked))
async def get_throughput(request: Ask, asked: NamedDependency[ThroughputAsked]) -> ThroughputOut:
    """Return how many jobs ended over time, by queue and by worker; of everybody together the newest 50,000."""
    return words.throughput_out(await request.engine.listing.course(request.user, Span(asked.span)))


@get("/workers", operation_id="listWorkers")
async def list_workers(request: Ask) -> list[WorkerOut]:
    """Return the workers with those of their jobs that you may see."""
    return [words.worker_out(worker) for worker in await request.engine.listing.workers(request.user)]


HANDLERS = (get_counts, list_kinds, list_queues, get_throughput, list_workers)
