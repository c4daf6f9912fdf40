"""What may be asked of an experiment: begin anew, be copied, stand in line, be put away."""

from __future__ import annotations

from litestar import Response, post
from litestar.params import JSONBody

from jobyard.experiments.ground import may_work
from jobyard.experiments.life import Told
from jobyard.experiments.record import Experiment
from jobyard.experiments.sections import carried, cleared
from jobyard.experiments.tasks import Draft, like
from jobyard.faces.native.routes.jobs import shown
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import InPath
from jobyard.faces.native.wire import JobOut
from jobyard.faces.native.wire.experiments import ArchiveIn, CloneIn, EnqueueIn


@post("/experiments/{job_id:str}/reset", operation_id="resetExperiment", status_code=200)
async def reset_experiment(request: Ask, job_id: InPath) -> JobOut:
    """Make an experiment a draft as before it ran, without what it reported and made."""
    moved = await request.house.experiments.life.reset(request.user, job_id, Told(), cleared)
    return await shown(request, moved.experiment.job)


@post("/experiments/{job_id:str}/clone", operation_id="cloneExperiment")
async def clone_experiment(request: Ask, job_id: InPath, data: JSONBody[CloneIn | None] = None) -> Response[JobOut]:
    """Write down a draft like an experiment: what it is told, and nothing of what it reported and made."""
    name = data.name if data else None

    def draft(original: Experiment) -> Draft:
        sections = carried(original.task.sections)
        return like(original, sections, name=name or f"Clone Of {original.job.name}")

    await request.engine.listing.job(request.user, job_id)
    may_work(request.user)  # who sees a job of another sort and may do nothing learns that first
    made = await request.house.experiments.tasks.copy(request.user, job_id, draft)
    job = await shown(request, made.job)
    return Response(job, status_code=201, headers={"Location": f"/v1/jobs/{job.id}"})


@post("/experiments/{job_id:str}/enqueue", operation_id="enqueueExperiment", status_code=200)
async def enqueue_experiment(request: Ask, job_id: InPath, data: JSONBody[EnqueueIn]) -> JobOut:
    """Put an experiment in line in a queue, for an agent that serves it."""
    house = request.house.experiments
    moved = await house.life.enqueue(request.user, job_id, data.queue, Told())
    # Agents look their queues up by name, so one that was not spoken of before gets its entry.
    await house.lines.named(request.user, data.queue)
    return await shown(request, moved.experiment.job)


@post("/experiments/{job_id:str}/archive", operation_id="archiveExperiment", status_code=200)
async def archive_experiment(request: Ask, job_id: InPath, data: JSONBody[ArchiveIn | None] = None) -> JobOut:
    """Put an experiment away, out of the line and stopped, or fetch it back."""
    away = data.archived if data else True
    moved = await request.house.experiments.life.archive(request.user, job_id, Told(), away=away)
    return await shown(request, moved.experiment.job)


HANDLERS = (reset_experiment, clone_experiment, enqueue_experiment, archive_experiment)
