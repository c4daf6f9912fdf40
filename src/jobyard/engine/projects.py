"""Projects: who shares jobs and datasets with whom."""

from __future__ import annotations

from collections.abc import Callable

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.engine import audit
from jobyard.engine.governing import governed, sees
from jobyard.engine.invitations import record as invitations
from jobyard.engine.invitations.book import Invitations
from jobyard.engine.ledger import Ledger
from jobyard.job.errors import NameTaken, NotFound, Refused
from jobyard.job.ids import new_id
from jobyard.people.record import Actor, KeyScope, Membership, Project, Role
from jobyard.store.contract import Transaction, View

PROFILES = "profiles of projects"
"""The drawer of what is said of projects beyond their names."""


class Projects:
    """Make projects, see them, and say who belongs to them."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.invitations = Invitations(ledger)

    async def add(self, actor: Actor, name: str, beside: Callable[[Transaction, str], None] | None = None) -> Project:
        """Make a project; its maker is its operator. Raises NameTaken.

        `beside` is done in the same transaction, with the project's id.
        """
        rules.require_house(actor, House.MAKE_PROJECTS)
        project = Project(id=new_id(), name=name, owner=actor.name, created_at=self._ledger.now())

        def work(transaction: Transaction) -> Project:
            if any(one.name == name for one in transaction.projects()):
                raise NameTaken(what="project", name=name)
            transaction.put_project(project)
            audit.tell(transaction, project.created_at, actor.name, "made", f"project {name}", {"id": project.id})
            if transaction.user(actor.name) is not None:
                transaction.put_membership(Membership(project=project.id, user=actor.name, role=Role.OPERATOR))
            if beside is not None:
                beside(transaction, project.id)
            return project

        return await self._ledger.write(work)

    async def seen(self, actor: Actor) -> list[tuple[Project, list[Membership]]]:
        """Return the projects the actor belongs to (operators: all), each with its members."""

        def work(view: View) -> list[tuple[Project, list[Membership]]]:
            mine = [project for project in view.projects() if sees(actor, project)]
            return [(project, view.memberships(project=project.id)) for project in mine]

        return await self._ledger.read(work)

    async def remove(self, actor: Actor, project: str, beside: Callable[[Transaction, str], None]) -> None:
        """Forget a project; what was shared in it is its owners' alone from then on. Raises NotFound or Refused.

        Its owner may, and operators of the house. `beside` is done in the same transaction, with the project's id.
        """

        def work(transaction: Transaction) -> None:
            found = governed(transaction, actor, project)
            if found.owner != actor.name and not rules.at_least(actor.role, Role.OPERATOR):
                raise Refused(verb="delete a project of somebody else")
            beside(transaction, found.id)
            transaction.drop_project(found.id)
            transaction.drop_card(PROFILES, found.id)
            invitations.drop(transaction, project=found.id)
            now = self._ledger.now()
            audit.tell(transaction, now, actor.name, "deleted", f"project {found.name}", {"id": found.id})

        await self._ledger.write(work)

    async def names(self) -> dict[str, str]:
        """Return the names of all projects by id, for showing jobs that may be shown already."""
        projects = await self._ledger.read(lambda view: view.projects())
        return {project.id: project.name for project in projects}

    async def set_member(self, actor: Actor, project: str, user: str, role: Role) -> list[Membership]:
        """Give a user a place in a project; return its members. Only its operators may; its owner stays one."""

        def work(transaction: Transaction) -> list[Membership]:
            found = governed(transaction, actor, project)
            if user == found.owner and not rules.at_least(role, Role.OPERATOR):
                raise Refused(verb="give the owner of a project a smaller role in it")
            if transaction.user(user) is None:
                raise NotFound(what="user", name=user)
            transaction.put_membership(Membership(project=found.id, user=user, role=role))
            invitations.drop(transaction, project=found.id, user=user, open_only=True)
            details = {"user": user, "role": role.value, "id": found.id}
            audit.tell(transaction, self._ledger.now(), actor.name, "admitted to", f"project {found.name}", details)
            return transaction.memberships(project=found.id)

        return await self._ledger.write(work)

    async def drop_member(self, actor: Actor, project: str, user: str) -> None:
        """Take a user's place away; it counts from their next request.

        Its operators may, and every member for themselves. Its owner stays.
        """

        def work(transaction: Transaction) -> None:
            found = _left(transaction, actor, project) if user == actor.name else None
            found = found or governed(transaction, actor, project)
            if user == found.owner:
                raise Refused(verb="take its owner out of a project")
            if not transaction.drop_membership(found.id, user):
                raise NotFound(what="member", name=user)
            invitations.drop(transaction, project=found.id, user=user)
            details = {"user": user, "id": found.id}
            audit.tell(transaction, self._ledger.now(), actor.name, "removed from", f"project {found.name}", details)

        await self._ledger.write(work)


def _left(view: View, actor: Actor, id_or_name: str) -> Project | None:
    """Return a project that the actor belongs to and may leave."""
    found = view.project(id_or_name)
    writes = actor.scope is KeyScope.FULL and rules.at_least(actor.role, Role.MEMBER)
    return found if found is not None and found.id in actor.projects and writes else None
