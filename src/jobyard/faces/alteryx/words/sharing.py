"""Collections and credentials in the words of the protocol."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import UNSET

from jobyard.faces.alteryx.wire.sharing import (
    CollectionOut,
    CollectionUserOut,
    CredentialOut,
    Permissions,
    PlaceIn,
    ReducedCollectionOut,
    ReducedCredentialOut,
)
from jobyard.faces.alteryx.words.times import moment, time
from jobyard.workflows.sharing.record import Contents, CredentialUse, Form, Member, Permission

_PERMISSIONS: Mapping[str, Permission] = MappingProxyType(
    {
        "is_admin": Permission.ADMIN,
        "can_add_assets": Permission.ADD_ASSETS,
        "can_remove_assets": Permission.REMOVE_ASSETS,
        "can_update_assets": Permission.UPDATE_ASSETS,
        "can_add_users": Permission.ADD_USERS,
        "can_remove_users": Permission.REMOVE_USERS,
    }
)


def place(told: PlaceIn, form: Form, id_: str) -> Member:
    """Return somebody's place in a collection. Raises Invalid for an end that is no time."""
    said: Permissions = told if told.collections_permissions is UNSET else told.collections_permissions
    ends = (told.expiration_date or "").strip()
    return Member(
        form=form,
        id=id_,
        permissions=frozenset(one for name, one in _PERMISSIONS.items() if getattr(said, name)),
        expires_at=moment("expirationDate", ends, 0) if ends else None,
    )


def reduced_out(found: Contents, ids: Mapping[str, str]) -> ReducedCollectionOut:
    """Return a collection as lists tell it; `ids` are ids of users by their names."""
    one = found.collection
    return ReducedCollectionOut(
        id=one.id, name=one.name, owner_id=ids.get(one.owner, ""), date_added=time(one.created_at)
    )


def collection_out(found: Contents, ids: Mapping[str, str]) -> CollectionOut:
    """Return a collection with all that belongs to it."""
    one = found.collection
    return CollectionOut(
        id=one.id,
        name=one.name,
        owner_id=ids.get(one.owner, ""),
        date_added=time(one.created_at),
        workflow_ids=list(found.workflows),
        schedule_ids=list(found.schedules),
        users=[CollectionUserOut(user_id=ids[two.id]) for two in found.members if two.form is Form.USER],
        user_group_ids=[two.id for two in found.members if two.form is Form.GROUP],
        subscription_ids=[],
    )


def reduced_credential_out(found: CredentialUse) -> ReducedCredentialOut:
    """Return a credential as lists tell it."""
    return ReducedCredentialOut(id=found.credential.id, user_name=found.credential.name)


def credential_out(found: CredentialUse, ids: Mapping[str, str]) -> CredentialOut:
    """Return a credential with those who may use it."""
    return CredentialOut(
        id=found.credential.id,
        user_name=found.credential.name,
        user_ids=[ids[name] for name in found.users],
        user_group_ids=list(found.groups),
    )
