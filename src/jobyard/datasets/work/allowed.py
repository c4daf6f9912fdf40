"""Whether somebody may still have what they asked for: asked anew when work begins, for it may have waited for long."""

from __future__ import annotations

from jobyard.access import rules
from jobyard.access.rules import House, Verb
from jobyard.datasets import rows
from jobyard.datasets.catalog.ground import shared_with
from jobyard.datasets.collection import Collection
from jobyard.datasets.record import Dataset
from jobyard.datasets.tables import collections
from jobyard.engine.standing import present
from jobyard.job.errors import Refused
from jobyard.job.record import Job
from jobyard.store.contract import View


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
    if thing is not None and not rules.may(owner, Verb.SUBMIT, thing):
        raise Refused(verb=f"work on {resource.name} any more")
