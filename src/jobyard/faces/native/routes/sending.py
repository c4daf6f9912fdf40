"""Files that are sent in for work on datasets, piece by piece, and the formats that work can read and write."""

from __future__ import annotations

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import JSONBody

from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import TAKES, InPath, asking
from jobyard.faces.native.wire.sending import FormatsOut, PieceAsked, UploadIn, UploadOut
from jobyard.faces.native.words.sending import formats_out, sending, upload_out

BYTES = "application/octet-stream"


@get("/formats", operation_id="listFormats")
async def list_formats(request: Ask) -> FormatsOut:
    """Return the formats that annotations are written in and read from."""
    return formats_out()


@post("/uploads", operation_id="beginUpload", opt={"refusals": (413,)})
async def begin_upload(request: Ask, data: JSONBody[UploadIn]) -> UploadOut:
    """Make room for a file whose pieces will come. A job is told of it by `upload`; nobody else sees it."""
    return upload_out(await request.house.sendings.begin(request.user, sending(data)))


@get("/uploads/{group:str}/{upload_id:str}", operation_id="getUpload")
async def get_upload(request: Ask, group: InPath, upload_id: InPath) -> UploadOut:
    """Return how far a file of yours is."""
    return upload_out(await request.house.sendings.state(request.user, group, upload_id))


@patch(
    "/uploads/{group:str}/{upload_id:str}",
    operation_id="sendPiece",
    **asking(PieceAsked, refusals=(413, 415), **{TAKES: BYTES}),
)
async def send_piece(request: Ask, group: InPath, upload_id: InPath, asked: NamedDependency[PieceAsked]) -> UploadOut:
    """Take in bytes from an offset on; the same piece may be sent again, and what stood behind it goes."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != BYTES:
        raise HTTPException(status_code=415, detail=f"Pieces are taken as {BYTES}.")
    stream = request.stream()
    return upload_out(await request.house.sendings.append(request.user, group, upload_id, asked.offset, stream))


@delete("/uploads/{group:str}/{upload_id:str}", operation_id="dropUpload")
async def drop_upload(request: Ask, group: InPath, upload_id: InPath) -> None:
    """Forget a file of yours."""
    await request.house.sendings.drop(request.user, group, upload_id)


HANDLERS = (list_formats, begin_upload, get_upload, send_piece, drop_upload)
