"""Organizations: the projects in which people share their work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import delete, get, patch, post
from litestar.params import FromPath
from msgspec import UNSET
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.datasets.catalog.gathering import unshare
from jobyard.engine.profiles import ProjectProfile, described
from jobyard.faces.cvat import people, taking
from jobyard.faces.cvat.listing import Sort, listed
from jobyard.faces.cvat.surroundings import ORGANIZATIONS, Ask
from jobyard.faces.cvat.wire import (
    MembershipChanges,
    MembershipOut,
    OrganizationChanges,
    OrganizationIn,
    OrganizationOut,
    PageOut,
)
from jobyard.faces.cvat.words import accounts
from jobyard.job.errors import NotFound, Refused
from jobyard.people.record import Membership, Project, Role

_SORT = Sort(fields=frozenset({"id", "slug", "name", "owner"}), searched=("slug", "name", "owner"), default="-id")
_PLACES = Sort(fields=frozenset({"id", "user", "role"}), searched=("user", "role"), default="-id")
_MEMBERSHIPS = "memberships"
_NAME, _DESCRIPTION = 64, 2_000
"""Characters of an organization's name and of its description."""
_SLUG = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


@get("/organizations")
async def list_organizations(request: Ask) -> PageOut:
    """Return the organizations you belong to."""
    projects = [project for project, _ in await request.engine.projects.seen(request.user)]
    profiles = await request.engine.profiles.projects(project.id for project in projects)
    numbers = await request.engine.numbers.of(ORGANIZATIONS, (project.id for project in projects))

    def facts(project: Project) -> dict[str, Any]:
        number = numbers[project.id]
        return {
            "id": number,
            "slug": accounts.slug_of(project.name, number),
            "name": profiles[project.id].title or project.name,
            "owner": project.owner,
        }

    async def shown(some: Sequence[Project]) -> list[Any]:
        return [await _told(request, one, numbers[one.id], profiles[one.id]) for one in some]

    return await listed(request, "organizations", projects, _SORT, facts, shown)


@post("/organizations", status_code=201)
async def create_organization(request: Ask) -> OrganizationOut:
    """Make an organization; its slug is the name of a project of sharing."""
    said = await taking.body(request, OrganizationIn)
    if not 0 < len(said.slug) <= 64 or not _SLUG.issuperset(said.slug):
        raise taking.wrong("slug", "A slug has 1 to 64 letters, digits, dashes and underscores.")
    profile = _profile(ProjectProfile(), said)
    made = await request.engine.projects.add(request.user, said.slug, described(profile))
    return await _organization_out(request, made)


@get("/organizations/{number:str}")
async def get_organization(request: Ask, number: FromPath[str]) -> OrganizationOut:
    """Return an organization you belong to."""
    return await _organization_out(request, (await _found(request, number))[0])


@patch("/organizations/{number:str}")
async def change_organization(request: Ask, number: FromPath[str]) -> OrganizationOut:
    """Change what is said of an organization; its slug stays, since everything names it by that."""
    said = await taking.body(request, OrganizationChanges)
    found, _ = await _found(request, number)
    if said.slug not in (UNSET, accounts.slug_of(found.name, int(number))):
        raise taking.wrong("slug", "The slug of an organization stays.")
    before = (await request.engine.profiles.projects([found.id]))[found.id]
    await request.engine.profiles.put_project(request.user, found.id, _profile(before, said))
    return await _organization_out(request, found)


@delete("/organizations/{number:str}", status_code=204)
async def delete_organization(request: Ask, number: FromPath[str]) -> None:
    """Delete an organization; what was shared in it is its owners' alone from then on."""
    found, _ = await _found(request, number)
    await request.engine.projects.remove(request.user, found.id, unshare)


@get("/memberships")
async def list_memberships(request: Ask) -> PageOut:
    """Return who belongs to the organizations you belong to."""
    # Outside of an organization these clients ask for their own places; administrators for everybody's.
    everybody = request.space.project is not None or rules.may_house(request.user, House.MANAGE_USERS)
    found = [
        (project, place)
        for project, places in await request.engine.projects.seen(request.user)
        if request.space.holds(project.id)
        for place in places
        if everybody or place.user == request.user.name
    ]
    numbers = await request.engine.numbers.of(_MEMBERSHIPS, (_called(place) for _, place in found))

    def facts(pair: tuple[Project, Membership]) -> dict[str, Any]:
        project, place = pair
        return {"id": numbers[_called(place)], "user": place.user, "role": accounts.place_of(place, project)}

    async def shown(pairs: Sequence[tuple[Project, Membership]]) -> list[Any]:
        return await _memberships_out(request, pairs)

    return await listed(request, "memberships", found, _PLACES, facts, shown)


@get("/memberships/{number:str}")
async def get_membership(request: Ask, number: FromPath[str]) -> MembershipOut:
    """Return somebody's place in an organization you belong to."""
    return await _membership_out(request, *await _place(request, number))


@patch("/memberships/{number:str}")
async def change_membership(request: Ask, number: FromPath[str]) -> MembershipOut:
    """Give somebody another role in an organization; its owner keeps theirs."""
    said = await taking.body(request, MembershipChanges)
    project, place = await _place(request, number)
    if place.user == project.owner:
        raise Refused(verb="change the role of an organization's owner")
    role = accounts.role_in(said.role)
    if Role.OPERATOR in {place.role, role} and not _leads(request, project):
        raise Refused(verb="say who may change an organization of somebody else")
    await request.engine.projects.set_member(request.user, project.id, place.user, role)
    return await _membership_out(request, project, replace(place, role=role))


@delete("/memberships/{number:str}", status_code=204)
async def delete_membership(request: Ask, number: FromPath[str]) -> None:
    """Take somebody out of an organization, or leave it yourself; its owner stays."""
    project, place = await _place(request, number)
    if place.role is Role.OPERATOR and place.user != request.user.name and not _leads(request, project):
        raise Refused(verb="take somebody who may change it out of an organization of somebody else")
    await request.engine.projects.drop_member(request.user, project.id, place.user)


async def _place(request: Ask, number: str) -> tuple[Project, Membership]:
    name = await request.engine.numbers.named(_MEMBERSHIPS, int(number))
    for project, places in await request.engine.projects.seen(request.user):
        for place in places:
            if name == _called(place):
                return project, place
    raise NotFound(what="membership", name=number)


def _leads(request: Ask, project: Project) -> bool:
    """Tell whether the sender is an organization's owner, or sees to the whole house."""
    return project.owner == request.user.name or rules.at_least(request.user.role, Role.OPERATOR)


def _called(place: Membership) -> str:
    return f"{place.user} {place.project}"


def _profile(before: ProjectProfile, said: OrganizationIn | OrganizationChanges) -> ProjectProfile:
    """Return what is said of an organization. Raises Invalid."""
    for name, text, limit in (("name", said.name, _NAME), ("description", said.description, _DESCRIPTION)):
        if text is not UNSET and len(text) > limit:
            raise taking.wrong(name, f"Ensure this field has no more than {limit} characters.")
    return ProjectProfile(
        title=before.title if said.name is UNSET else said.name.strip(),
        description=before.description if said.description is UNSET else said.description,
        contact=before.contact if said.contact is UNSET else said.contact,
    )


async def _found(request: Ask, number: str) -> tuple[Project, list[Membership]]:
    id_ = await request.engine.numbers.named(ORGANIZATIONS, int(number))
    for project, places in await request.engine.projects.seen(request.user):
        if project.id == id_:
            return project, places
    raise NotFound(what="organization", name=number)


async def _organization_out(request: Ask, project: Project) -> OrganizationOut:
    number = await request.engine.numbers.one(ORGANIZATIONS, project.id)
    profile = (await request.engine.profiles.projects([project.id]))[project.id]
    return await _told(request, project, number, profile)


async def _told(request: Ask, project: Project, number: int, profile: ProjectProfile) -> OrganizationOut:
    return accounts.organization_out(project, number, await people.ref(request, project.owner), profile)


async def _memberships_out(request: Ask, pairs: Sequence[tuple[Project, Membership]]) -> list[MembershipOut]:
    numbers = await request.engine.numbers.of(_MEMBERSHIPS, (_called(place) for _, place in pairs))
    organizations = await request.engine.numbers.of(ORGANIZATIONS, (project.id for project, _ in pairs))
    users = await people.refs(request, [place.user for _, place in pairs])
    came = await request.engine.projects.invitations.taken()
    return [
        accounts.membership_out(
            place,
            numbers[_called(place)],
            organizations[project.id],
            users[place.user],
            project,
            came.get((project.id, place.user)),
        )
        for project, place in pairs
    ]


async def _membership_out(request: Ask, project: Project, place: Membership) -> MembershipOut:
    return (await _memberships_out(request, [(project, place)]))[0]


HANDLERS = (
    list_organizations,
    create_organization,
    get_organization,
    change_organization,
    delete_organization,
    list_memberships,
    get_membership,
    change_membership,
    delete_membership,
)
