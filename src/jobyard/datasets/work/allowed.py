"""Whether somebody may still have what they asked for: asked anew when work begins, for it may have waited for long."""

from __future__ import annotations

from jobyard.access import rules
from jobyard.access.rules import House, Verb
from jobyard.datasets import rows, sight
from jobyard.datasets.catalog.ground import shared_with
from jobyard.datasets.collection import Collection
from jobyard.datasets.record import Dataset
from jobyard.datasets.tables import collections
from jobyard.engine.standing import present
from jobyard.job.errors import Refused
from jobyard.job.record import Job
from jobyard.people.record import Actor
from jobyard.store.contract import View

_PARTS = frozenset({"dataset.export", "dataset.import"})
"""The kinds of work that stay within one assignment where they name it."""


def may_work(view: View, actor: Actor, kind: str, thing: Dataset | Collection, assignment: int | None) -> bool:
    """Tell whether the actor may have such work done on something, or on the part of it that is assigned to them."""
    if rules.may(actor, Verb.SUBMIT, thing):
        return True
    if not isinstance(thing, Dataset):
        return False
    if sight.sees_to(view, actor, Verb.SUBMIT, thing):
        return True
    if assignment is None or kind not in _PARTS:
        return False
    return any(one.number == assignment for one in sight.own(view, actor, thing, Verb.SUBMIT))


def require_still(view: View, job: Job) -> None:
    """Raise Refused where a job's owner may not sign in any more, or may no longer work on what the job is about.

    What is gone is not told of here; whoever looks for it says so.
    """
    owner = present(view, job.owner)
    if owner is None:
        raise Refused(verb=f"have this done: {job.owner} may not sign in any more")
    resource = job.resource
    if resource is None:
        if job.kind == "backup.import":
            rules.require_house(owner, House.MAKE_PROJECTS)
            shared_with(view, owner, job.parameters.get("project"))
        return
    thing: Dataset | Collection | None = (
        collections.one(view, resource.id) if resource.type == "collection" else rows.dataset(view, resource.id)
    )
    if thing is not None and not may_work(view, owner, job.kind, thing, job.parameters.get("assignment")):
        raise Refused(verb=f"work on {resource.name} any more")
