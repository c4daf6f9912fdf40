"""The job kind `quality.calculate`: compare annotations with the ground truth, a picture at a time."""

from __future__ import annotations

from typing import Any, ClassVar

from jobyard.datasets.messages import unpacked
from jobyard.datasets.work.messages import Subjects
from jobyard.datasets.work.parameters import QualityParameters
from jobyard.kinds import Context, Kind


class QualityCalculate(Kind):
    """Compares every frame of the ground truth and makes a report a dataset."""

    name: ClassVar[str] = "quality.calculate"
    title: ClassVar[str] = "Calculate quality"
    Parameters = QualityParameters
    results_for: ClassVar[float | None] = None

    def run(self, parameters: QualityParameters, context: Context) -> dict[str, Any]:
        """Return the scores together and by dataset. Raises Invalid where nothing has a ground truth."""
        from jobyard.datasets.work.judgement import Judgement

        subjects = unpacked(context.call("work.subjects"), Subjects)
        return Judgement(subjects, parameters.rules, context).result()
