"""Shapes of invitations into organizations."""

from __future__ import annotations

from msgspec import Struct

from jobyard.faces.cvat.wire.shapes import UserRef


class OrganizationRef(Struct, kw_only=True):
    """Which organization it is, in short."""

    id: int
    slug: str


class InvitationOut(Struct, kw_only=True):
    """Somebody's way into an organization."""

    key: str
    created_date: str
    owner: UserRef
    role: str
    user: UserRef
    organization: int
    organization_info: OrganizationRef
    expired: bool
    accepted: bool


class InvitationIn(Struct, kw_only=True):
    """A wish to invite somebody."""

    role: str
    email: str


class AcceptedOut(Struct, kw_only=True):
    """Where somebody belongs from now on."""

    organization_slug: str
