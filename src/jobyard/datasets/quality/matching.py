"""Which annotation of one side is which of the other."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from jobyard.datasets.geometry.arrays import Bits, Numbers


class Pairs(Struct, frozen=True, kw_only=True):
    """Who belongs together, by places: ours, then theirs."""

    same: tuple[tuple[int, int], ...]
    """One thing, one label."""
    confused: tuple[tuple[int, int], ...]
    """One thing, two labels."""
    extra: tuple[int, ...]
    """Ours without a partner."""
    missing: tuple[int, ...]
    """Theirs without a partner."""


def paired(table: Numbers, labels_agree: Bits, threshold: float) -> Pairs:
    """Pair rows with columns so that the sum of their agreements is the greatest (the Hungarian method, Kuhn 1955).

    Those of one label are paired first, then what is left over; a pair needs at least the threshold's agreement.
    """
    same = _assigned(np.where(labels_agree, table, -1.0), threshold)
    rows, columns = {row for row, _ in same}, {column for _, column in same}
    rest = table.copy()
    rest[sorted(rows), :] = -1.0
    rest[:, sorted(columns)] = -1.0
    confused = _assigned(rest, threshold)
    rows |= {row for row, _ in confused}
    columns |= {column for _, column in confused}
    return Pairs(
        same=tuple(same),
        confused=tuple(confused),
        extra=tuple(row for row in range(table.shape[0]) if row not in rows),
        missing=tuple(column for column in range(table.shape[1]) if column not in columns),
    )


def _assigned(table: Numbers, threshold: float) -> list[tuple[int, int]]:
    """Return the pairs that reach the threshold; what does not is worth nothing, so it never displaces what does."""
    from scipy.optimize import linear_sum_assignment

    enough = (table >= threshold) & (table >= 0)
    if not enough.any():
        return []
    # A pair that just reaches a threshold of 0 is still worth more than none.
    rows, columns = linear_sum_assignment(np.where(enough, table + 1e-9, 0.0), maximize=True)
    return [(row, column) for row, column in zip(rows.tolist(), columns.tolist(), strict=True) if enough[row, column]]
