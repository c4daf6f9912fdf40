"""Organizations: the projects in which people share their work."""

from __future__ import annotations

from litestar import delete, get, post
from litestar.params import FromPath

from jobyard.faces.cvat import paging, people, taking
from jobyard.faces.cvat.surroundings import ORGANIZATIONS, Ask
from jobyard.faces.cvat.wire import MembershipOut, OrganizationIn, OrganizationOut, PageOut
from jobyard.faces.cvat.words import accounts
from jobyard.job.errors import Invalid, NotFound, Refused
from jobyard.people.record import Membership, Project

_MEMBERSHIPS = "memberships"
_SLUG = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


@get("/organizations")
async def list_organizations(request: Ask) -> PageOut:
    """Return the organizations you belong to."""
    which, seen = paging.wanted(request.asked), await request.engine.projects.seen(request.user)
    wanted = {name: request.asked[name] for name in ("slug", "name") if request.asked.get(name)}
    found = [one for one, _ in seen if all(one.name.casefold() == text.casefold() for text in wanted.values())]
    shown = [await _organization_out(request, one) for one in which.cut(found)]
    return paging.page(request.link("organizations"), request.asked, which, shown, len(found))


@post("/organizations", status_code=201)
async def create_organization(request: Ask) -> OrganizationOut:
    """Make an organization; its name is its slug."""
    said = await taking.body(request, OrganizationIn)
    if not 0 < len(said.slug) <= 64 or not _SLUG.issuperset(said.slug):
        message = "A slug has 1 to 64 letters, digits, dashes and underscores."
        raise Invalid(reason=message, fields=[{"path": "slug", "message": message}])
    made = await request.engine.projects.add(request.user, said.slug)
    return await _organization_out(request, made)


@get("/organizations/{number:str}")
async def get_organization(request: Ask, number: FromPath[str]) -> OrganizationOut:
    """Return an organization you belong to."""
    return await _organization_out(request, (await _found(request, number))[0])


@delete("/organizations/{number:str}")
async def delete_organization(request: Ask, number: FromPath[str]) -> None:
    """Refuse to delete an organization: what is shared in it would be shared with nobody."""
    await _found(request, number)
    raise Refused(verb="delete an organization; take its members out instead")


@get("/memberships")
async def list_memberships(request: Ask) -> PageOut:
    """Return who belongs to the organizations you belong to."""
    which = paging.wanted(request.asked)
    found = [
        (project, place)
        for project, places in await request.engine.projects.seen(request.user)
        if request.space.holds(project.id)
        for place in places
    ]
    shown = [await _membership_out(request, project, place) for project, place in which.cut(found)]
    return paging.page(request.link("memberships"), request.asked, which, shown, len(found))


async def _found(request: Ask, number: str) -> tuple[Project, list[Membership]]:
    id_ = await request.engine.numbers.named(ORGANIZATIONS, int(number))
    for project, places in await request.engine.projects.seen(request.user):
        if project.id == id_:
            return project, places
    raise NotFound(what="organization", name=number)


async def _organization_out(request: Ask, project: Project) -> OrganizationOut:
    number = await request.engine.numbers.one(ORGANIZATIONS, project.id)
    return accounts.organization_out(project, number, await people.ref(request, project.owner))


async def _membership_out(request: Ask, project: Project, place: Membership) -> MembershipOut:
    number = await request.engine.numbers.one(_MEMBERSHIPS, f"{place.user} {place.project}")
    organization = await request.engine.numbers.one(ORGANIZATIONS, project.id)
    user = await people.ref(request, place.user)
    return accounts.membership_out(place, number, organization, user, project.created_at)


HANDLERS = (
    list_organizations,
    create_organization,
    get_organization,
    delete_organization,
    list_memberships,
)
