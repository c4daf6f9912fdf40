"""Points and skeletons: object keypoint similarity."""

from __future__ import annotations

import numpy as np

from jobyard.datasets.geometry.arrays import Bits, Numbers


def similarity(ours: Numbers, theirs: Numbers, sigma: float, scale: float, visible: tuple[Bits, Bits]) -> float:
    """Return how near points lie to those of the same place in another list; 1 for the same points.

    COCO's object keypoint similarity: the sum of exp(-d^2 / (2 s k^2)) with k = 2 sigma over the points seen in both,
    divided by the number of points seen in either (cocodataset.org, keypoint evaluation).
    """
    seen, seen_once = visible[0] & visible[1], visible[0] | visible[1]
    count = int(np.count_nonzero(seen_once))
    if not count:
        return 1.0
    return float(_near(((ours - theirs) ** 2).sum(axis=1), sigma, scale)[seen].sum()) / count


def best_similarity(ours: Numbers, theirs: Numbers, sigma: float, scale: float) -> float:
    """Return the similarity of two lists without order and maybe of different lengths.

    Points are paired so that the sum is greatest (the Hungarian method, Kuhn 1955); one without a partner counts as
    missed.
    """
    from scipy.optimize import linear_sum_assignment

    near = _near(((ours[:, None, :] - theirs[None, :, :]) ** 2).sum(axis=2), sigma, scale)
    rows, columns = linear_sum_assignment(near, maximize=True)
    return float(near[rows, columns].sum()) / max(len(ours), len(theirs))


def _near(distances: Numbers, sigma: float, scale: float) -> Numbers:
    spread = 2 * scale * (2 * sigma) ** 2
    if spread <= 0:
        return np.asarray(distances == 0, dtype=np.float64)
    with np.errstate(over="ignore"):  # farther off than any number says is not near
        return np.asarray(np.exp(-distances / spread), dtype=np.float64)
