"""Pictures of tasks and jobs: sent in, listed, looked at one by one or in chunks."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import AsyncGenerator, Sequence
from typing import Any, BinaryIO

import msgspec
from litestar import Response, get, head, patch, post
from litestar.params import FromPath
from litestar.response import Stream
from msgspec.structs import replace

from jobyard.datasets import rulebook
from jobyard.datasets.assignment import Assignment, AssignmentKind
from jobyard.datasets.record import Dataset, DatasetChanges
from jobyard.datasets.work.options import OPTIONS_FILE, options_in, step_of
from jobyard.datasets.work.tables import Framed
from jobyard.faces import ClosingStream
from jobyard.faces.cvat import sending, submitting, taking
from jobyard.faces.cvat.routes.exports import local_only
from jobyard.faces.cvat.sending import Sent
from jobyard.faces.cvat.surroundings import Ask
from jobyard.faces.cvat.wire import FrameOut, MetaChanges, MetaOut, Started
from jobyard.faces.cvat.words import tasks as words
from jobyard.faces.cvat.words.times import moment
from jobyard.job.errors import Invalid, NotFound, UniqueTaken
from jobyard.job.filters import Filter, Query
from jobyard.job.states import State

_KIND = "dataset.create"
_PIECE = 256 * 1024
_OPEN = 32
"""Pictures of a chunk that are open at once; a chunk may have very many."""
_OUTSIDE = FrameOut(name="placeholder.jpg", width=1, height=1)
"""What stands for frames that are not chosen for a ground truth, which spans all frames of its task."""


@post("/tasks/{number:str}/data")
async def send_data(request: Ask, number: FromPath[str]) -> Response[Any]:
    """Take in pictures of a task, or ask for them to be taken in."""
    task = await request.house.tasks.dataset(request.user, int(number))
    if task.samples and await request.datasets.assignments(request.user, task.id):
        raise Invalid(reason="The task has pictures already; more cannot be added.")
    await _require_idle(request, task)
    group = f"task-{task.number}-data"

    async def finish(sent: Sent) -> Response[Started]:
        return await _create(request, task, sent)

    return await sending.take(request, group, finish, many=True)


@patch("/tasks/{number:str}/data/{file_id:str}", status_code=204)
async def send_piece(request: Ask, number: FromPath[str], file_id: FromPath[str]) -> Response[None]:
    """Take in a piece of a large file of pictures."""
    task = await request.house.tasks.dataset(request.user, int(number))
    return await sending.append(request, f"task-{task.number}-data", file_id)


@head("/tasks/{number:str}/data/{file_id:str}")
async def piece_state(request: Ask, number: FromPath[str], file_id: FromPath[str]) -> Response[None]:
    """Tell how far a large file is."""
    task = await request.house.tasks.dataset(request.user, int(number))
    return await sending.state(request, f"task-{task.number}-data", file_id)


@get(["/tasks/{number:str}/data", "/jobs/{number:str}/data"])
async def get_data(request: Ask, number: FromPath[str]) -> Response[Any] | Stream:
    """Return a picture, a chunk of pictures, or a preview."""
    task, job = await _place(request, number)
    type_ = taking.needed(request.asked, "type")
    if type_ == "frame":
        frame = taking.whole(request.asked, "number")
        if frame is None:
            raise Invalid(reason="Say which frame: number.")
        if job is not None and not job.holds(frame):
            raise Invalid(reason="The frame number doesn't belong to the job.")
        return await _frame(request, task, frame)
    if type_ == "chunk":
        return await _chunk(request, task, job)
    if type_ in {"preview", "context_image"}:
        if type_ == "context_image":
            raise NotFound(what="context image", name="of this frame")
        return await _preview(request, task, job)
    raise Invalid(reason="", fields=[{"path": "type", "message": f'"{type_[:50]}" is not a valid choice.'}])


@get(["/tasks/{number:str}/preview", "/jobs/{number:str}/preview"])
async def get_preview(request: Ask, number: FromPath[str]) -> Response[bytes]:
    """Return a small picture of the first frame."""
    return await _preview(request, *await _place(request, number))


@get("/projects/{number:str}/preview")
async def get_project_preview(request: Ask, number: FromPath[str]) -> Response[bytes]:
    """Return a small picture of the first frame of the first task that has one."""
    from jobyard.faces.cvat import finding

    project = await request.house.tasks.collection(request.user, int(number))
    for task in reversed(await finding.all_tasks(request, project.id)):
        if task.samples:
            return await _preview(request, task, None)
    raise NotFound(what="preview", name="of this project")


@get(["/tasks/{number:str}/data/meta", "/jobs/{number:str}/data/meta"])
async def get_meta(request: Ask, number: FromPath[str]) -> MetaOut:
    """Return what the pictures are called and how large they are."""
    return await _meta(request, *await _place(request, number))


@patch(["/tasks/{number:str}/data/meta", "/jobs/{number:str}/data/meta"])
async def change_meta(request: Ask, number: FromPath[str]) -> MetaOut:
    """Say which frames count as deleted; they stay where they are."""
    said = await taking.body(request, MetaChanges)
    task, job = await _place(request, number)
    gone = frozenset(said.deleted_frames)
    size = words.size_of(task, await request.house.tasks.divided(request.user, task.id))
    unknown = {frame for frame in gone if not (0 <= frame < size and (job is None or job.holds(frame)))}
    if unknown:
        message = f"There is no frame {min(unknown)}."
        raise Invalid(reason=message, fields=[{"path": "deleted_frames", "message": message}])
    about = job.number if job is not None else None
    task = await request.house.tasks.noted(request.user, task.id, about, lambda now: _without(now, job, gone))
    return await _meta(request, task, job)


def _without(task: Dataset, job: Assignment | None, gone: frozenset[int]) -> dict[str, Any]:
    """Return the settings of a task where these frames are gone, or nothing is compared on them in a ground truth."""
    if job is not None and job.kind is AssignmentKind.GROUND_TRUTH:
        quality = replace(rulebook.quality_settings(task.settings), left_out=tuple(sorted(gone)))
        return rulebook.with_quality(task.settings, quality)
    kept = words.kept(task)
    outside = {frame for frame in kept.deleted_frames if job is not None and not job.holds(frame)}
    return words.settings(task, replace(kept, deleted_frames=tuple(sorted(gone | outside))))


async def _require_idle(request: Ask, task: Dataset) -> None:
    """Raise UniqueTaken while what was sent in is taken in, since another sending would take it away."""
    busy = Filter(
        kinds=frozenset({_KIND}),
        states=frozenset({State.QUEUED, State.RUNNING}),
        resource_type="dataset",
        resource_id=task.id,
    )
    found = (await request.engine.listing.find(request.user, Query(filter=busy, limit=1))).page.jobs
    if found:
        raise UniqueTaken(job=found[0].id)


async def _create(request: Ask, task: Dataset, sent: Sent) -> Response[Started]:
    kept = words.kept(task)
    options = options_in(sent.options)
    if options.cloud_storage_id is not None or options.remote_files:
        local_only({"location": "cloud_storage"})
    files = await asyncio.to_thread(request.house.uploads.files, sent.group)
    for file in files:
        if not file.whole:
            raise Invalid(reason=f"Only {file.offset:,} of the {file.told.length:,} bytes of a file have come.")
    if not files and not options.server_files:
        raise Invalid(reason="No media data found: no pictures were sent in, and none are named.")
    whole = replace(options, segment_size=kept.segment_size, overlap=kept.overlap, replicas=kept.replicas)
    kept = replace(
        kept,
        image_quality=options.image_quality,
        chunk_size=options.chunk_size or kept.chunk_size,
        start_frame=options.start_frame,
        stop_frame=options.stop_frame,
        frame_filter=options.frame_filter,
        validation=options.validation_params.mode if options.validation_params else "",
    )
    changed = DatasetChanges(settings=words.settings(task, kept))
    task = await request.datasets.update(request.user, task.id, changed)
    on = submitting.Target(what="task", number=task.number, thing=task)
    await request.house.uploads.note(sent.group, OPTIONS_FILE, msgspec.json.encode(whole))
    return await submitting.submit(
        request,
        _KIND,
        f"Create {words.name_of(task)}",
        {"dataset": task.id, "upload": sent.group},
        await submitting.mark(request, on),
        unique=f"cvat create task {task.number}",
        project=task.project,
    )


async def _place(request: Ask, number: str) -> tuple[Dataset, Assignment | None]:
    if request.url.path.startswith("/api/jobs/"):
        job, task = await request.datasets.assignment(request.user, int(number))
        return task, job
    return await request.house.tasks.dataset(request.user, int(number)), None


async def _meta(request: Ask, task: Dataset, job: Assignment | None) -> MetaOut:
    kept = words.kept(task)
    jobs = await request.house.tasks.divided(request.user, task.id)
    size = words.size_of(task, jobs)
    included = list(job.frames) if job is not None and job.frames is not None else None
    first, last = (job.first, job.last) if job is not None and included is None else (0, size - 1)
    step = step_of(kept.frame_filter) or 1
    there = {frame.number: frame for frame in await request.house.tasks.frames(request.user, task.id, first, last)}
    gone = [frame for frame in range(first, last + 1) if frame not in there]
    left_out: Sequence[int] = kept.deleted_frames
    if job is not None and job.kind is AssignmentKind.GROUND_TRUTH:
        left_out = rulebook.quality_settings(task.settings).left_out
    deleted = sorted({*gone, *(frame for frame in left_out if first <= frame <= last)})
    shown = [
        _OUTSIDE if job is not None and not job.holds(frame) else _frame_out(there.get(frame), frame)
        for frame in range(first, last + 1)
    ]
    return MetaOut(
        chunks_updated_date=moment(task.updated_at or task.created_at),
        chunk_size=kept.chunk_size,
        size=max(0, last - first + 1) if included is None else len(included),
        image_quality=kept.image_quality,
        # Told as they were numbered before some were chosen of them; everything else counts those that were taken.
        start_frame=kept.start_frame + first * step,
        stop_frame=kept.start_frame + max(0, last) * step,
        frame_filter=kept.frame_filter,
        frames=shown,
        deleted_frames=deleted,
        included_frames=included,
    )


def _frame_out(frame: Framed | None, number: int) -> FrameOut:
    if frame is None:
        return FrameOut(name=f"frame {number} is gone", width=0, height=0)
    name = frame.path.decode("utf-8", "replace")
    return FrameOut(name=name, width=frame.width or None, height=frame.height or None)


async def _frame(request: Ask, task: Dataset, frame: int) -> Stream:
    from jobyard.datasets.work.thumbnails import reduced

    quality = _quality(request, task)
    name, whole = await request.house.tasks.picture(request.user, task, frame)
    file = whole if quality is None else await asyncio.to_thread(reduced, whole, name, quality)
    media_type = mimetypes.guess_type(name if file is whole else "frame.jpg")[0] or "application/octet-stream"
    if not media_type.startswith("image/") or media_type == "image/svg+xml":
        media_type = "application/octet-stream"
    headers = {"Content-Type": media_type, "Content-Security-Policy": "default-src 'none'; sandbox"}
    return ClosingStream(_pieces(file), headers=headers)


def _quality(request: Ask, task: Dataset) -> int | None:
    """Return how much of the pictures is wanted, 1 to 100; None for what was sent in. Raises Invalid."""
    wanted = request.asked.get("quality", "") or "original"
    if wanted not in {"compressed", "original"}:
        raise Invalid(reason="", fields=[{"path": "quality", "message": f'"{wanted[:50]}" is not a valid choice.'}])
    return min(100, max(1, words.kept(task).image_quality)) if wanted == "compressed" else None


async def _chunk(request: Ask, task: Dataset, job: Assignment | None) -> Stream:
    """Return a zip with the pictures of a chunk. A job's chunks are counted by `index`, the task's by `number`."""
    from jobyard.datasets.work.thumbnails import Chunk

    size = words.kept(task).chunk_size
    number, index = taking.whole(request.asked, "number"), taking.whole(request.asked, "index")
    place = index if index is not None else number
    if place is None:
        raise Invalid(reason="Say which chunk: number, or index of a job.")
    start = (job.first if job is not None and index is not None else 0) + place * size
    last = start + size - 1 if job is None else min(start + size - 1, job.last)
    frames = await request.house.tasks.frames(request.user, task.id, start, last)
    frames = [frame for frame in frames if job is None or job.holds(frame.number)]
    if not frames:
        raise NotFound(what="chunk", name=str(place))
    made = Chunk(_quality(request, task))
    for begin in range(0, len(frames), _OPEN):
        some = frames[begin : begin + _OPEN]
        pictures = [await request.house.tasks.picture(request.user, task, frame.number) for frame in some]
        await asyncio.to_thread(made.add, pictures)
    pieces = _pieces(await asyncio.to_thread(made.whole))
    return ClosingStream(pieces, headers={"Content-Type": "application/zip"})


async def _preview(request: Ask, task: Dataset, job: Assignment | None) -> Response[bytes]:
    from jobyard.datasets.work.thumbnails import thumbnail

    first, last = (job.first, job.last) if job is not None else (0, 2**31)
    frames = await request.house.tasks.frames(request.user, task.id, first, last)
    if not frames:
        raise NotFound(what="preview", name="of this task")
    name, file = await request.house.tasks.picture(request.user, task, frames[0].number)
    return Response(await asyncio.to_thread(thumbnail, file, name), media_type="image/jpeg")


async def _pieces(file: BinaryIO) -> AsyncGenerator[bytes, None]:
    with file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece


HANDLERS = (
    send_data,
    send_piece,
    piece_state,
    get_data,
    get_preview,
    get_project_preview,
    get_meta,
    change_meta,
)
