"""What people ask of invitations: invite, see, accept, decline, send again, take back."""

from __future__ import annotations

from msgspec.structs import replace

from jobyard.access import rules
from jobyard.engine import audit
from jobyard.engine.governing import governed, sees
from jobyard.engine.invitations import record
from jobyard.engine.invitations.record import DRAWER, MOST_OF_ONE, Invitation
from jobyard.engine.ledger import Ledger
from jobyard.job.errors import Conflict, Invalid, NotFound, Refused
from jobyard.job.ids import new_id
from jobyard.people.record import Actor, KeyScope, Membership, Project, Role
from jobyard.store.contract import Transaction, View


class Invitations:
    """The invitations of one house, as those see them who are invited and who invite."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def invite(self, actor: Actor, project: str, user: str, role: Role) -> Invitation:
        """Invite a user into a project that the actor may change; they belong to it once they accept.

        Only its owner, and operators of the house, invite another one who may change it. Raises NotFound, Refused, and
        Invalid for somebody who belongs to it already or was invited before.
        """

        def work(transaction: Transaction) -> Invitation:
            transaction.alone(DRAWER)
            found = governed(transaction, actor, project)
            if rules.at_least(role, Role.OPERATOR) and not _leads(actor, found):
                raise Refused(verb="invite somebody who may change this project")
            account = transaction.user(user)
            if account is None or account.disabled:
                raise NotFound(what="user", name=user)
            there = record.everyone(transaction)
            if any(one.user == user for one in transaction.memberships(project=found.id)):
                raise Invalid(reason="The user is a member of the organization already.")
            if any((one.project, one.user) == (found.id, user) for one in there):
                raise Invalid(reason="The user was invited to the organization already.")
            if sum(one.owner == actor.name and one.accepted_at is None for one in there) >= MOST_OF_ONE:
                raise Conflict(reason="Too many of your invitations wait for an answer; take some back first.")
            now = self._ledger.now()
            made = Invitation(
                key=new_id() + new_id(),
                project=found.id,
                user=user,
                owner=actor.name,
                role=role,
                created_at=now,
                sent_at=now,
            )
            record.put(transaction, made)
            details = {"user": user, "role": role.value, "id": found.id}
            audit.tell(transaction, now, actor.name, "invited to", f"project {found.name}", details)
            return made

        return await self._ledger.write(work)

    async def seen(self, actor: Actor) -> list[tuple[Invitation, Project]]:
        """Return the invitations that the actor sees with their projects, the oldest first.

        Those are one's own, those one made, and those into projects that one may change.
        """

        def work(view: View) -> list[tuple[Invitation, Project]]:
            found = ((one, view.project(one.project)) for one in record.everyone(view))
            return [(one, into) for one, into in found if into is not None and _knows(actor, one, into)]

        return await self._ledger.read(work)

    async def get(self, actor: Actor, key: str) -> tuple[Invitation, Project]:
        """Return an invitation with its project. Raises NotFound."""
        return await self._ledger.read(lambda view: _found(view, actor, key))

    async def taken(self) -> dict[tuple[str, str], Invitation]:
        """Return the invitations that were accepted, by project and user, for showing places that may be shown."""
        there = await self._ledger.read(record.everyone)
        return {(one.project, one.user): one for one in there if one.accepted_at is not None}

    async def accept(self, actor: Actor, key: str) -> tuple[Invitation, Project]:
        """Take an invitation of one's own: one belongs to the project from then on.

        Raises NotFound, Refused for somebody else's, and Invalid where it is accepted or too old already.
        """

        def work(transaction: Transaction) -> tuple[Invitation, Project]:
            found, into = _own(transaction, actor, key)
            now = self._ledger.now()
            if found.accepted_at is not None:
                raise Invalid(reason="Your invitation is already accepted.")
            if found.expired(now):
                raise Invalid(reason="Your invitation is expired. Please contact organization owner to renew it.")
            transaction.put_membership(Membership(project=into.id, user=actor.name, role=found.role))
            taken = replace(found, accepted_at=now)
            record.put(transaction, taken)
            audit.tell(transaction, now, actor.name, "joined", f"project {into.name}", {"id": into.id})
            return taken, into

        return await self._ledger.write(work)

    async def decline(self, actor: Actor, key: str) -> None:
        """Turn an invitation of one's own down. Raises NotFound, Refused, and Invalid where it is accepted already."""

        def work(transaction: Transaction) -> None:
            found, into = _own(transaction, actor, key)
            if found.accepted_at is not None:
                raise Invalid(reason="Your invitation is already accepted.")
            transaction.drop_card(DRAWER, key)
            audit.tell(transaction, self._ledger.now(), actor.name, "declined", f"project {into.name}", {"id": into.id})

        await self._ledger.write(work)

    async def renew(self, actor: Actor, key: str) -> Invitation:
        """Let an invitation last for its whole time again. Raises NotFound, Refused, Invalid for an accepted one."""

        def work(transaction: Transaction) -> Invitation:
            found, into = _found(transaction, actor, key)
            governed(transaction, actor, into.id)
            if found.accepted_at is not None:
                raise Invalid(reason="This invitation is already accepted.")
            again = replace(found, sent_at=self._ledger.now())
            record.put(transaction, again)
            return again

        return await self._ledger.write(work)

    async def delete(self, actor: Actor, key: str) -> None:
        """Take an invitation back; whoever accepted it stays where they are. Raises NotFound or Refused."""

        def work(transaction: Transaction) -> None:
            found, into = _found(transaction, actor, key)
            governed(transaction, actor, into.id)
            transaction.drop_card(DRAWER, key)
            details = {"user": found.user, "id": into.id}
            audit.tell(transaction, self._ledger.now(), actor.name, "uninvited from", f"project {into.name}", details)

        await self._ledger.write(work)


def _leads(actor: Actor, project: Project) -> bool:
    return project.owner == actor.name or rules.at_least(actor.role, Role.OPERATOR)


def _knows(actor: Actor, invitation: Invitation, project: Project) -> bool:
    if actor.scope is KeyScope.DESK:
        return False
    if actor.name in {invitation.user, invitation.owner} or rules.at_least(actor.role, Role.OPERATOR):
        return True
    inside = actor.projects.get(project.id, Role.VIEWER)
    return sees(actor, project) and rules.at_least(inside, Role.OPERATOR)


def _found(view: View, actor: Actor, key: str) -> tuple[Invitation, Project]:
    found = record.one(view, key) if len(key) <= 100 and key.isalnum() and key.isascii() else None
    into = view.project(found.project) if found is not None else None
    if found is None or into is None or not _knows(actor, found, into):
        raise NotFound(what="invitation", name=key[:100])
    return found, into


def _own(transaction: Transaction, actor: Actor, key: str) -> tuple[Invitation, Project]:
    transaction.alone(DRAWER)
    found, into = _found(transaction, actor, key)
    if found.user != actor.name or actor.scope is not KeyScope.FULL:
        raise Refused(verb="answer the invitation of somebody else")
    return found, into
