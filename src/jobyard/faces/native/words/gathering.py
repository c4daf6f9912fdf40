"""Collections of workflows in the native protocol's words, and back."""

from __future__ import annotations

from jobyard.faces.native.wire.gathering import GatheringOut, GroupLine, GroupOut, PlaceIn, PlaceOut
from jobyard.faces.native.words.times import moment, some_micros, some_moment
from jobyard.workflows.sharing.groups import GroupSeen
from jobyard.workflows.sharing.record import Contents, Form, Group, Member, Permission


def gathering_out(found: Contents) -> GatheringOut:
    """Return a collection with all that belongs to it."""
    return GatheringOut(
        id=found.collection.id,
        name=found.collection.name,
        owner=found.collection.owner,
        created_at=moment(found.collection.created_at),
        workflows=list(found.workflows),
        schedules=list(found.schedules),
        members=[_place_out(one) for one in found.members],
    )


def member_in(wanted: PlaceIn, form: Form, id_: str) -> Member:
    """Return the place of a user or a group as it is kept. Raises Invalid for a time out of range."""
    return Member(
        form=form,
        id=id_,
        permissions=frozenset(map(Permission, wanted.permissions)),
        expires_at=some_micros(wanted.expires_at, "expires_at"),
    )


def group_out(found: GroupSeen) -> GroupOut:
    """Return a group with its people, by their names."""
    return GroupOut(
        id=found.group.id,
        name=found.group.name,
        created_at=moment(found.group.created_at),
        members=sorted(one.user for one in found.members),
    )


def group_line(found: Group) -> GroupLine:
    """Return a group as lists tell it."""
    return GroupLine(id=found.id, name=found.name, created_at=moment(found.created_at))


def _place_out(member: Member) -> PlaceOut:
    return PlaceOut(
        form="user" if member.form is Form.USER else "group",
        id=member.id,
        permissions=sorted(one.value for one in member.permissions),
        expires_at=some_moment(member.expires_at),
    )
