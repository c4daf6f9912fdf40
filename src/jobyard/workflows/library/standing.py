"""Who may do what with a kept workflow. What is not seen does not exist for the asker."""

from __future__ import annotations

from typing import Protocol

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.job.errors import NotFound, Refused
from jobyard.people.record import Actor, KeyScope
from jobyard.store.contract import View
from jobyard.workflows.library import rows
from jobyard.workflows.library.record import Workflow


class Lending(Protocol):
    """Who else was let in on a workflow, by whoever may share it. They see and run it, and no more."""

    def lends(self, view: View, actor: Actor, workflow: str) -> bool:
        """Tell whether a workflow is shared with somebody."""

    def lent(self, view: View, actor: Actor) -> list[str]:
        """Return the ids of all workflows that are shared with somebody."""


class NothingLent:
    """Nobody else is let in."""

    def lends(self, view: View, actor: Actor, workflow: str) -> bool:
        """Return False."""
        return False

    def lent(self, view: View, actor: Actor) -> list[str]:
        """Return nothing."""
        return []


def sees(actor: Actor, workflow: Workflow) -> bool:
    """Tell whether somebody sees a workflow: their own, their projects', an open one; operators see every one."""
    if rules.may(actor, Verb.SEE, workflow):
        return True
    return workflow.public and actor.scope is not KeyScope.DESK


def runs(actor: Actor, workflow: Workflow) -> bool:
    """Tell whether somebody may run a workflow: who may submit where it is, or anybody where that is said of it."""
    if rules.may(actor, Verb.SUBMIT, workflow):
        return True
    return sees(actor, workflow) and rules.acts(actor) and workflow.public and workflow.about.runnable


def downloads(actor: Actor, workflow: Workflow) -> bool:
    """Tell whether somebody may have the package: who may change it, or who sees it where that is said of it."""
    return rules.may(actor, Verb.EDIT, workflow) or (sees(actor, workflow) and workflow.about.downloadable)


def visible(view: View, actor: Actor, id_: str, lending: Lending | None = None) -> Workflow:
    """Return a workflow that somebody sees. Raises NotFound."""
    found = rows.one(view, id_)
    lent = found is not None and lending is not None and lending.lends(view, actor, found.id)
    if found is None or not (lent or sees(actor, found)):
        raise NotFound(what="workflow", name=id_[:64])
    return found


def require(actor: Actor, verb: Verb, workflow: Workflow, doing: str) -> None:
    """Raise Refused where somebody who sees a workflow may not do this to it."""
    if not rules.may(actor, verb, workflow):
        raise Refused(verb=doing)
