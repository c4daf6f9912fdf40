"""How annotations that running work hands over are looked over and written: nothing of a parcel, or all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from jobyard.datasets import packing
from jobyard.datasets.annotation_checks import FRAME_LIMIT, check_annotations, check_frames, frames
from jobyard.datasets.labels import Label, LabelKind
from jobyard.datasets.packing import Box, Packed
from jobyard.datasets.tables import annotations as kept
from jobyard.datasets.tables import samples
from jobyard.job.errors import Invalid
from jobyard.store.contract import Transaction

Holds = Callable[[int], bool]


def take_in(
    transaction: Transaction,
    place: tuple[int, int],
    said: Packed,
    known: Mapping[int, Label],
    holds: Holds | None = None,
) -> None:
    """Write annotations into a dataset's layer; `holds` tells which frames they may be on.

    Raises Invalid naming the first that does not fit the labels, the frames or itself.
    """
    dataset, layer = place
    boxes = packing.boxes(said)
    if boxes is not None and _fit(transaction, dataset, boxes, known, holds):
        kept.insert_boxes(transaction, dataset, layer, boxes)
        return
    try:
        spoken = said.annotations()
    except msgspec.MsgspecError as error:
        raise Invalid(reason=f"The annotations cannot be read: {error}.") from None
    check_annotations(spoken, known)
    check_frames(spoken, _there(transaction, dataset, {frame for _, _, frame in frames(spoken)}, holds), 0, FRAME_LIMIT)
    kept.insert(transaction, dataset, layer, spoken)


def _fit(
    transaction: Transaction, dataset: int, boxes: list[Box], known: Mapping[int, Label], holds: Holds | None
) -> bool:
    """Tell whether there is nothing to complain of; what it is that there is, the slower look tells."""
    plain = {number for number, label in known.items() if label.kind is not LabelKind.SKELETON}
    if not {box.label for box in boxes} <= plain:
        return False
    named = {box.frame for box in boxes}
    return len(_there(transaction, dataset, named, holds)) == len(named)


def _there(transaction: Transaction, dataset: int, named: set[int], holds: Holds | None) -> set[int]:
    """Return those of the frames that there are."""
    there = {number - 1 for number in samples.known(transaction, dataset, {frame + 1 for frame in named})}
    return there if holds is None else {frame for frame in there if holds(frame)}
