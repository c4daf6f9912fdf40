"""Guides of tasks and projects, and what they show."""

from __future__ import annotations

from typing import Any

from litestar import Response, delete, get, patch, post
from litestar.params import FromPath
from msgspec import UNSET

from jobyard.bodies.parts import Bounds, parts
from jobyard.datasets.catalog.guiding import ASSET_LIMIT
from jobyard.datasets.collection import Collection
from jobyard.datasets.guide import Guide
from jobyard.datasets.record import Dataset
from jobyard.faces.cvat import finding, people, taking
from jobyard.faces.cvat.sending import base_name
from jobyard.faces.cvat.surroundings import Ask
from jobyard.faces.cvat.wire.guides import AssetOut, GuideChanges, GuideIn, GuideOut
from jobyard.faces.cvat.words.times import moment
from jobyard.job.errors import Invalid, TooLarge

_BOUNDS = Bounds(parts=20, text=4_096)
_BODY = ASSET_LIMIT + 64 * 1024


@post("/guides", status_code=201)
async def create_guide(request: Ask) -> GuideOut:
    """Write the guide of a task or of a project."""
    said = await taking.body(request, GuideIn)
    if (said.task_id is None) is (said.project_id is None):
        raise Invalid(reason="Say a task or a project.")
    home: Dataset | Collection
    if said.task_id is not None:
        with finding.named("task_id", said.task_id):
            home = await request.house.tasks.dataset(request.user, said.task_id)
    else:
        with finding.named("project_id", said.project_id or 0):
            home = await request.house.tasks.collection(request.user, said.project_id or 0)
    return _guide_out(await request.house.guides.make(request.user, home.id, said.markdown), home)


@get("/guides/{number:str}")
async def get_guide(request: Ask, number: FromPath[str]) -> GuideOut:
    """Return a guide."""
    return _guide_out(*await request.house.guides.get(request.user, int(number)))


@patch("/guides/{number:str}")
async def change_guide(request: Ask, number: FromPath[str]) -> GuideOut:
    """Write a guide anew."""
    said = await taking.body(request, GuideChanges)
    found, home = await request.house.guides.get(request.user, int(number))
    if said.markdown is UNSET:
        return _guide_out(found, home)
    return _guide_out(await request.house.guides.change(request.user, found.number, said.markdown), home)


@delete("/guides/{number:str}", status_code=204)
async def delete_guide(request: Ask, number: FromPath[str]) -> None:
    """Forget a guide with all that it shows."""
    await request.house.guides.delete(request.user, int(number))


@post("/assets", status_code=201, request_max_body_size=_BODY)
async def bring_asset(request: Ask) -> AssetOut:
    """Keep a picture or a document for a guide."""
    guide, name, content = "", "", None
    async for part in parts(request.stream(), request.headers.get("content-type", ""), _BOUNDS):
        if part.filename is None:
            guide = await part.text() if part.field == "guide_id" else guide
        elif part.field == "file":
            name, content = base_name(part.filename), bytearray()
            async for piece in part.pieces:
                content += piece
                if len(content) > ASSET_LIMIT:
                    raise TooLarge(what="What a guide shows", limit=f"{ASSET_LIMIT:,} bytes")
    number = taking.whole({"guide_id": guide}, "guide_id")
    for field, there in (("guide_id", number is not None), ("file", content is not None)):
        if not there:
            raise Invalid(reason="", fields=[{"path": field, "message": "This field is required."}])
    made = await request.house.guides.bring(request.user, number or 0, name, bytes(content or b""))
    return AssetOut(
        uuid=made.id,
        filename=made.name,
        created_date=moment(made.created_at),
        owner=await people.ref(request, made.owner),
        guide_id=made.guide,
    )


@get("/assets/{id_:str}")
async def get_asset(request: Ask, id_: FromPath[str]) -> Response[Any]:
    """Return a picture or a document of a guide."""
    found, content = await request.house.guides.asset(request.user, _plain(id_))
    headers = {"Content-Security-Policy": "default-src 'none'; sandbox"}
    return Response(content, media_type=found.media_type, headers=headers)


@delete("/assets/{id_:str}", status_code=204)
async def delete_asset(request: Ask, id_: FromPath[str]) -> None:
    """Forget a picture or a document of a guide."""
    await request.house.guides.remove(request.user, _plain(id_))


def _plain(uuid: str) -> str:
    """Return an id as it is kept: some clients write it with dashes."""
    return uuid.replace("-", "").lower()


def _guide_out(guide: Guide, home: Dataset | Collection) -> GuideOut:
    task = isinstance(home, Dataset)
    return GuideOut(
        id=guide.number,
        task_id=home.number if task else None,
        project_id=None if task else home.number,
        created_date=moment(guide.created_at),
        updated_date=moment(guide.updated_at),
        markdown=guide.body,
    )


HANDLERS = (create_guide, get_guide, change_guide, delete_guide, bring_asset, get_asset, delete_asset)
