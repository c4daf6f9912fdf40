"""Whether shapes that belong together for one annotator do so for the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from jobyard.datasets.annotations import Shape


def disagreeing(
    given: Sequence[Shape], true: Sequence[Shape], same: Sequence[tuple[Shape, Shape]], threshold: float
) -> Iterator[tuple[Shape, Shape]]:
    """Yield the pairs of the same thing whose groups have too few members in common.

    Two groups agree by the members that are the same things, over all members of both. A shape in no group is one by
    itself.
    """
    sizes = tuple(Counter(shape.group for shape in side if shape.group) for side in (given, true))
    common = Counter((ours.group, theirs.group) for ours, theirs in same if ours.group and theirs.group)
    for ours, theirs in same:
        if not ours.group and not theirs.group:
            continue
        one = sizes[0][ours.group] if ours.group else 1
        other = sizes[1][theirs.group] if theirs.group else 1
        both = common[ours.group, theirs.group] if ours.group and theirs.group else 1
        if both / (one + other - both) < threshold:
            yield ours, theirs
