"""People and what they hold in this protocol's words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import UNSET

from jobyard.access import rules
from jobyard.engine.invitations.record import Invitation
from jobyard.engine.profiles import ProjectProfile, UserProfile
from jobyard.faces.cvat.wire import MembershipOut, OrganizationOut, TokenOut, UserChanges, UserOut, UserRef
from jobyard.faces.cvat.wire.invitations import InvitationOut, OrganizationRef
from jobyard.faces.cvat.words.times import moment, some_moment
from jobyard.job.errors import Invalid
from jobyard.people.record import Key, KeyScope, Membership, Project, Role, User

_GROUPS: Mapping[Role, list[str]] = MappingProxyType(
    {
        Role.VIEWER: ["worker"],
        Role.MEMBER: ["user"],
        Role.OPERATOR: ["user"],
        Role.ADMINISTRATOR: ["admin"],
    }
)
_PLACES: Mapping[Role, str] = MappingProxyType(
    {
        Role.VIEWER: "worker",
        Role.MEMBER: "supervisor",
        Role.OPERATOR: "maintainer",
        Role.ADMINISTRATOR: "owner",
    }
)
"""What a place in a project is called in an organization."""
_ROLES: Mapping[str, Role] = MappingProxyType({place: role for role, place in _PLACES.items() if place != "owner"})
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
"""What the client takes in a slug; it refuses the whole answer where there is something else."""


def user_out(user: User, ref: UserRef, profile: UserProfile) -> UserOut:
    """Return a user as they see themselves, and as administrators do."""
    administrator = rules.at_least(user.role, Role.ADMINISTRATOR)
    return UserOut(
        url=ref.url,
        id=ref.id,
        username=user.name,
        first_name=profile.first_name,
        last_name=profile.last_name,
        email=profile.email,
        groups=_GROUPS[user.role],
        is_staff=administrator,
        is_superuser=administrator,
        is_active=not user.disabled,
        last_login=None,
        date_joined=moment(user.created_at),
        email_verification_required=False,
        has_analytics_access=True,
    )


def token_out(key: Key, number: int, owner: UserRef) -> TokenOut:
    """Return an access token without what it proves itself with."""
    return TokenOut(
        id=number,
        name=key.label,
        created_date=moment(key.created_at),
        updated_date=moment(key.created_at),
        expiry_date=some_moment(key.expires_at),
        last_used_date=some_moment(key.used_at),
        read_only=key.scope is not KeyScope.FULL,
        owner=owner,
    )


def role_in(text: str) -> Role:
    """Return what somebody is in a project of sharing. Raises Invalid; its owner is who made it."""
    if text not in _ROLES:
        message = f'"{text[:50]}" is not a valid choice.'
        raise Invalid(reason=message, fields=[{"path": "role", "message": message}])
    return _ROLES[text]


def standing_in(role: Role, said: UserChanges) -> Role:
    """Return a user's role after what is said of their groups; one that has no group of its own stays if it can.

    Raises Invalid for a group that is none.
    """
    groups = _GROUPS[role] if said.groups is UNSET else said.groups
    unknown = [group for group in groups if [group] not in _GROUPS.values()]
    if unknown or not groups:
        message = f"The groups are admin, user and worker, and {unknown[0][:50] if unknown else 'none'} is not."
        raise Invalid(reason=message, fields=[{"path": "groups", "message": message}])
    administers = "admin" in groups
    for flag in (said.is_superuser, said.is_staff):
        if flag is not UNSET:
            administers = flag
    if administers:
        return Role.ADMINISTRATOR
    wanted = next((group for group in groups if group != "admin"), "user")
    return (
        role
        if _GROUPS[role] == [wanted]
        else next(one for one in (Role.MEMBER, Role.VIEWER) if _GROUPS[one] == [wanted])
    )


def slug_of(name: str, number: int) -> str:
    """Return by which word these clients name an organization: its name, where that is one of theirs."""
    return name if _LETTERS.issuperset(name) else f"organization-{number}"


def organization_out(project: Project, number: int, owner: UserRef, profile: ProjectProfile) -> OrganizationOut:
    """Return a project of sharing as an organization."""
    return OrganizationOut(
        id=number,
        slug=slug_of(project.name, number),
        name=profile.title or project.name,
        description=profile.description,
        created_date=moment(project.created_at),
        updated_date=moment(project.created_at),
        contact=profile.contact,
        owner=owner,
    )


def place_of(place: Membership, project: Project) -> str:
    """Return what somebody is in an organization."""
    return "owner" if place.user == project.owner else _PLACES[place.role]


def membership_out(
    place: Membership, number: int, organization: int, user: UserRef, project: Project, invitation: Invitation | None
) -> MembershipOut:
    """Return somebody's place in an organization, and the invitation by which they came."""
    joined = invitation.accepted_at if invitation is not None else None
    return MembershipOut(
        id=number,
        user=user,
        organization=organization,
        is_active=True,
        joined_date=moment(joined or project.created_at),
        role=place_of(place, project),
        invitation=invitation.key if invitation is not None else None,
    )


def invitation_out(
    invitation: Invitation, project: Project, number: int, users: Mapping[str, UserRef], now: int
) -> InvitationOut:
    """Return an invitation; `number` is that of its organization."""
    return InvitationOut(
        key=invitation.key,
        created_date=moment(invitation.created_at),
        owner=users[invitation.owner],
        role=_PLACES[invitation.role],
        user=users[invitation.user],
        organization=number,
        organization_info=OrganizationRef(id=number, slug=slug_of(project.name, number)),
        expired=invitation.expired(now),
        accepted=invitation.accepted_at is not None,
    )
