"""Pictures with what is drawn over them, and what comparisons and merges found: what people look at."""

from __future__ import annotations

import asyncio
import math
import mimetypes
from collections.abc import AsyncGenerator
from types import MappingProxyType
from typing import Annotated, Any, BinaryIO

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from jobyard.datasets.record import Sample
from jobyard.datasets.work import found as left
from jobyard.datasets.work.sampling import some
from jobyard.faces import ClosingStream
from jobyard.faces.native import words
from jobyard.faces.native.download import attachment
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import InPath, asking
from jobyard.faces.native.wire import PageAsked
from jobyard.faces.native.wire.assigning import AssignmentOut, DivisionIn, TruthIn
from jobyard.faces.native.wire.looking import (
    ConflictPage,
    ConflictsAsked,
    ConsensusOut,
    DissentPage,
    LooksOut,
    PictureAsked,
    PictureOut,
    PicturePage,
    PicturesAsked,
    QualityOut,
)
from jobyard.faces.native.words import looking as said
from jobyard.job.errors import Conflict, Invalid, NotFound
from jobyard.job.ids import new_id
from jobyard.job.record import Job
from jobyard.job.states import State

_PIECE = 256 * 1024
_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})
"""Pictures that browsers show; anything else is a file to save."""
_LEAST_SURE = 200
_LARGEST = 2**31 - 1
_Place = Annotated[int, Meta(ge=0, le=_LARGEST)]
_BYTES = MappingProxyType(
    {"texts": ("application/octet-stream",), "headers": ("If-None-Match",), "also": {304: None}, "refusals": (400,)}
)
_SMALL = MappingProxyType(
    {"texts": ("image/jpeg",), "headers": ("If-None-Match",), "also": {304: None}, "refusals": (400,)}
)
"""What the document says of fetching pictures."""


@get("/datasets/{dataset_id:str}/pictures", operation_id="listPictures", **asking(PicturesAsked))
async def list_pictures(request: Ask, dataset_id: InPath, asked: NamedDependency[PicturesAsked]) -> PicturePage:
    """Return one page of a dataset's samples as pictures: how large they are and what is drawn over them."""
    behind = 0 if asked.cursor is None else words.row_cursor(asked.cursor, "pictures", _Place)
    wanted = said.pictures_wanted(asked)
    seen, total = await request.house.showing.page(request.user, dataset_id, wanted, asked.limit, behind)
    more = len(seen) == asked.limit
    return PicturePage(
        pictures=[said.picture_out(one) for one in seen],
        next=words.row_text("pictures", seen[-1].sample.number) if more else None,
        total=total,
    )


@get("/datasets/{dataset_id:str}/pictures/{frame:str}", operation_id="getPicture", **asking(PictureAsked))
async def get_picture(
    request: Ask, dataset_id: InPath, frame: InPath, asked: NamedDependency[PictureAsked]
) -> PictureOut:
    """Return one picture with all that is drawn over it, by its frame: the sample's number less one."""
    seen = await request.house.showing.one(request.user, dataset_id, _frame(frame), asked.layer)
    return said.picture_out(seen)


@get("/datasets/{dataset_id:str}/pictures/{frame:str}/file", operation_id="getPictureFile", opt={**_BYTES})
async def get_picture_file(request: Ask, dataset_id: InPath, frame: InPath) -> Response[Any]:
    """Return a picture as its file is; what browsers do not show, as a file to save."""
    dataset, sample = await request.house.showing.mark(request.user, dataset_id, _frame(frame))
    headers = _told(sample)
    if _known(request, headers):
        return Response(b"", status_code=304, headers=headers)
    name, file = await request.house.showing.large(request.user, dataset, _frame(frame))
    media_type = mimetypes.guess_type(name)[0]
    if media_type not in _SHOWN:
        media_type, headers = "application/octet-stream", headers | attachment(name.rpartition("/")[2])
    return ClosingStream(_pieces(file), headers=headers | {"Content-Type": media_type})


@get("/datasets/{dataset_id:str}/pictures/{frame:str}/thumbnail", operation_id="getThumbnail", opt={**_SMALL})
async def get_thumbnail(request: Ask, dataset_id: InPath, frame: InPath) -> Response[bytes]:
    """Return a picture as a small upright JPEG."""
    dataset, sample = await request.house.showing.mark(request.user, dataset_id, _frame(frame))
    headers = _told(sample)
    if _known(request, headers):
        return Response(b"", status_code=304, headers=headers)
    made = await request.house.showing.small(request.user, dataset, _frame(frame), said.version(sample))
    return Response(made, media_type="image/jpeg", headers=headers)


@get("/datasets/{dataset_id:str}/statistics/pictures", operation_id="getPictureStatistics")
async def get_picture_statistics(request: Ask, dataset_id: InPath) -> LooksOut:
    """Return how large a dataset's pictures are, and what people did day by day in the last year."""
    return said.looks_out(await request.house.showing.looks(request.user, dataset_id))


@get("/datasets/{dataset_id:str}/assignments", operation_id="listAssignments")
async def list_assignments(request: Ask, dataset_id: InPath) -> list[AssignmentOut]:
    """Return the parts of a dataset that people work on, with its ground truth and replicas."""
    found = await request.house.datasets.assignments(request.user, dataset_id)
    return [said.assignment_out(one) for one in found]


@post("/datasets/{dataset_id:str}/ground-truth", operation_id="addGroundTruth")
async def add_ground_truth(request: Ask, dataset_id: InPath, data: JSONBody[TruthIn]) -> AssignmentOut:
    """Choose frames that are annotated once more, apart, so that others can be compared with them.

    They are named, or drawn at random: a count or a share of all.
    """
    frames = await _chosen(request, dataset_id, data)
    return said.assignment_out(await request.house.datasets.add_ground_truth(request.user, dataset_id, frames))


@post("/datasets/{dataset_id:str}/division", operation_id="divideDataset")
async def divide_dataset(request: Ask, dataset_id: InPath, data: JSONBody[DivisionIn]) -> list[AssignmentOut]:
    """Divide a dataset into assignments, each with as many replicas as are wanted."""
    made = await request.house.datasets.split(request.user, dataset_id, data.size, data.overlap, data.replicas)
    return [said.assignment_out(one) for one in made]


@get("/datasets/{dataset_id:str}/quality/{job_id:str}", operation_id="getQuality", opt={"refusals": (410,)})
async def get_quality(request: Ask, dataset_id: InPath, job_id: InPath) -> QualityOut:
    """Return what a comparison with the ground truth found in a dataset, by the id of its job."""
    job, name = await _judged(request, dataset_id, job_id)
    _, path = await request.engine.results.open(request.user, job.id, name)
    truth = said.truth_of(await request.house.datasets.assignments(request.user, dataset_id))
    return said.quality_out(job, await asyncio.to_thread(left.summary, path), truth)


@get(
    "/datasets/{dataset_id:str}/quality/{job_id:str}/conflicts",
    operation_id="listConflicts",
    **asking(ConflictsAsked, refusals=(410,)),
)
async def list_conflicts(
    request: Ask, dataset_id: InPath, job_id: InPath, asked: NamedDependency[ConflictsAsked]
) -> ConflictPage:
    """Return one page of the conflicts that a comparison found in a dataset."""
    job, name = await _judged(request, dataset_id, job_id)
    behind = 0 if asked.cursor is None else words.row_cursor(asked.cursor, "conflicts", _Place)
    _, path = await request.engine.results.open(request.user, job.id, name)
    truth = said.truth_of(await request.house.datasets.assignments(request.user, dataset_id))
    found, total = await asyncio.to_thread(left.conflicts, path, asked.type, asked.severity, behind, asked.limit)
    upto = behind + len(found)
    paths = await request.house.showing.paths(request.user, dataset_id, (one.frame_id for one in found))
    return ConflictPage(
        conflicts=[said.conflict_out(one, truth, paths) for one in found],
        next=words.row_text("conflicts", upto) if upto < total else None,
        total=total,
    )


@get("/datasets/{dataset_id:str}/consensus/{job_id:str}", operation_id="getConsensus", opt={"refusals": (410,)})
async def get_consensus(request: Ask, dataset_id: InPath, job_id: InPath) -> ConsensusOut:
    """Return what a merge of replicas found in a dataset, by the id of its job."""
    job = await _ended(request, dataset_id, job_id, "consensus.merge")
    try:
        _, path = await request.engine.results.open(request.user, job.id, "pictures.jsonl")
    except NotFound:
        return said.consensus_out(job, [], {})
    pictures = await asyncio.to_thread(left.least_sure, path, _LEAST_SURE)
    paths = await request.house.showing.paths(request.user, dataset_id, (one.frame for one in pictures))
    return said.consensus_out(job, pictures, paths)


@get(
    "/datasets/{dataset_id:str}/consensus/{job_id:str}/dissents",
    operation_id="listDissents",
    **asking(PageAsked, refusals=(410,)),
)
async def list_dissents(
    request: Ask, dataset_id: InPath, job_id: InPath, asked: NamedDependency[PageAsked]
) -> DissentPage:
    """Return one page of what a merge of replicas left out or doubted."""
    job = await _ended(request, dataset_id, job_id, "consensus.merge")
    behind = 0 if asked.cursor is None else words.row_cursor(asked.cursor, "dissents", _Place)
    _, path = await request.engine.results.open(request.user, job.id, "dissents.jsonl")
    found, more = await asyncio.to_thread(left.dissents, path, behind, asked.limit)
    paths = await request.house.showing.paths(request.user, dataset_id, (one.frame for one in found))
    return DissentPage(
        dissents=[said.dissent_out(one, paths) for one in found],
        next=words.row_text("dissents", behind + len(found)) if more else None,
    )


async def _judged(request: Ask, dataset: str, job_id: str) -> tuple[Job, str]:
    """Return a finished comparison and the file in which it tells of a dataset. Raises NotFound."""
    number = (await request.house.datasets.get(request.user, dataset)).number
    job = await request.engine.listing.job(request.user, job_id)
    if job.kind != "quality.calculate" or job.state is not State.SUCCEEDED:
        raise NotFound(what="quality report", name=job_id)
    return job, f"quality_{number}.json"


async def _ended(request: Ask, dataset: str, job_id: str, kind: str) -> Job:
    """Return a finished job of a kind that worked on a dataset. Raises NotFound."""
    found = await request.house.datasets.get(request.user, dataset)
    job = await request.engine.listing.job(request.user, job_id)
    on = job.resource.id if job.resource is not None else ""
    if job.kind != kind or job.state is not State.SUCCEEDED or on != found.id:
        raise NotFound(what="merge of replicas", name=job_id)
    return job


async def _chosen(request: Ask, dataset: str, wish: TruthIn) -> list[int]:
    """Return the frames that are named or drawn. Raises NotFound, and Invalid for a wish that is not one of these."""
    if sum(one is not None for one in (wish.frames, wish.count, wish.share)) != 1:
        raise Invalid(reason="Say one of frames, count and share.")
    if wish.frames is not None:
        if wish.seed is not None:
            raise Invalid(reason="A seed goes with a count or a share.")
        return wish.frames
    there = await request.house.showing.frames(request.user, dataset)
    if not there:
        raise Conflict(reason="The dataset has no frames yet.")
    count = wish.count or math.ceil((wish.share or 0) * len(there))
    return await asyncio.to_thread(some, there, count, new_id() if wish.seed is None else str(wish.seed))


def _frame(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) <= _LARGEST):
        raise NotFound(what="frame", name=text[:50])
    return int(text)


def _told(sample: Sample) -> dict[str, str]:
    """Return what is said beside a picture: browsers keep it and ask each time whether they may still show it."""
    return {
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "ETag": f'"{said.version(sample)}"',
        "X-Content-Type-Options": "nosniff",
    }


def _known(request: Ask, headers: dict[str, str]) -> bool:
    there = request.headers.get("if-none-match", "")
    return headers["ETag"] in {one.strip().removeprefix("W/") for one in there.split(",")}


async def _pieces(file: BinaryIO) -> AsyncGenerator[bytes, None]:
    with file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece


HANDLERS = (
    list_pictures,
    get_picture,
    get_picture_file,
    get_thumbnail,
    get_picture_statistics,
    list_assignments,
    add_ground_truth,
    divide_dataset,
    get_quality,
    list_conflicts,
    get_consensus,
    list_dissents,
)
