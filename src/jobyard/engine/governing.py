"""Who sees a project of sharing, and who may change it and say who belongs to it."""

from __future__ import annotations

from jobyard.access import rules
from jobyard.job.errors import NotFound, Refused
from jobyard.people.record import Actor, KeyScope, Project, Role
from jobyard.store.contract import View


def sees(actor: Actor, project: Project) -> bool:
    """Tell whether the actor sees a project: who belongs to it, and operators of the house."""
    if actor.scope is KeyScope.DESK:
        return False
    return project.id in actor.projects or rules.at_least(actor.role, Role.OPERATOR)


def governed(view: View, actor: Actor, id_or_name: str) -> Project:
    """Return a project that the actor may change. Raises NotFound or Refused."""
    project = view.project(id_or_name)
    if project is None or not sees(actor, project):
        raise NotFound(what="project", name=id_or_name)
    inside = actor.projects.get(project.id, Role.VIEWER)
    governs = rules.at_least(actor.role, Role.OPERATOR) or rules.at_least(inside, Role.OPERATOR)
    if not governs or actor.scope is not KeyScope.FULL or not rules.at_least(actor.role, Role.MEMBER):
        raise Refused(verb="change this project")
    return project
