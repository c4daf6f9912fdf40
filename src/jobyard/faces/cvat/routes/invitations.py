"""Invitations into organizations: who is invited belongs to one once they accept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import delete, get, post
from litestar.params import FromPath

from jobyard.engine.invitations.record import Invitation
from jobyard.faces.cvat import people, taking
from jobyard.faces.cvat.listing import Sort, listed
from jobyard.faces.cvat.surroundings import ORGANIZATIONS, USERS, Ask
from jobyard.faces.cvat.wire import PageOut
from jobyard.faces.cvat.wire.invitations import AcceptedOut, InvitationIn, InvitationOut
from jobyard.faces.cvat.words import accounts
from jobyard.job.errors import Refused
from jobyard.people.record import HOUSE, Project

_SORT = Sort(
    fields=frozenset({"owner", "user_id", "accepted", "created_date"}), searched=("owner",), default="-created_date"
)
_Pair = tuple[Invitation, Project]


@get("/invitations")
async def list_invitations(request: Ask) -> PageOut:
    """Return one page of your invitations, of those you made, and of those into organizations that you may change."""
    found = [pair for pair in await request.engine.projects.invitations.seen(request.user) if _inside(request, pair)]
    numbers = await request.engine.numbers.of(USERS, (invitation.user for invitation, _ in found))

    def facts(pair: _Pair) -> dict[str, Any]:
        invitation = pair[0]
        return {
            "id": invitation.key,
            "owner": invitation.owner,
            "user_id": numbers[invitation.user],
            "accepted": invitation.accepted_at is not None,
            "created_date": invitation.created_at,
        }

    async def shown(pairs: Sequence[_Pair]) -> list[Any]:
        return [await _out(request, pair) for pair in pairs]

    return await listed(request, "invitations", found, _SORT, facts, shown)


@post("/invitations", status_code=201)
async def invite(request: Ask) -> InvitationOut:
    """Invite a user of the house into the organization that the request is about."""
    said = await taking.body(request, InvitationIn)
    if request.space.project is None:
        raise taking.wrong("organization", "Say which organization: X-Organization, org or org_id.")
    if said.role == "owner":
        raise Refused(verb="invite another owner into an organization")
    role = accounts.role_in(said.role)
    user = await _invited(request, said.email)
    made = await request.engine.projects.invitations.invite(request.user, request.space.project, user, role)
    return await _out(request, await request.engine.projects.invitations.get(request.user, made.key))


@get("/invitations/{key:str}")
async def get_invitation(request: Ask, key: FromPath[str]) -> InvitationOut:
    """Return an invitation."""
    return await _out(request, await request.engine.projects.invitations.get(request.user, key))


@post("/invitations/{key:str}/accept", status_code=200)
async def accept(request: Ask, key: FromPath[str]) -> AcceptedOut:
    """Take an invitation of yours."""
    _, project = await request.engine.projects.invitations.accept(request.user, key)
    number = await request.engine.numbers.one(ORGANIZATIONS, project.id)
    return AcceptedOut(organization_slug=accounts.slug_of(project.name, number))


@post("/invitations/{key:str}/decline", status_code=204)
async def decline(request: Ask, key: FromPath[str]) -> None:
    """Turn an invitation of yours down."""
    await request.engine.projects.invitations.decline(request.user, key)


@post("/invitations/{key:str}/resend", status_code=204)
async def resend(request: Ask, key: FromPath[str]) -> None:
    """Let an invitation last for its whole time again; the house sends no mail, who is invited finds it in theirs."""
    await request.engine.projects.invitations.renew(request.user, key)


@delete("/invitations/{key:str}", status_code=204)
async def delete_invitation(request: Ask, key: FromPath[str]) -> None:
    """Take an invitation back; whoever accepted it stays a member."""
    await request.engine.projects.invitations.delete(request.user, key)


def _inside(request: Ask, pair: _Pair) -> bool:
    return request.space.holds(pair[1].id)


async def _invited(request: Ask, address: str) -> str:
    """Return the name of the user who has a mail address, or is called so. Raises Invalid."""
    wanted = address.strip().casefold()
    names = [user.name for user in await request.engine.people.users(HOUSE) if not user.disabled]
    profiles = await request.engine.profiles.users(names)
    found = [name for name in names if wanted and wanted in {name, profiles[name].email.casefold()}]
    if len(found) != 1:
        raise taking.wrong("email", "No user of this house has this address; an administrator makes users here.")
    return found[0]


async def _out(request: Ask, pair: _Pair) -> InvitationOut:
    invitation, project = pair
    number = await request.engine.numbers.one(ORGANIZATIONS, project.id)
    users = await people.refs(request, [invitation.owner, invitation.user])
    return accounts.invitation_out(invitation, project, number, users, request.engine.ledger.now())


HANDLERS = (list_invitations, invite, get_invitation, accept, decline, resend, delete_invitation)
