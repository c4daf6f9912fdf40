"""People and what they hold in this protocol's words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from jobyard.access import rules
from jobyard.faces.cvat.wire import MembershipOut, OrganizationOut, TokenOut, UserOut, UserRef
from jobyard.faces.cvat.words.times import moment, some_moment
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
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
"""What the client takes in a slug; it refuses the whole answer where there is something else."""


def user_out(user: User, ref: UserRef) -> UserOut:
    """Return a user as they see themselves."""
    administrator = rules.at_least(user.role, Role.ADMINISTRATOR)
    return UserOut(
        url=ref.url,
        id=ref.id,
        username=user.name,
        first_name="",
        last_name="",
        email="",
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


def slug_of(project: Project, number: int) -> str:
    """Return by which word these clients name an organization: its name, where that is one of theirs."""
    return project.name if _LETTERS.issuperset(project.name) else f"organization-{number}"


def organization_out(project: Project, number: int, owner: UserRef) -> OrganizationOut:
    """Return a project of sharing as an organization."""
    return OrganizationOut(
        id=number,
        slug=slug_of(project, number),
        name=project.name,
        description="",
        created_date=moment(project.created_at),
        updated_date=moment(project.created_at),
        contact={},
        owner=owner,
    )


def membership_out(place: Membership, number: int, organization: int, user: UserRef, joined: int) -> MembershipOut:
    """Return somebody's place in an organization."""
    return MembershipOut(
        id=number,
        user=user,
        organization=organization,
        is_active=True,
        joined_date=moment(joined),
        role=_PLACES[place.role],
    )
