"""What several people said of the same frames, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jobyard.datasets.annotations import Annotations
from jobyard.datasets.assignment import Assignment
from jobyard.datasets.work.items import frames, stretches
from jobyard.datasets.work.messages import Subject
from jobyard.datasets.work.tables import Framed
from jobyard.kinds import Context


def side_by_side(
    context: Context, subject: Subject, wanted: Assignment, layers: Sequence[int]
) -> Iterator[tuple[Framed, list[Annotations]]]:
    """Yield each frame of an assignment that is there in every layer, with what was said of it in each.

    Frames that count as deleted are left out.
    """
    gone = frozenset(subject.gone)
    streams = [_spoken(context, subject, wanted, layer) for layer in layers]
    for first in streams[0]:
        heads = [first]
        for stream in streams[1:]:
            # A sample may have gone or come between two looks.
            head = next((one for one in stream if one[0].number >= first[0].number), None)
            if head is None or head[0].number != first[0].number:
                break
            heads.append(head)
        if len(heads) == len(streams) and first[0].number not in gone and wanted.holds(first[0].number):
            yield first[0], [said for _, said in heads]


def _spoken(context: Context, subject: Subject, wanted: Assignment, layer: int) -> Iterator[tuple[Framed, Annotations]]:
    for said in stretches(context, subject, wanted.first, wanted.last, layer):
        yield from frames(said)
