"""Workflows: handed in, listed, looked at, changed, deleted."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from litestar import MediaType, Response, delete, get, post, put
from litestar.params import FromPath
from msgspec.structs import replace

from jobyard.faces.alteryx import taking
from jobyard.faces.alteryx.receiving import handed_in
from jobyard.faces.alteryx.surroundings import Ask
from jobyard.faces.alteryx.taking import ASKED, MULTIPART, TAKES
from jobyard.faces.alteryx.wire.workflows import ReducedWorkflowOut, TransferIn, WorkflowIn, WorkflowOut
from jobyard.faces.alteryx.words import workflows as words
from jobyard.faces.alteryx.words.times import moment
from jobyard.job.errors import NotFound
from jobyard.workflows.library.record import About, Shown, Wanted, Workflow
from jobyard.workflows.library.verbs import New

LISTED_BY = ("view", "name", "ownerId", "createdAfter", "createdBefore", "page", "pageSize")
_FOREVER = 2**62
_ALL = 10_000


@get("/v3/workflows", opt={ASKED: LISTED_BY})
async def list_workflows(request: Ask) -> list[ReducedWorkflowOut] | list[WorkflowOut]:
    """Return the workflows that somebody sees: all of them, unless pages are asked for."""
    asked = request.asked
    view = taking.chosen(asked, "view", words.ListView) or words.ListView.DEFAULT
    size = taking.whole(asked, "pageSize", _ALL, 1, _ALL)
    page = taking.whole(asked, "page", 1, 1, 1_000_000)
    owner = asked.get("ownerid", "").strip()
    name = await request.engine.people.name_of(owner) if owner else ""
    if owner and not name:
        return []
    wanted = Wanted(
        name=asked.get("name", "").strip(),
        owner=name,
        since=moment("createdAfter", asked.get("createdafter", ""), 0),
        until=moment("createdBefore", asked.get("createdbefore", ""), _FOREVER),
        limit=size,
        skip=(page - 1) * size,
    )
    if view is words.ListView.FULL:
        whole = await request.library.find_whole(request.user, wanted)
        owners = await _owners(request, whole)
        return [words.workflow_out(one, owners, await request.library.runs_of(one.workflow.id)) for one in whole]
    found = await request.library.find(request.user, wanted)
    owners = await request.library.ids_of(one.workflow.owner for one in found)
    return [words.reduced_out(one, owners) for one in found]


@post("/v3/workflows", status_code=200, opt={TAKES: WorkflowIn, MULTIPART: True})
async def add_workflow(request: Ask) -> Response[bytes]:
    """Take a workflow in and return its id; whether it can run here stands in its report."""
    handed = await handed_in(request)
    try:
        file, name = handed.file()
        told = handed.told
        new = New(
            name=told.name or name.rpartition(".")[0],
            owner=await _owner(request, told.owner_id) if told.owner_id else "",
            project=told.project_id or None,
            public=words.public(told) or False,
            about=words.about(About(), told),
            comment=told.comments or "",
        )
    except BaseException:
        handed.forget()
        raise
    made = await request.library.add(request.user, file, name, new)
    return Response(msgspec.json.encode(made.workflow.id), media_type=MediaType.JSON)


@get("/v3/workflows/{workflow_id:str}")
async def get_workflow(request: Ask, workflow_id: FromPath[str]) -> WorkflowOut:
    """Return a workflow with its versions, and whether the published one can run here, tool by tool."""
    return await told(request, await request.library.shown(request.user, workflow_id))


@put("/v3/workflows/{workflow_id:str}", opt={TAKES: WorkflowIn})
async def change_workflow(request: Ask, workflow_id: FromPath[str]) -> WorkflowOut:
    """Change what is said about a workflow; with a file, it also gets another version, which is published."""
    if taking.media_type(request) == taking.MULTIPART:
        handed = await handed_in(request)
        if handed.there:
            try:
                file, name = handed.file()
                change = await change_of(request, handed.told)
            except BaseException:
                handed.forget()
                raise
            comment = handed.told.comments or ""
            shown, _ = await request.library.add_version(
                request.user, workflow_id, file, name, comment=comment, change=change
            )
            return await told(request, shown)
        said = handed.told
    else:
        said = await taking.body(request, WorkflowIn)
    change = await change_of(request, said)
    return await told(
        request, await request.library.change(request.user, workflow_id, lambda old: _published(old, change, said))
    )


@put("/v3/workflows/{workflow_id:str}/transfer", opt={TAKES: TransferIn})
async def transfer_workflow(request: Ask, workflow_id: FromPath[str]) -> Response[None]:
    """Give a workflow to another user."""
    said = await taking.body(request, TransferIn)
    owner = await _owner(request, said.owner_id)
    await request.library.change(request.user, workflow_id, lambda old: replace(old.workflow, owner=owner))
    return Response(None, status_code=200)


@delete("/v3/workflows/{workflow_id:str}", status_code=200, opt={ASKED: ("force",)})
async def delete_workflow(request: Ask, workflow_id: FromPath[str]) -> Response[None]:
    """Forget a workflow and its packages. Raises Conflict while it runs or waits, unless forced."""
    force = taking.flag(request.asked, "force")
    await request.library.delete(request.user, workflow_id, force=force)
    return Response(None, status_code=200)


async def told(request: Ask, shown: Shown) -> WorkflowOut:
    """Return a workflow as clients read it."""
    _, found = await request.library.report(request.user, shown.workflow.id, shown.published.package)
    owners = await _owners(request, [shown])
    return words.workflow_out(shown, owners, await request.library.runs_of(shown.workflow.id), found)


async def change_of(request: Ask, said: WorkflowIn) -> words.Change:
    """Return how a workflow becomes what is said of it. Raises Invalid or NotFound."""
    owner = await _owner(request, said.owner_id) if said.owner_id else ""
    words.about(About(), said)  # refused at once where it cannot be

    def change(old: Workflow) -> Workflow:
        public = words.public(said)
        return replace(
            old,
            name=old.name if said.name is None else said.name.strip(),
            owner=owner or old.owner,
            project=old.project if said.project_id is None else said.project_id or None,
            public=old.public if public is None else public,
            about=words.about(old.about, said),
        )

    return change


def _published(old: Shown, change: words.Change, said: WorkflowIn) -> Workflow:
    changed = change(old.workflow)
    if not said.version_id or said.make_published is False:
        return changed
    meant = next((one for one in old.versions if said.version_id in {one.package, str(one.number)}), None)
    if meant is None:
        raise NotFound(what="version", name=said.version_id[:64])
    return replace(changed, published=meant.number)


async def _owner(request: Ask, id_: str) -> str:
    """Return the name of a user. Raises Invalid."""
    name = await request.engine.people.name_of(id_.strip())
    if not name:
        raise taking.wrong("ownerId", f"There is no user {id_[:64]}.")
    return name


async def _owners(request: Ask, shown: Iterable[Shown]) -> dict[str, str]:
    names = {one.workflow.owner for one in shown} | {version.owner for one in shown for version in one.versions}
    return await request.library.ids_of(names)


HANDLERS = (
    list_workflows,
    add_workflow,
    get_workflow,
    change_workflow,
    transfer_workflow,
    delete_workflow,
)
