"""How files come in: the client's dialect of TUS, groups of files in multipart bodies, and plain posts.

A sending is `Upload-Start`, then files (each by TUS, or many in one `Upload-Multiple`), then `Upload-Finish`, which
says what shall be done with them. The first and the last may be left out by who sends everything in one body.
"""

from __future__ import annotations

import posixpath
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from litestar import Response
from litestar.exceptions import HTTPException
from msgspec import Struct

from jobyard.bodies.parts import Bounds, parts
from jobyard.datasets.uploads import Told, Upload, WrongPlace
from jobyard.faces.cvat.surroundings import Ask
from jobyard.faces.cvat.taking import told
from jobyard.job.errors import Invalid, NotFound

OPTIONS_LIMIT = 64 * 1024 * 1024
"""The most bytes of the options of a sending; they may name every file."""
_BOUNDS = Bounds(parts=20_000, text=OPTIONS_LIMIT)
_TUS = {"Tus-Resumable": "1.0.0", "Access-Control-Expose-Headers": "Location, Upload-Filename, Upload-Offset"}
_FILES = ("client_files", "annotation_file", "dataset_file", "task_file", "project_file")
_SUFFIX = 16
_DIGITS = 18


class Sent(Struct, frozen=True, kw_only=True):
    """What is to be done with what was sent."""

    group: str
    file: Upload | None
    """The file that is meant; None where all of the group are."""
    options: dict[str, Any]
    """The fields of the last body."""


Finish = Callable[[Sent], Awaitable[Response[Any]]]


async def take(request: Ask, group: str, finish: Finish, *, many: bool) -> Response[Any]:
    """Take one post of a sending. `many` says that all files of the group belong together."""
    headers = request.headers
    uploads = request.house.uploads
    if "upload-length" in headers:
        return await _begin(request, group, many=many)
    if "upload-start" in headers:
        if many:
            await uploads.drop(group)
        return Response(b"", status_code=202)
    if "upload-multiple" in headers:
        await _files(request, group, many=many)
        return Response(b"", status_code=200)
    if "upload-finish" in headers:
        options = await _options(request)
        file = None if many else await _named(request, group)
        return await finish(Sent(group=group, file=file, options=options))
    if _is_multipart(request):
        if many:
            await uploads.drop(group)
        files, options = await _files(request, group, many=many)
        return await finish(Sent(group=group, file=files[-1] if files and not many else None, options=options))
    options = await _options(request)
    file = await _named(request, group) if not many and request.asked.get("filename") else None
    return await finish(Sent(group=group, file=file, options=options))


async def append(request: Ask, group: str, file: str) -> Response[None]:
    """Take a piece of a file at the offset that the client says."""
    offset = _number(request.headers.get("upload-offset", ""))
    if offset is None:
        raise Invalid(reason="Upload-Offset says where the piece begins.")
    size = _number(request.headers.get("content-length", ""))
    try:
        upload = await request.house.uploads.append(group, file, offset, request.stream(), size)
    except WrongPlace as wrong:
        headers = {**_TUS, "Upload-Offset": str(wrong.data["offset"])}
        raise HTTPException(status_code=409, detail=wrong.sentence, headers=headers) from None
    return Response(None, status_code=204, headers={**_TUS, **_state(upload)})


async def state(request: Ask, group: str, file: str) -> Response[None]:
    """Tell how far a file is."""
    upload = await request.house.uploads.state(group, file)
    return Response(None, status_code=200, headers={**_TUS, **_state(upload), "Cache-Control": "no-store"})


def base_name(name: str) -> str:
    """Return the last part of a path, whichever way its slashes lean: clients send whole paths of their machine."""
    return posixpath.basename(name.replace("\\", "/"))


async def _begin(request: Ask, group: str, *, many: bool) -> Response[bytes]:
    length = _number(request.headers["upload-length"])
    if length is None:
        raise Invalid(reason="Upload-Length says how many bytes will come.")
    name = _metadata(request.headers.get("upload-metadata", "")).get("filename", "")
    shown = base_name(name) or "file"
    said = Told(name=shown, user=request.user.name, length=length)
    upload = await request.house.uploads.begin(group, said)
    address = request.link(f"{request.url.path.removeprefix('/api/').strip('/')}/{upload.id}")
    named = shown if many else _server_name(upload)
    plain = named if named.isascii() and named.isprintable() else upload.id
    return Response(b"", status_code=201, headers={**_TUS, "Location": address, "Upload-Filename": plain})


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None


def _state(upload: Upload) -> dict[str, str]:
    return {"Upload-Offset": str(upload.offset), "Upload-Length": str(upload.told.length)}


def _server_name(upload: Upload) -> str:
    """Return what a file is called until it is used: the client sends it back with the last post."""
    suffix = posixpath.splitext(upload.told.name)[1]
    kept = suffix if suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) <= _SUFFIX else ""
    return upload.id + kept


async def _named(request: Ask, group: str) -> Upload:
    """Return the file that the last post names. Raises Invalid for one that is not there or not whole."""
    name = request.asked.get("filename", "")
    try:
        upload = await request.house.uploads.state(group, posixpath.splitext(name)[0])
    except NotFound:
        message = f"No file {name[:200]!r} was sent in."
        raise Invalid(reason=message, fields=[{"path": "filename", "message": message}]) from None
    if upload.told.user != request.user.name:
        raise NotFound(what="upload", name=name[:200])
    if not upload.whole:
        raise Invalid(reason=f"Only {upload.offset:,} of the file's {upload.told.length:,} bytes have come.")
    return upload


async def _files(request: Ask, group: str, *, many: bool) -> tuple[list[Upload], dict[str, Any]]:
    """Take in the files of a multipart body; return them with the plain fields."""
    uploads, files = request.house.uploads, list[Upload]()
    fields: dict[str, Any] = {}
    async for part in parts(request.stream(), request.headers.get("content-type", ""), _BOUNDS):
        if part.filename is None:
            _add(fields, part.field, await part.text())
            continue
        if part.field.partition("[")[0] not in _FILES:
            raise Invalid(reason=f"There is no place for the file {part.field[:100]!r}.")
        name = base_name(part.filename)
        if not name:
            continue
        files.append(await uploads.put(group, Told(name=name, user=request.user.name), part.pieces))
    if not files and many and "upload-multiple" in request.headers:
        raise Invalid(reason="No file came with the body.")
    return files, fields


def _add(fields: dict[str, Any], field: str, value: str) -> None:
    """Put a field down; `name[0]` and what comes more than once become lists."""
    name, bracket, _ = field.partition("[")
    if bracket or name in fields:
        there = fields.get(name, [])
        fields[name] = [*(there if isinstance(there, list) else [there]), value]
    else:
        fields[name] = value


async def _options(request: Ask) -> dict[str, Any]:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "multipart/form-data":
        fields: dict[str, Any] = {}
        async for part in parts(request.stream(), request.headers["content-type"], _BOUNDS):
            if part.filename is None:
                _add(fields, part.field, await part.text())
        return fields
    raw = bytearray()
    async for piece in request.stream():
        raw += piece
        if len(raw) > OPTIONS_LIMIT:
            raise HTTPException(status_code=413)
    if media_type == "application/x-www-form-urlencoded":
        found: dict[str, Any] = {}
        try:
            for name, value in parse_qsl(raw.decode("utf-8"), keep_blank_values=True, max_num_fields=100_000):
                _add(found, name, value)
        except (ValueError, UnicodeDecodeError):
            raise Invalid(reason="The form cannot be read.") from None
        return found
    return told(bytes(raw), dict[str, Any])


def _metadata(header: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for pair in header.split(","):
        name, _, value = pair.strip().partition(" ")
        try:
            found[name] = b64decode(value, validate=True).decode("utf-8")
        except ValueError:
            raise Invalid(reason="Upload-Metadata cannot be read.") from None
    return found


def _is_multipart(request: Ask) -> bool:
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")
