"""What was said of whole ranges of frames, counted and dropped by the database: memory grows with the frames alone.

A million annotations are let go or taken in within one transaction, and none of them is looked at one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from jobyard.datasets.annotations import Track, placed
from jobyard.datasets.tables import annotations as kept
from jobyard.datasets.tables import carried
from jobyard.datasets.work.tables import QUERIES
from jobyard.store.contract import Transaction, View

LAST = 2**31 - 1
_FRAMES_AT_ONCE = 5_000
_TRACKS_AT_ONCE = 500


def uses(view: View, dataset: int, layer: int, first: int = 0, last: int = LAST) -> Counter[int]:
    """Return how often each label was used in what begins in a range of frames."""
    return Counter(dict(view.rows(QUERIES["uses_between"], _range(dataset, layer, first, last))))


def touched(view: View, dataset: int, layer: int, first: int = 0, last: int = LAST) -> set[int]:
    """Return the frames in which what begins in a range is seen: a track in each key frame in which its thing is."""
    range_ = _range(dataset, layer, first, last)
    found = {frame for (frame,) in view.rows(QUERIES["frames_between"], range_)}
    for track in _tracks(view, dataset, layer, first, last):
        found |= carried.shown_in(track)
    return found


def placed_by_tracks(view: View, dataset: int, layer: int, first: int, last: int) -> set[int]:
    """Return the frames for which somebody placed the things whose tracks begin in a range of frames."""
    found = set[int]()
    for track in _tracks(view, dataset, layer, first, last):
        found |= placed(track)
    return found


def _tracks(view: View, dataset: int, layer: int, first: int, last: int) -> Iterator[Track]:
    numbers = [number for (number,) in view.rows(QUERIES["tracks_between"], _range(dataset, layer, first, last))]
    for start in range(0, len(numbers), _TRACKS_AT_ONCE):
        yield from kept.known(view, dataset, layer, numbers[start : start + _TRACKS_AT_ONCE]).values()  # type: ignore[misc]  # only tracks were asked for


def drop(transaction: Transaction, dataset: int, layer: int, first: int, last: int) -> None:
    """Remove what begins in a range of frames."""
    transaction.run(QUERIES["drop_between"], _range(dataset, layer, first, last))


def settle(transaction: Transaction, dataset: int, frames: Iterable[int], more: Mapping[int, int]) -> None:
    """Make true again what the samples of these frames carry, a part after the other; `more` is as in `carried`."""
    samples = [frame + 1 for frame in sorted(frames)]
    starts = range(0, len(samples), _FRAMES_AT_ONCE)
    stretches = [samples[start : start + _FRAMES_AT_ONCE] for start in starts]
    if stretches:
        carried.settle_anew(transaction, dataset, stretches, more)


def joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return ranges in their order, those that overlap as one."""
    found = list[tuple[int, int]]()
    for first, last in sorted(ranges):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def _range(dataset: int, layer: int, first: int, last: int) -> dict[str, int]:
    return {"dataset": dataset, "layer": layer, "first": first, "last": last}
