"""People in the words of the protocol: their roles and ours, total in both directions.

Whoever acts on every job is a Curator there. Artisans publish and Members run; both are members here, since who may
hand a workflow in is not told apart. Who is shut out has no access.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from jobyard.faces.alteryx.wire.people import (
    GroupMemberOut,
    GroupOut,
    ReducedGroupOut,
    ReducedUserOut,
    UserOut,
)
from jobyard.faces.alteryx.words.times import time
from jobyard.people.record import Role, User
from jobyard.workflows.sharing.groups import GroupSeen
from jobyard.workflows.sharing.record import Group


class TheirRole(StrEnum):
    """What somebody is to the protocol."""

    NO_ACCESS = "NoAccess"
    VIEWER = "Viewer"
    MEMBER = "Member"
    ARTISAN = "Artisan"
    CURATOR = "Curator"
    EVALUATED = "Evaluated"


class AssetType(StrEnum):
    """What may belong to somebody."""

    ALL = "All"
    WORKFLOW = "Workflow"
    SCHEDULE = "Schedule"
    COLLECTION = "Collection"
    CONNECTION = "Connection"
    CREDENTIAL = "Credential"


LAST_NAME = ""
"""People have one name here, and it is told as the first."""
_OURS: Mapping[TheirRole, Role] = MappingProxyType(
    {
        TheirRole.NO_ACCESS: Role.VIEWER,
        TheirRole.VIEWER: Role.VIEWER,
        TheirRole.MEMBER: Role.MEMBER,
        TheirRole.ARTISAN: Role.MEMBER,
        TheirRole.EVALUATED: Role.MEMBER,
        TheirRole.CURATOR: Role.ADMINISTRATOR,
    }
)
_THEIRS: Mapping[Role, TheirRole] = MappingProxyType(
    {
        Role.VIEWER: TheirRole.VIEWER,
        Role.MEMBER: TheirRole.ARTISAN,
        Role.OPERATOR: TheirRole.CURATOR,
        Role.ADMINISTRATOR: TheirRole.CURATOR,
    }
)


_FIRST = frozenset(string.ascii_lowercase + string.digits)
_LETTERS = _FIRST | frozenset("._-")
_LONGEST_NAME = 64


def their_role(user: User) -> TheirRole:
    """Return what a user is to the protocol."""
    return TheirRole.NO_ACCESS if user.disabled else _THEIRS[user.role]


def our_role(told: TheirRole, old: Role | None = None) -> Role:
    """Return what a role is here; what is called so already stays as it is."""
    if old is not None and (_THEIRS[old] is told or _OURS[told] is old):
        return old
    return _OURS[told]


def login_name(email: str) -> str:
    """Return the name under which somebody with this address signs in: what stands before the @, in small letters.

    Empty where that is no name here.
    """
    name = email.strip().lower().partition("@")[0]
    fits = 1 <= len(name) <= _LONGEST_NAME and name[0] in _FIRST and set(name) <= _LETTERS
    return name if fits else ""


def reduced_user_out(user: User) -> ReducedUserOut:
    """Return a user as lists tell it."""
    return ReducedUserOut(
        id=user.id,
        first_name=user.name,
        last_name=LAST_NAME,
        email=user.name,
        is_active=not user.disabled,
        role=their_role(user).value,
        date_created=time(user.created_at),
    )


def user_out(user: User) -> UserOut:
    """Return a user. People have one name here; it stands for what else the protocol asks for."""
    acts = not user.disabled and user.role is not Role.VIEWER
    return UserOut(
        id=user.id,
        first_name=user.name,
        last_name=LAST_NAME,
        email=user.name,
        is_active=not user.disabled,
        role=their_role(user).value,
        date_created=time(user.created_at),
        default_worker_tag="",
        can_schedule_jobs=acts,
        can_prioritize_jobs=acts,
        can_assign_jobs=acts,
        can_create_collections=acts,
        is_api_enabled=not user.disabled,
        is_account_locked=False,
        is_validated=True,
        time_zone="UTC",
        language="en-us",
    )


def reduced_group_out(group: Group) -> ReducedGroupOut:
    """Return a group as lists tell it."""
    return ReducedGroupOut(id=group.id, name=group.name, role=group.role or TheirRole.EVALUATED.value)


def group_out(found: GroupSeen, ids: Mapping[str, str]) -> GroupOut:
    """Return a group with its people; `ids` are ids of users by their names."""
    return GroupOut(
        id=found.group.id,
        name=found.group.name,
        role=found.group.role or TheirRole.EVALUATED.value,
        date_added=time(found.group.created_at),
        members=[
            GroupMemberOut(
                user_id=ids.get(one.user, ""),
                date_added_to_group=time(one.added_at),
                added_by_user_id=ids.get(one.added_by, ""),
            )
            for one in found.members
        ],
    )
