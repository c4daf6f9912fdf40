"""The job kind `consensus.merge`: make one truth of what several people said of the same frames."""

from __future__ import annotations

from typing import Any, ClassVar

from jobyard.datasets.messages import unpacked
from jobyard.datasets.work.messages import Subjects
from jobyard.datasets.work.parameters import MergeParameters
from jobyard.kinds import Context, Kind


class ConsensusMerge(Kind):
    """Merges everything first; then it replaces what was said in the merged assignments, all at once."""

    name: ClassVar[str] = "consensus.merge"
    title: ClassVar[str] = "Merge replicas"
    Parameters = MergeParameters
    results_for: ClassVar[float | None] = None

    def run(self, parameters: MergeParameters, context: Context) -> dict[str, Any]:
        """Return how much was merged and how far the replicas agree. Raises Invalid where there are none."""
        from jobyard.datasets.work.union import Union

        subjects = unpacked(context.call("work.subjects"), Subjects)
        return Union(subjects, parameters.rules, context).result()
