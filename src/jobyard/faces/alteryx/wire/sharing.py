"""Collections and credentials, as clients read and write them."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

_Name = Annotated[str, Meta(max_length=255)]


class CollectionUserOut(Struct, kw_only=True, rename="camel"):
    """Somebody in a collection."""

    user_id: str


class ReducedCollectionOut(Struct, kw_only=True, rename="camel"):
    """A collection in a list."""

    id: str
    name: str
    owner_id: str
    date_added: str


class CollectionOut(ReducedCollectionOut, kw_only=True, rename="camel"):
    """A collection."""

    workflow_ids: list[str]
    schedule_ids: list[str]
    users: list[CollectionUserOut]
    user_group_ids: list[str]
    subscription_ids: list[str]


class CollectionIn(Struct, kw_only=True, rename="camel"):
    """A collection as somebody wants it."""

    name: _Name
    owner_id: str | None = None


class Permissions(Struct, kw_only=True, rename="camel"):
    """What somebody may do with a collection."""

    is_admin: bool = False
    can_add_assets: bool = False
    can_remove_assets: bool = False
    can_update_assets: bool = False
    can_add_users: bool = False
    can_remove_users: bool = False


class PlaceIn(Permissions, kw_only=True, rename="camel"):
    """A place in a collection. A client in use writes the permissions beside the rest instead of into an object."""

    user_id: str = ""
    user_group_id: str = ""
    expiration_date: str | None = None
    collections_permissions: Permissions | UnsetType = UNSET


class ScheduleInCollection(Struct, kw_only=True, rename="camel"):
    """A schedule for a collection."""

    schedule_id: str


class WorkflowInCollection(Struct, kw_only=True, rename="camel"):
    """A workflow for a collection."""

    workflow_id: str


class ReducedCredentialOut(Struct, kw_only=True, rename="camel"):
    """A credential in a list, without its password."""

    id: str
    user_name: str


class CredentialOut(ReducedCredentialOut, kw_only=True, rename="camel"):
    """A credential with those who may use it, without its password."""

    user_ids: list[str]
    user_group_ids: list[str]


class CredentialIn(Struct, kw_only=True):
    """A new credential."""

    username: _Name
    password: str


class PasswordIn(Struct, kw_only=True, rename="camel"):
    """Another password."""

    new_password: str


class CredentialUserIn(Struct, kw_only=True, rename="camel"):
    """Who shall use a credential."""

    user_id: str = ""
    user_group_id: str = ""
