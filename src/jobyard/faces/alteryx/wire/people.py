"""Users and groups, as clients read and write them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field

_Name = Annotated[str, Meta(max_length=255)]


class ReducedUserOut(Struct, kw_only=True, rename="camel"):
    """A user in a list."""

    id: str
    first_name: str
    last_name: str
    email: str
    is_active: bool
    role: str
    date_created: str


class UserOut(ReducedUserOut, kw_only=True, rename="camel"):
    """A user."""

    default_worker_tag: str
    can_schedule_jobs: bool
    can_prioritize_jobs: bool
    can_assign_jobs: bool
    can_create_collections: bool
    is_api_enabled: bool
    is_account_locked: bool
    is_validated: bool
    default_credential_id: str = ""
    shared_credential_ids: list[str] = field(default_factory=list)
    data_connection_ids: list[str] = field(default_factory=list)
    time_zone: str
    language: str
    can_create_and_update_dcm: bool = False
    can_share_for_execution_dcm: bool = False
    can_share_for_collaboration_dcm: bool = False
    can_manage_generic_vaults_dcm: bool = False


class UserChange(Struct, kw_only=True, rename="camel"):
    """What shall change about a user. What else the protocol knows of one stays as it is here."""

    role: str | None = None
    is_active: bool | None = None
    active: bool | None = None
    """What a client in use calls the same."""


class UserIn(Struct, kw_only=True, rename="camel"):
    """A new user. What else the protocol knows of one goes by their role here."""

    email: _Name
    first_name: _Name = ""
    last_name: _Name = ""
    role: str = "Viewer"
    is_active: bool = True


class AssetsGiven(Struct, kw_only=True, rename="camel"):
    """What of somebody's shall belong to another user."""

    owner_id: _Name
    transfer_workflows: bool = False
    transfer_schedules: bool = False
    transfer_collections: bool = False


class AssetOut(Struct, kw_only=True):
    """Something of somebody's."""

    id: str
    name: str


class AssetsOut(Struct, kw_only=True):
    """What belongs to somebody."""

    workflows: list[AssetOut]
    schedules: list[AssetOut]
    collections: list[AssetOut]


class ReducedGroupOut(Struct, kw_only=True):
    """A group in a list."""

    id: str
    name: str
    role: str


class GroupMemberOut(Struct, kw_only=True, rename="camel"):
    """Somebody in a group."""

    user_id: str
    date_added_to_group: str
    added_by_user_id: str


class GroupOut(ReducedGroupOut, kw_only=True, rename="camel"):
    """A group with its people."""

    date_added: str
    credential_ids: list[str] = field(default_factory=list)
    connection_ids: list[str] = field(default_factory=list)
    members: list[GroupMemberOut]


class GroupIn(Struct, kw_only=True):
    """A group as somebody wants it."""

    name: _Name
    role: str


class AddedOut(Struct, kw_only=True, rename="camel"):
    """How many came into a group, and why others did not, by their ids."""

    successfully_added_user_count: int
    total_users_submitted_count: int
    failed_user_reasons: dict[str, str]


Ids = list[Annotated[str, Meta(max_length=255)]]
