"""Running the queues and the workers: pause, drain, resume."""

from __future__ import annotations

from litestar import post

from jobyard.faces.native import words
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import InPath
from jobyard.faces.native.wire import QueueOut, WorkerOut


@post("/queues/{queue:str}/pause", operation_id="pauseQueue", status_code=200)
async def pause_queue(request: Ask, queue: InPath) -> QueueOut:
    """Give out nothing more of a queue; what runs runs on, and jobs may still be put in line. For operators."""
    await request.engine.queues.pause(request.user, queue)
    return await _queue(request, queue)


@post("/queues/{queue:str}/resume", operation_id="resumeQueue", status_code=200)
async def resume_queue(request: Ask, queue: InPath) -> QueueOut:
    """Give out a paused queue's jobs again. For operators."""
    await request.engine.queues.resume(request.user, queue)
    return await _queue(request, queue)


@post("/workers/{worker:str}/drain", operation_id="drainWorker", status_code=200)
async def drain_worker(request: Ask, worker: InPath) -> WorkerOut:
    """Let a worker finish what it holds and give it nothing more, until it is resumed or starts anew. For operators."""
    await request.engine.workers.drain(request.user, worker)
    return await _worker(request, worker)


@post("/workers/{worker:str}/resume", operation_id="resumeWorker", status_code=200)
async def resume_worker(request: Ask, worker: InPath) -> WorkerOut:
    """Give work to a draining worker again. For operators."""
    await request.engine.workers.resume(request.user, worker)
    return await _worker(request, worker)


async def _queue(request: Ask, name: str) -> QueueOut:
    return words.queue_out(await request.engine.listing.queue(request.user, name))


async def _worker(request: Ask, name: str) -> WorkerOut:
    return words.worker_out(await request.engine.listing.worker(request.user, name))


HANDLERS = (pause_queue, resume_queue, drain_worker, resume_worker)
