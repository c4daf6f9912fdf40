"""The tables of this room and their rows as records."""

from __future__ import annotations

from jobyard.store.contract import Row, Transaction, View
from jobyard.store.queries import Queries
from jobyard.store.text import possible
from jobyard.workflows.sharing.record import (
    Collection,
    Contents,
    Credential,
    CredentialUse,
    Form,
    Group,
    GroupMember,
    Member,
    Permission,
)

QUERIES = Queries("jobyard.workflows.sharing")


def collection(view: View, id_: str) -> Collection | None:
    """Return a collection by id."""
    return next(map(_to_collection, _found(view, "collection", {"id": id_})), None)


def collections(view: View, user: str | None, now: int) -> list[Collection]:
    """Return those that somebody owns or belongs to at this time, oldest first; all of them for None."""
    if user is None:
        return [_to_collection(row) for row in view.rows(QUERIES["all_collections"], {})]
    return [_to_collection(row) for row in view.rows(QUERIES["collections_of"], {"user": user, "now": now})]


def contents(view: View, found: Collection) -> Contents:
    """Return a collection with all that belongs to it."""
    things = view.rows(QUERIES["things"], {"id": found.id})
    return Contents(
        collection=found,
        members=tuple(members(view, found.id)),
        schedules=tuple(thing for form, thing in things if form == Form.SCHEDULE),
        workflows=tuple(thing for form, thing in things if form == Form.WORKFLOW),
    )


def members(view: View, id_: str) -> list[Member]:
    """Return the members of a collection, first come first."""
    return [_to_member(row) for row in view.rows(QUERIES["members"], {"id": id_})]


def put_collection(transaction: Transaction, one: Collection) -> None:
    """Write a collection."""
    values = {"id": one.id, "name": one.name, "owner": one.owner, "created_at": one.created_at}
    transaction.run(QUERIES["put_collection"], values)


def drop_collection(transaction: Transaction, id_: str) -> None:
    """Remove a collection; what lay in it stays."""
    for name in ("drop_members_of", "drop_things_of", "drop_collection"):
        transaction.run(QUERIES[name], {"id": id_})


def put_member(transaction: Transaction, id_: str, one: Member) -> None:
    """Write somebody's place in a collection."""
    values = {
        "collection": id_,
        "form": one.form.value,
        "member": one.id,
        "permissions": " ".join(sorted(permission.value for permission in one.permissions)),
        "expires_at": one.expires_at,
        "added_at": one.added_at,
    }
    transaction.run(QUERIES["put_member"], values)


def drop_member(transaction: Transaction, id_: str, form: Form, member: str) -> bool:
    """Remove somebody's place; tell whether they had one."""
    values = {"collection": id_, "form": form.value, "member": member}
    return transaction.run(QUERIES["drop_member"], values) > 0


def put_thing(transaction: Transaction, id_: str, form: Form, thing: str, by: str, now: int) -> None:
    """Put something into a collection, or answer for what lies there already."""
    values = {"collection": id_, "form": form.value, "thing": thing, "added_by": by, "added_at": now}
    transaction.run(QUERIES["put_thing"], values)


def drop_thing(transaction: Transaction, id_: str, form: Form, thing: str) -> bool:
    """Take something out of a collection; tell whether it lay there."""
    return transaction.run(QUERIES["drop_thing"], {"collection": id_, "form": form.value, "thing": thing}) > 0


def holders(view: View, form: Form, thing: str) -> list[tuple[Collection, str]]:
    """Return the collections that something lies in, oldest first, each with who put it there."""
    found = view.rows(QUERIES["holders"], {"form": form.value, "thing": thing})
    return [(_to_collection(row[:4]), row[4]) for row in found]


def shared(view: View, form: Form, user: str, now: int) -> list[tuple[str, str]]:
    """Return the ids of what lies in somebody's collections, in order, each with who put it there."""
    found = view.rows(QUERIES["shared_with"], {"form": form.value, "user": user, "now": now})
    return [(thing, giver) for thing, giver in found]


def givers(view: View, form: Form, thing: str, user: str, now: int) -> list[str]:
    """Return who put one thing into a collection of somebody's."""
    values = {"form": form.value, "thing": thing, "user": user, "now": now}
    return [row[0] for row in view.rows(QUERIES["givers"], values)]


def group(view: View, id_: str) -> Group | None:
    """Return a group by id."""
    return next(map(_to_group, _found(view, "circle", {"id": id_})), None)


def group_named(view: View, name: str) -> Group | None:
    """Return a group by name."""
    return next(map(_to_group, _found(view, "circle_named", {"name": name})), None)


def groups(view: View) -> list[Group]:
    """Return all groups, by name."""
    return [_to_group(row) for row in view.rows(QUERIES["circles"], {})]


def groups_of(view: View, user: str) -> frozenset[str]:
    """Return the ids of somebody's groups."""
    return frozenset(row[0] for row in view.rows(QUERIES["circles_of"], {"user": user}))


def put_group(transaction: Transaction, one: Group) -> None:
    """Write a group."""
    values = {"id": one.id, "name": one.name, "role": one.role, "created_at": one.created_at}
    transaction.run(QUERIES["put_circle"], values)


def drop_group(transaction: Transaction, id_: str) -> None:
    """Remove a group and every place that it has."""
    for name in ("drop_circle_members", "drop_circle_places", "drop_circle_credentials", "drop_circle"):
        transaction.run(QUERIES[name], {"id": id_})


def group_members(view: View, id_: str) -> list[GroupMember]:
    """Return who is in a group, first come first."""
    rows = view.rows(QUERIES["circle_members"], {"id": id_})
    return [GroupMember(user=user, added_by=by, added_at=at) for user, by, at in rows]


def put_group_member(transaction: Transaction, id_: str, user: str, by: str, now: int) -> bool:
    """Put somebody into a group; tell whether they were not in it."""
    values = {"circle": id_, "member": user, "added_by": by, "added_at": now}
    return transaction.run(QUERIES["put_circle_member"], values) > 0


def drop_group_member(transaction: Transaction, id_: str, user: str) -> bool:
    """Take somebody out of a group; tell whether they were in it."""
    return transaction.run(QUERIES["drop_circle_member"], {"circle": id_, "member": user}) > 0


def credential(view: View, id_: str) -> CredentialUse | None:
    """Return a credential by id, with those who may use it."""
    return next((_with_users(view, row) for row in _found(view, "credential", {"id": id_})), None)


def credentials(view: View) -> list[CredentialUse]:
    """Return all credentials, by name, with those who may use them."""
    return [_with_users(view, row) for row in view.rows(QUERIES["credentials"], {})]


def put_credential(transaction: Transaction, one: Credential) -> None:
    """Write a credential."""
    values = {
        "id": one.id,
        "name": one.name,
        "owner": one.owner,
        "sealed": one.sealed,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
    }
    transaction.run(QUERIES["put_credential"], values)


def drop_credential(transaction: Transaction, id_: str) -> None:
    """Remove a credential."""
    for name in ("drop_credential_users", "drop_credential"):
        transaction.run(QUERIES[name], {"id": id_})


def put_credential_user(transaction: Transaction, id_: str, form: Form, member: str) -> None:
    """Let somebody use a credential."""
    transaction.run(QUERIES["put_credential_user"], {"credential": id_, "form": form.value, "member": member})


def drop_credential_user(transaction: Transaction, id_: str, form: Form, member: str) -> bool:
    """Let somebody not use a credential any more; tell whether they could."""
    values = {"credential": id_, "form": form.value, "member": member}
    return transaction.run(QUERIES["drop_credential_user"], values) > 0


def _found(view: View, name: str, values: dict[str, str]) -> list[Row]:
    return view.rows(QUERIES[name], values) if possible(values) else []


def _to_collection(row: Row) -> Collection:
    id_, name, owner, created_at = row
    return Collection(id=id_, name=name, owner=owner, created_at=created_at)


def _to_member(row: Row) -> Member:
    form, member, permissions, expires_at, added_at = row
    held = frozenset(map(Permission, permissions.split()))
    return Member(form=Form(form), id=member, permissions=held, expires_at=expires_at, added_at=added_at)


def _to_group(row: Row) -> Group:
    id_, name, role, created_at = row
    return Group(id=id_, name=name, role=role, created_at=created_at)


def _with_users(view: View, row: Row) -> CredentialUse:
    id_, name, owner, sealed, created_at, updated_at = row
    users = view.rows(QUERIES["credential_users"], {"id": id_})
    return CredentialUse(
        credential=Credential(
            id=id_, name=name, owner=owner, sealed=bytes(sealed), created_at=created_at, updated_at=updated_at
        ),
        users=tuple(member for form, member in users if form == Form.USER),
        groups=tuple(member for form, member in users if form == Form.GROUP),
    )
