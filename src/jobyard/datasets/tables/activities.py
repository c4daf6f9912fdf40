"""Who did what to which dataset, and when: written with the change itself, read for reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from jobyard.datasets.annotations import Shape, Tag, Track
from jobyard.datasets.tables.annotations import Annotation
from jobyard.datasets.tables.statements import QUERIES
from jobyard.store.contract import Row, Transaction, View

_NAMES = {Tag: "tags", Shape: "shapes", Track: "tracks"}
EVER = 2**62
"""A time that nothing is later than."""


class Activity(Struct, frozen=True, array_like=True):
    """One sort of thing that somebody did in one change."""

    number: int
    """Counts the activities of this house; later ones have greater numbers."""
    dataset: int
    layer: int
    frame: int
    """The first frame it was about."""
    at: int
    who: str
    scope: str
    """What was done to what, such as `create:shapes`."""
    count: int
    """To how many."""
    duration: int = 0
    """Milliseconds it took, where that is known."""
    name: str = ""
    """Of a change of one thing: what of it was changed, such as `state`."""
    value: str = ""
    """What that is from then on."""


def tell(
    transaction: Transaction,
    now: int,
    who: str,
    place: tuple[int, int],
    changes: Iterable[tuple[str, Iterable[Annotation]]],
) -> None:
    """Write down a change of annotations: each verb with what it was done to. `place` is the dataset and the layer."""
    counts, frames = Counter[str](), dict[str, int]()
    touched = set[int]()
    for verb, ones in changes:
        for one in ones:
            scope = f"{verb}:{_NAMES[type(one)]}"
            counts[scope] += 1
            frames[scope] = min(frames.get(scope, one.frame), one.frame)
            touched.add(one.frame)
    if touched:
        counts["annotate:frames"], frames["annotate:frames"] = len(touched), min(touched)
    for scope, count in counts.items():
        note(transaction, Activity(0, *place, frames[scope], now, who, scope, count))


def forget(transaction: Transaction, before: int, limit: int) -> int:
    """Forget up to `limit` of the oldest activities that were before a time; return how many."""
    return len(transaction.rows(QUERIES["forget_activities"], {"before": before, "limit": limit}))


def note(transaction: Transaction, activity: Activity) -> None:
    """Write down something that was done."""
    transaction.run(
        QUERIES["insert_activity"],
        {
            "dataset": activity.dataset,
            "layer": activity.layer,
            "frame": activity.frame,
            "at": activity.at,
            "who": activity.who,
            "scope": activity.scope,
            "count": activity.count,
            "duration": activity.duration,
            "name": activity.name,
            "value": activity.value,
        },
    )


def of_dataset(
    view: View, dataset: int, behind: int, limit: int, span: tuple[int, int] = (0, EVER), who: str = ""
) -> list[Activity]:
    """Return what was done to a dataset, numbered above `behind`, within a span of time; by one person or by all."""
    parameters = {
        "dataset": dataset,
        "behind": behind,
        "limit": limit,
        "since": span[0],
        "until": span[1],
        "who": who,
    }
    return [_activity(row) for row in view.rows(QUERIES["activities_of_dataset"], parameters)]


def of_somebody(view: View, who: str, behind: int, limit: int, span: tuple[int, int] = (0, EVER)) -> list[Activity]:
    """Return what one person did, numbered above `behind`, within a span of time."""
    parameters = {"who": who, "behind": behind, "limit": limit, "since": span[0], "until": span[1]}
    return [_activity(row) for row in view.rows(QUERIES["activities_of_somebody"], parameters)]


def drop(transaction: Transaction, dataset: int) -> None:
    """Forget what was done to a dataset."""
    transaction.run(QUERIES["drop_activities"], {"dataset": dataset})


def _activity(row: Row) -> Activity:
    return Activity(*row)
