"""The synchronization of a dataset: ask for one, and how the newest stands."""

from __future__ import annotations

from litestar import MediaType, Response, get, post
from litestar.params import FromPath

from jobyard.engine.submission import Submission
from jobyard.faces.modelarts import words
from jobyard.faces.modelarts.refusals import WrongPurpose
from jobyard.faces.modelarts.routes.finding import dataset_of
from jobyard.faces.modelarts.surroundings import Ask
from jobyard.faces.modelarts.wire import SyncOut

KIND = "dataset.sync"


@post("/datasets/{dataset_id:str}/sync-data", status_code=200)
async def begin_sync(request: Ask, dataset_id: FromPath[str]) -> Response[bytes]:
    """Put a synchronization in line and answer at once, whatever the dataset's size; the body counts for nothing."""
    found = await dataset_of(request, dataset_id)
    if found.purpose in words.TEXTS:
        raise WrongPurpose(purpose=found.purpose.value.replace("_", " "))
    wanted = Submission(kind=KIND, parameters={"dataset": found.id}, project=found.project, face="modelarts")
    await request.engine.jobs.submit(request.user, wanted)
    # Not even `null`, which clients would take for an object.
    return Response(b"", status_code=200, media_type=MediaType.TEXT)


@get("/datasets/{dataset_id:str}/sync-data/status")
async def get_sync(request: Ask, dataset_id: FromPath[str]) -> SyncOut:
    """Return how the newest synchronization stands, with its counts so far."""
    found = await dataset_of(request, dataset_id)
    job, sync = await request.datasets.sync_of(request.user, found.id)
    return words.sync_out(found, job, sync, request.engine.ledger.now())


HANDLERS = (begin_sync, get_sync)
