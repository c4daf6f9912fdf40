"""Projects: who shares what with whom."""

from __future__ import annotations

from litestar import delete, get, post, put
from litestar.params import JSONBody

from jobyard.faces.native import words
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import InPath
from jobyard.faces.native.wire import MemberIn, MemberOut, ProjectIn, ProjectOut
from jobyard.people.record import Membership, Role


@get("/projects", operation_id="listProjects")
async def list_projects(request: Ask) -> list[ProjectOut]:
    """Return the projects you belong to (operators: all), each with its members."""
    return [words.project_out(*seen) for seen in await request.engine.projects.seen(request.user)]


@post("/projects", operation_id="addProject")
async def add_project(request: Ask, data: JSONBody[ProjectIn]) -> ProjectOut:
    """Make a project; you are its operator."""
    project = await request.engine.projects.add(request.user, data.name)
    maker = Membership(project=project.id, user=request.user.name, role=Role.OPERATOR)
    return words.project_out(project, [maker])


@put("/projects/{project_id:str}/members/{user:str}", operation_id="setMember")
async def set_member(request: Ask, project_id: InPath, user: InPath, data: JSONBody[MemberIn]) -> list[MemberOut]:
    """Give a user a place in a project; return its members."""
    members = await request.engine.projects.set_member(request.user, project_id, user, Role(data.role))
    return [words.member_out(member) for member in members]


@delete("/projects/{project_id:str}/members/{user:str}", operation_id="dropMember")
async def drop_member(request: Ask, project_id: InPath, user: InPath) -> None:
    """Take a user's place in a project away; it counts from their next request."""
    await request.engine.projects.drop_member(request.user, project_id, user)


HANDLERS = (list_projects, add_project, set_member, drop_member)
