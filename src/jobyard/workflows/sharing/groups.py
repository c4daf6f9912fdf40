"""What may be asked of groups of people. Those who look after what is shared make them; everybody may see them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from jobyard.engine import audit
from jobyard.engine.ledger import Ledger
from jobyard.job.errors import Conflict, NameTaken, NotFound, Refused
from jobyard.job.ids import new_id
from jobyard.people.record import Actor, KeyScope
from jobyard.store.contract import Transaction, View
from jobyard.workflows.sharing import rows, standing
from jobyard.workflows.sharing.record import Group, GroupMember

_DOING = "look after groups"
MOST = 5_000
MOST_MEMBERS = 10_000


class GroupSeen(Struct, frozen=True, kw_only=True):
    """A group with its people."""

    group: Group
    members: tuple[GroupMember, ...] = ()


class Groups:
    """Make, list, change, delete; put people in and take them out."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def create(self, actor: Actor, name: str, role: str = "") -> GroupSeen:
        """Make a group. Raises Refused, Invalid, NameTaken or Conflict."""
        standing.require_curator(actor, _DOING)
        now = self._ledger.now()
        made = Group(id=new_id(), name=standing.named(name, "group"), role=role, created_at=now)

        def work(transaction: Transaction) -> GroupSeen:
            _require_name(transaction, made)
            if len(rows.groups(transaction)) >= MOST:
                raise Conflict(reason="There are as many groups already as there may be; delete one first.")
            rows.put_group(transaction, made)
            audit.tell(transaction, now, actor.name, "made", f"group {made.name}", {"id": made.id})
            return GroupSeen(group=made)

        return await self._ledger.write(work)

    async def all(self, actor: Actor) -> list[Group]:
        """Return all groups, by name."""
        _require_person(actor)
        return await self._ledger.read(rows.groups)

    async def get(self, actor: Actor, id_: str) -> GroupSeen:
        """Return a group with its people. Raises NotFound."""
        _require_person(actor)
        return await self._ledger.read(lambda view: _whole(view, _found(view, id_)))

    async def update(self, actor: Actor, id_: str, name: str, role: str | None = None) -> GroupSeen:
        """Say another name, and another role where one is given. Raises Refused, NotFound, Invalid or NameTaken."""
        standing.require_curator(actor, _DOING)

        def work(transaction: Transaction) -> GroupSeen:
            found = _found(transaction, id_)
            told = found.role if role is None else role
            changed = replace(found, name=standing.named(name, "group"), role=told)
            _require_name(transaction, changed)
            rows.put_group(transaction, changed)
            audit.tell(transaction, self._ledger.now(), actor.name, "changed", f"group {changed.name}", {"id": id_})
            return _whole(transaction, changed)

        return await self._ledger.write(work)

    async def delete(self, actor: Actor, id_: str, *, force: bool = False) -> None:
        """Remove a group and the places that it has. Raises Refused, NotFound, or Conflict for one with people in it.

        Forced, it is removed all the same.
        """
        standing.require_curator(actor, _DOING)

        def work(transaction: Transaction) -> None:
            found = _found(transaction, id_)
            if not force and rows.group_members(transaction, id_):
                raise Conflict(
                    reason=f"There are people in the group {found.name}; say force to delete it all the same"
                )
            rows.drop_group(transaction, id_)
            audit.tell(transaction, self._ledger.now(), actor.name, "deleted", f"group {found.name}", {"id": id_})

        await self._ledger.write(work)

    async def add_members(self, actor: Actor, id_: str, users: Iterable[str]) -> tuple[int, dict[str, str]]:
        """Put people into a group; return how many came in, and why others did not. Raises Refused or NotFound."""
        standing.require_curator(actor, _DOING)
        wanted = list(dict.fromkeys(users))

        def work(transaction: Transaction) -> tuple[int, dict[str, str]]:
            found, now, reasons, added = _found(transaction, id_), self._ledger.now(), dict[str, str](), 0
            room = MOST_MEMBERS - len(rows.group_members(transaction, id_))
            for user in wanted:
                if transaction.user(user) is None:
                    reasons[user] = "There is no such user."
                elif added >= room:
                    reasons[user] = f"A group has at most {MOST_MEMBERS:,} people."
                elif rows.put_group_member(transaction, id_, user, actor.name, now):
                    added += 1
                else:
                    reasons[user] = "They are in the group already."
            audit.tell(transaction, now, actor.name, "changed", f"group {found.name}", {"id": id_, "added": added})
            return added, reasons

        return await self._ledger.write(work)

    async def add_member(self, actor: Actor, id_: str, user: str) -> GroupSeen:
        """Put somebody into a group, where they may be already. Raises Refused, NotFound or Conflict."""
        standing.require_curator(actor, _DOING)

        def work(transaction: Transaction) -> GroupSeen:
            found, now = _found(transaction, id_), self._ledger.now()
            if transaction.user(user) is None:
                raise NotFound(what="user", name=user[:64])
            members = rows.group_members(transaction, id_)
            if len(members) >= MOST_MEMBERS and all(one.user != user for one in members):
                raise Conflict(reason=f"A group has at most {MOST_MEMBERS:,} people.")
            if rows.put_group_member(transaction, id_, user, actor.name, now):
                audit.tell(transaction, now, actor.name, "changed", f"group {found.name}", {"id": id_, "added": user})
            return _whole(transaction, found)

        return await self._ledger.write(work)

    async def drop_member(self, actor: Actor, id_: str, user: str) -> GroupSeen:
        """Take somebody out of a group. Raises Refused or NotFound."""
        standing.require_curator(actor, _DOING)

        def work(transaction: Transaction) -> GroupSeen:
            found = _found(transaction, id_)
            if not rows.drop_group_member(transaction, id_, user):
                raise NotFound(what="member", name=user[:64])
            details = {"id": id_, "removed": user}
            audit.tell(transaction, self._ledger.now(), actor.name, "changed", f"group {found.name}", details)
            return _whole(transaction, found)

        return await self._ledger.write(work)

    async def drop_everywhere(self, actor: Actor, user: str) -> list[str]:
        """Take somebody out of all groups; return the ids of those they were in. Raises Refused."""
        standing.require_curator(actor, _DOING)

        def work(transaction: Transaction) -> list[str]:
            left = sorted(rows.groups_of(transaction, user))
            for id_ in left:
                rows.drop_group_member(transaction, id_, user)
                found = _found(transaction, id_)
                details = {"id": id_, "removed": user}
                audit.tell(transaction, self._ledger.now(), actor.name, "changed", f"group {found.name}", details)
            return left

        return await self._ledger.write(work)


def _found(view: View, id_: str) -> Group:
    found = rows.group(view, id_)
    if found is None:
        raise NotFound(what="group", name=id_[:64])
    return found


def _whole(view: View, found: Group) -> GroupSeen:
    return GroupSeen(group=found, members=tuple(rows.group_members(view, found.id)))


def _require_name(transaction: Transaction, wanted: Group) -> None:
    transaction.alone("groups of people")
    other = rows.group_named(transaction, wanted.name)
    if other is not None and other.id != wanted.id:
        raise NameTaken(what="group", name=wanted.name)


def _require_person(actor: Actor) -> None:
    if actor.scope is KeyScope.DESK:
        raise Refused(verb="see groups")
