"""What people see of a dataset since it, its collection or a part of it is assigned to them.

Who is given a part knows the dataset, its labels and its guide, and sees and annotates the part's frames. Who is given
the dataset, or its collection, sees all of it, annotates it and has work done on it; how it is called and labelled,
with whom it is shared and whether it stays is not theirs to say.
"""

from __future__ import annotations

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.datasets import rows
from jobyard.datasets.assignment import Assignment
from jobyard.datasets.collection import Collection
from jobyard.datasets.record import Dataset
from jobyard.datasets.tables import assignments, charges
from jobyard.job.errors import Refused
from jobyard.people.record import Actor
from jobyard.store.contract import View


def sees_to(view: View, actor: Actor, verb: Verb, home: Dataset | Collection) -> bool:
    """Tell whether the actor may do this to all of a dataset or a collection, also as whom it is assigned to."""
    if rules.may(actor, verb, home):
        return True
    homes = (home.id,) if isinstance(home, Collection) else (home.id, home.collection)
    return any(one is not None and rules.may_part(actor, verb, home, charges.of(view, one)) for one in homes)


def whole(view: View, actor: Actor, dataset: Dataset) -> bool:
    """Tell whether the actor sees all of a dataset."""
    return sees_to(view, actor, Verb.SEE, dataset)


def part(view: View, actor: Actor, verb: Verb, dataset: Dataset, assignee: str | None) -> bool:
    """Tell whether the actor may do this to the part of a dataset that is assigned to somebody."""
    return rules.may_part(actor, verb, dataset, assignee) or sees_to(view, actor, verb, dataset)


def own(view: View, actor: Actor, dataset: Dataset, verb: Verb = Verb.SEE) -> list[Assignment]:
    """Return the parts of a dataset assigned to the actor to which they may do this."""
    mine = assignments.within(view, dataset.number, actor.name)
    return [one for one in mine if rules.may_part(actor, verb, dataset, one.assignee)]


def knows(view: View, actor: Actor, dataset: Dataset) -> bool:
    """Tell whether the actor sees a dataset or a part of it."""
    return whole(view, actor, dataset) or bool(own(view, actor, dataset))


def knows_home(view: View, actor: Actor, home: Dataset | Collection) -> bool:
    """Tell whether the labels and the guide of a dataset or a collection are the actor's to see.

    Who works on a dataset in a collection needs the collection's.
    """
    if isinstance(home, Dataset):
        return knows(view, actor, home)
    if sees_to(view, actor, Verb.SEE, home):
        return True
    there = (rows.numbered(view, number) for number in charges.working_in(view, home.id, actor.name))
    return any(one is not None and knows(view, actor, one) for one in there)


def shown(view: View, actor: Actor, dataset: Dataset) -> list[Assignment]:
    """Return the assignments of a dataset that the actor sees, first one first."""
    return assignments.of(view, dataset.number) if whole(view, actor, dataset) else own(view, actor, dataset)


def require_frames(view: View, actor: Actor, dataset: Dataset, layer: int, first: int, last: int) -> None:
    """Raise Refused unless the actor may see what a layer says of a range of frames."""
    if not whole(view, actor, dataset) and not _holding(own(view, actor, dataset), layer, first, last):
        raise Refused(verb="see more of this dataset than is assigned to you")


def workable(view: View, actor: Actor, dataset: Dataset, layer: int) -> list[Assignment] | None:
    """Return the parts that the actor may annotate in a layer; None for all frames. Raises Refused for no part."""
    if sees_to(view, actor, Verb.EDIT, dataset):
        return None
    parts = [one for one in own(view, actor, dataset, Verb.EDIT) if one.layer == layer]
    if not parts:
        raise Refused(verb="annotate this dataset")
    return parts


def require_inside(parts: list[Assignment] | None, frames: set[int], replace: tuple[int, int] | None) -> None:
    """Raise Refused unless all of a change lies in parts that the actor may annotate."""
    if parts is None:
        return
    inside = replace is None or _holding(parts, parts[0].layer, *replace)
    if not inside or any(not any(part.holds(frame) for part in parts) for frame in frames):
        raise Refused(verb="annotate more of this dataset than is assigned to you")


def _holding(parts: list[Assignment], layer: int, first: int, last: int) -> bool:
    return any(one.layer == layer and one.first <= first and last <= one.last for one in parts)
