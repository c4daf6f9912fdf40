"""Who may share what. What lies in a collection counts as shared only while whoever put it there still may."""

from __future__ import annotations

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.engine.schedules import book
from jobyard.engine.standing import present
from jobyard.job.errors import Fault, NotFound, Refused
from jobyard.people.record import Actor
from jobyard.store.contract import View
from jobyard.workflows.library import standing as shelf
from jobyard.workflows.sharing import rows
from jobyard.workflows.sharing.record import Form


def require_giver(view: View, actor: Actor, form: Form, thing: str) -> None:
    """Raise NotFound or Refused where somebody may not share a schedule or workflow, for sharing gives it away."""
    if form is Form.WORKFLOW:
        workflow = shelf.visible(view, actor, thing)
        shelf.require(actor, Verb.EDIT, workflow, "share this workflow")
        return
    schedule = book.read(view, thing)
    if schedule is None or not rules.may(actor, Verb.SEE, schedule):
        raise NotFound(what="schedule", name=thing[:64])
    if not rules.may(actor, Verb.EDIT, schedule):
        raise Refused(verb="share this schedule")


def shared(view: View, form: Form, user: str, now: int) -> list[str]:
    """Return the ids of what collections share with somebody."""
    givers = dict[str, Actor | None]()
    found = list[str]()
    for thing, giver in rows.shared(view, form, user, now):
        if giver not in givers:
            givers[giver] = present(view, giver)
        if thing not in found[-1:] and _may(view, givers[giver], form, thing):
            found.append(thing)
    return found


def is_shared(view: View, form: Form, thing: str, user: str, now: int) -> bool:
    """Tell whether a collection shares one thing with somebody."""
    return any(gives(view, giver, form, thing) for giver in rows.givers(view, form, thing, user, now))


def gives(view: View, giver: str, form: Form, thing: str) -> bool:
    """Tell whether a user may share a thing at this moment."""
    return _may(view, present(view, giver), form, thing)


def _may(view: View, giver: Actor | None, form: Form, thing: str) -> bool:
    if giver is None:
        return False
    try:
        require_giver(view, giver, form, thing)
    except Fault:
        return False
    return True
