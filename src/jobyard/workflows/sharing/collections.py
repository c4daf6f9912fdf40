"""What may be asked of collections. Each verb asks who is asking, and each writes at most once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.engine import audit
from jobyard.engine.ledger import Ledger
from jobyard.engine.schedules import book
from jobyard.job.errors import Conflict, NotFound, Refused
from jobyard.job.ids import new_id
from jobyard.people.record import Actor, KeyScope
from jobyard.store.contract import Transaction, View
from jobyard.workflows.library import rows as library
from jobyard.workflows.sharing import giving, rows, standing
from jobyard.workflows.sharing.record import Collection, Contents, Form, Member, Permission

T = TypeVar("T")

MOST = 10_000
"""Collections of one house."""
MOST_MEMBERS = 1_000
MOST_THINGS = 5_000


class Collections:
    """Make, list, rename, delete; put things in and take them out; say who belongs to it and what they may do."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def create(self, actor: Actor, name: str) -> Contents:
        """Make a collection of the actor's own. Raises Invalid, Refused or Conflict."""
        rules.require_house(actor, House.MAKE_PROJECTS)
        now = self._ledger.now()
        made = Collection(id=new_id(), name=standing.named(name, "collection"), owner=actor.name, created_at=now)

        def work(transaction: Transaction) -> Contents:
            transaction.alone("collections")
            if len(rows.collections(transaction, None, now)) >= MOST:
                raise Conflict(reason="There are as many collections already as there may be; delete one first.")
            rows.put_collection(transaction, made)
            audit.tell(transaction, now, actor.name, "made", f"collection {made.name}", {"id": made.id})
            return Contents(collection=made)

        return await self._ledger.write(work)

    async def all(self, actor: Actor) -> list[Contents]:
        """Return the collections that somebody sees, oldest first."""
        now = self._ledger.now()

        def work(view: View) -> list[Contents]:
            found = rows.collections(view, None if standing.sees_all(actor) else actor.name, now)
            mine = [one for one in found if standing.permissions(view, actor, one, now) is not None]
            return [_alive(view, rows.contents(view, one)) for one in mine]

        return await self._ledger.search(work)

    async def get(self, actor: Actor, id_: str) -> Contents:
        """Return a collection. Raises NotFound."""
        now = self._ledger.now()
        return await self._ledger.read(
            lambda view: _alive(view, rows.contents(view, standing.seen(view, actor, id_, now)[0]))
        )

    async def update(self, actor: Actor, id_: str, name: str | None = None, owner: str | None = None) -> Contents:
        """Give a collection another name or another owner. Raises NotFound, Refused or Invalid."""

        def work(transaction: Transaction, found: Collection, now: int) -> None:
            if owner is not None:
                standing.known_member(transaction, Form.USER, owner)
            named = found.name if name is None else standing.named(name, "collection")
            rows.put_collection(transaction, replace(found, name=named, owner=owner or found.owner))

        return await self._changed(actor, id_, Permission.ADMIN, "change this collection", work)

    async def delete(self, actor: Actor, id_: str) -> None:
        """Remove a collection; what lies in it stays, and is shared by it no more. Raises NotFound or Refused."""
        now = self._ledger.now()

        def work(transaction: Transaction) -> None:
            found = standing.held(transaction, actor, id_, now, Permission.ADMIN, "delete this collection")
            rows.drop_collection(transaction, id_)
            audit.tell(transaction, now, actor.name, "deleted", f"collection {found.name}", {"id": id_})

        await self._ledger.write(work)

    async def add_thing(self, actor: Actor, id_: str, form: Form, thing: str) -> Contents:
        """Put a schedule or a workflow into a collection: one that the actor may change, for sharing gives it away.

        Raises NotFound, Refused or Conflict.
        """

        def work(transaction: Transaction, found: Collection, now: int) -> None:
            giving.require_giver(transaction, actor, form, thing)
            inside = _alive(transaction, rows.contents(transaction, found))
            if len(inside.schedules) + len(inside.workflows) >= MOST_THINGS:
                raise Conflict(reason=f"A collection holds at most {MOST_THINGS:,} schedules and workflows.")
            rows.put_thing(transaction, id_, form, thing, actor.name, now)

        return await self._changed(actor, id_, Permission.ADD_ASSETS, "add anything to this collection", work)

    async def drop_thing(self, actor: Actor, id_: str, form: Form, thing: str) -> Contents:
        """Take a schedule or a workflow out of a collection. Raises NotFound or Refused."""

        def work(transaction: Transaction, found: Collection, now: int) -> None:
            if not rows.drop_thing(transaction, id_, form, thing):
                raise NotFound(what=form.value, name=thing[:64])

        return await self._changed(actor, id_, Permission.REMOVE_ASSETS, "take anything out of this collection", work)

    async def set_member(self, actor: Actor, id_: str, member: Member, *, fresh: bool) -> Contents:
        """Give a user or a group a place in a collection (`fresh`), or other permissions in the one they have.

        Only who may do everything with a collection says what others may do there; who may only add people adds people
        who look on. Raises NotFound, Refused or Conflict.
        """
        needed = Permission.ADD_USERS if fresh else Permission.ADMIN

        def work(transaction: Transaction, found: Collection, now: int) -> None:
            standing.known_member(transaction, member.form, member.id)
            there = [one for one in rows.members(transaction, id_) if (one.form, one.id) == (member.form, member.id)]
            if not fresh and not there:
                raise NotFound(what="member", name=member.id[:64])
            may = standing.permissions(transaction, actor, found, now) or frozenset()
            if Permission.ADMIN not in may and (member.permissions or there):
                raise Refused(verb="say what others may do in this collection")
            if fresh and len(rows.members(transaction, id_)) >= MOST_MEMBERS:
                raise Conflict(reason=f"A collection has at most {MOST_MEMBERS:,} members; make a group of them.")
            rows.put_member(transaction, id_, replace(member, added_at=now))

        return await self._changed(actor, id_, needed, "say who belongs to this collection", work)

    async def drop_member(self, actor: Actor, id_: str, form: Form, member: str) -> Contents:
        """Take a user's or a group's place away; whoever leaves by themselves needs no permission."""
        leaves = form is Form.USER and member == actor.name and rules.acts(actor)
        needed = None if leaves else Permission.REMOVE_USERS

        def work(transaction: Transaction, found: Collection, now: int) -> None:
            if not rows.drop_member(transaction, id_, form, member):
                raise NotFound(what="member", name=member[:64])

        return await self._changed(actor, id_, needed, "remove anybody from this collection", work)

    async def shared(self, actor: Actor, form: Form) -> frozenset[str]:
        """Return the ids of the schedules or workflows that collections share with somebody."""
        now = self._ledger.now()
        return frozenset(await self._ledger.read(lambda view: giving.shared(view, form, actor.name, now)))

    async def towards(self, actor: Actor, form: Form, thing: str) -> Actor:
        """Return the actor as they stand to one schedule or workflow: lent more where a collection shares it with them.

        Whoever may not change what lies in the collection only sees it. What is returned is for this one alone.
        """
        now = self._ledger.now()

        def work(view: View) -> Actor:
            if rules.curates(actor):
                return actor
            holders = [one for one, giver in rows.holders(view, form, thing) if giving.gives(view, giver, form, thing)]
            held = [standing.permissions(view, actor, one, now) for one in holders]
            may = [one for one in held if one is not None]
            if not may:
                return actor
            lent = rules.lent(actor)
            return lent if any(Permission.UPDATE_ASSETS in one for one in may) else replace(lent, scope=KeyScope.READ)

        return await self._ledger.read(work)

    async def standing(self, actor: Actor, job: str) -> Actor:
        """Return the actor as they stand to one job: lent more where its schedule is shared with them.

        What is returned is for this job alone. Whether there is such a job it does not say.
        """
        now = self._ledger.now()

        def work(view: View) -> bool:
            found = next(iter(view.jobs([job])), None)
            if found is None or found.schedule is None or rules.curates(actor):
                return False
            return giving.is_shared(view, Form.SCHEDULE, found.schedule, actor.name, now)

        return rules.lent(actor) if await self._ledger.read(work) else actor

    async def _changed(
        self,
        actor: Actor,
        id_: str,
        needed: Permission | None,
        doing: str,
        work: Callable[[Transaction, Collection, int], None],
    ) -> Contents:
        now = self._ledger.now()

        def whole(transaction: Transaction) -> Contents:
            transaction.alone(f"collection {id_}")
            if needed is None:
                found, _ = standing.seen(transaction, actor, id_, now)
            else:
                found = standing.held(transaction, actor, id_, now, needed, doing)
            work(transaction, found, now)
            audit.tell(transaction, now, actor.name, "changed", f"collection {found.name}", {"id": id_})
            changed = rows.collection(transaction, id_) or found
            return _alive(transaction, rows.contents(transaction, changed))

        return await self._ledger.write(whole)


def _alive(view: View, found: Contents) -> Contents:
    """Leave out what is no more."""
    schedules = tuple(one for one in found.schedules if view.card(book.DRAWER, one) is not None)
    workflows = tuple(one for one in found.workflows if library.one(view, one) is not None)
    return replace(found, schedules=schedules, workflows=workflows)
