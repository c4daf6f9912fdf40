"""Which dataset is meant by an id or a name, for somebody who may see some of them and not others."""

from __future__ import annotations

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.datasets import rows, sight
from jobyard.datasets.record import Dataset
from jobyard.datasets.tables import charges
from jobyard.job.errors import Conflict, NotFound, Refused
from jobyard.job.filters import Scope
from jobyard.job.ids import is_id
from jobyard.people.record import Actor
from jobyard.store.contract import View
from jobyard.store.text import storable


def found(view: View, actor: Actor, wanted: str) -> Dataset:
    """Return the dataset the actor means: by id; else their own of that name; else the only visible one.

    Raises NotFound, also for one that exists and is not visible, Refused for one of which they see no more than what is
    assigned to them, and Conflict when several visible ones have the name.
    """
    dataset = known(view, actor, wanted)
    if not sight.whole(view, actor, dataset):
        raise Refused(verb="see more of this dataset than is assigned to you")
    return dataset


def known(view: View, actor: Actor, wanted: str) -> Dataset:
    """Return the dataset the actor means, even if they only see what is assigned to them; whole ones go first.

    Raises NotFound or Conflict.
    """
    dataset = None
    if is_id(wanted):
        dataset = rows.dataset(view, wanted)
        if dataset is not None and sight.knows(view, actor, dataset):
            return dataset
    elif storable(wanted):
        scope = rules.scope(actor)
        own = rows.called(view, wanted, Scope(owner=actor.name), 1)
        visible = [one for one in own if rules.may(actor, Verb.SEE, one)] or rows.called(view, wanted, scope, 2)
        visible = visible or _assigned(view, actor, wanted)
        if len(visible) > 1:
            raise Conflict(reason=f"Several datasets are called {wanted}; name the one you mean by its id.")
        if visible:
            return visible[0]
    raise NotFound(what="dataset", name=wanted, unseen=dataset is not None)


def _assigned(view: View, actor: Actor, name: str) -> list[Dataset]:
    there = (rows.numbered(view, number) for number in charges.called(view, name, actor.name))
    return [one for one in there if one is not None and sight.knows(view, actor, one)]
