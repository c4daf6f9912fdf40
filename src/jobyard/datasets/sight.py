"""What people see of a dataset since a part of it is assigned to them: the part, and what they need to work on it.

They know the dataset, its labels and its guide, and see and annotate their frames. All else is for those who see all of
the dataset.
"""

from __future__ import annotations

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.datasets import rows
from jobyard.datasets.assignment import Assignment
from jobyard.datasets.collection import Collection
from jobyard.datasets.record import Dataset
from jobyard.datasets.tables import assignments
from jobyard.job.errors import Refused
from jobyard.people.record import Actor
from jobyard.store.contract import View


def whole(actor: Actor, dataset: Dataset) -> bool:
    """Tell whether the actor sees all of a dataset."""
    return rules.may(actor, Verb.SEE, dataset)


def own(view: View, actor: Actor, dataset: Dataset, verb: Verb = Verb.SEE) -> list[Assignment]:
    """Return the parts of a dataset assigned to the actor to which they may do this."""
    mine = assignments.within(view, dataset.number, actor.name)
    return [one for one in mine if rules.may_part(actor, verb, dataset, one.assignee)]


def knows(view: View, actor: Actor, dataset: Dataset) -> bool:
    """Tell whether the actor sees a dataset or a part of it."""
    return whole(actor, dataset) or bool(own(view, actor, dataset))


def knows_home(view: View, actor: Actor, home: Dataset | Collection) -> bool:
    """Tell whether the labels and the guide of a dataset or a collection are the actor's to see.

    Who works on a dataset in a collection needs the collection's.
    """
    if rules.may(actor, Verb.SEE, home):
        return True
    if isinstance(home, Dataset):
        return knows(view, actor, home)
    there = (rows.numbered(view, number) for number in assignments.places(view, actor.name))
    return any(one is not None and one.collection == home.id and knows(view, actor, one) for one in there)


def shown(view: View, actor: Actor, dataset: Dataset) -> list[Assignment]:
    """Return the assignments of a dataset that the actor sees, first one first."""
    return assignments.of(view, dataset.number) if whole(actor, dataset) else own(view, actor, dataset)


def require_frames(view: View, actor: Actor, dataset: Dataset, layer: int, first: int, last: int) -> None:
    """Raise Refused unless the actor may see what a layer says of a range of frames."""
    if not whole(actor, dataset) and not _holding(own(view, actor, dataset), layer, first, last):
        raise Refused(verb="see more of this dataset than is assigned to you")


def workable(view: View, actor: Actor, dataset: Dataset, layer: int) -> list[Assignment] | None:
    """Return the parts that the actor may annotate in a layer; None for all frames. Raises Refused for no part."""
    if rules.may(actor, Verb.EDIT, dataset):
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
