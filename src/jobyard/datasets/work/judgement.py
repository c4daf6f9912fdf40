"""Comparing what was said of datasets with their ground truths. Imported late: it calculates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec

from jobyard.datasets import rulebook
from jobyard.datasets.assignment import Assignment, AssignmentKind
from jobyard.datasets.formats.vocabulary import Vocabulary
from jobyard.datasets.geometry.comparing import Canvas
from jobyard.datasets.quality import report
from jobyard.datasets.quality.frames import FrameResult, Side, compared
from jobyard.datasets.quality.rules import Metric, QualityRules
from jobyard.datasets.quality.tally import Tally
from jobyard.datasets.work.items import count
from jobyard.datasets.work.messages import Subject, Subjects
from jobyard.datasets.work.spoken import side_by_side
from jobyard.job.errors import Invalid
from jobyard.kinds import Context

_MEDIA_TYPE = "application/json"
_TOLD = 200
"""Datasets that the result tells of one by one; the others are in the files only."""


class Judgement:
    """One job's way through its datasets."""

    def __init__(self, subjects: Subjects, rules: QualityRules | None, context: Context) -> None:
        self._rules = rules
        self._context = context
        self._whole = subjects
        self._true = [(one, truth) for one in subjects.datasets if (truth := _truth(one)) is not None]
        if not self._true:
            raise Invalid(reason=f"{subjects.name} has no ground truth to compare with.")
        self._total = sum(count([one], truth) for one, truth in self._true)
        self._done = 0

    def result(self) -> dict[str, Any]:
        """Write a report for each dataset and return what they say together."""
        whole, told = Tally(), list[dict[str, Any]]()
        for subject, truth in self._true:
            tally, facts = self._judge(subject, truth)
            whole.add(tally)
            told.append(facts)
        self._context.progress(self._done, self._done)
        return {
            **_scores(whole, self._together()),
            "number": self._context.job.number,
            "reports": told[:_TOLD],
        }

    def _together(self) -> QualityRules:
        """Return by which rules all datasets together are good enough."""
        if self._rules is not None:
            return self._rules
        if len(self._whole.datasets) == 1:
            return self._for(self._whole.datasets[0])
        return rulebook.quality_rules(self._whole.settings, None)

    def _for(self, subject: Subject) -> QualityRules:
        return self._rules or rulebook.quality_rules(subject.settings, subject.wider)

    def _judge(self, subject: Subject, truth: Assignment) -> tuple[Tally, dict[str, Any]]:
        name = f"quality_{subject.number}.json"
        rules = self._for(subject)
        vocabulary = Vocabulary(subject.labels)
        names = [label.name for label in vocabulary.labels]
        parts = defaultdict[int, Tally](Tally)
        target = self._context.result_file(name, _MEDIA_TYPE)
        results = self._compared(subject, truth, vocabulary, parts)
        with target.open("wb") as out:
            tally = report.write(out, rules, names, results, count([subject]))
        facts = {
            "dataset": subject.id,
            "number": subject.number,
            "name": subject.name,
            "report": name,
            **_scores(tally, rules),
        }
        jobs = {str(number): _scores(part, rules) for number, part in sorted(parts.items())}
        by_job = self._context.result_file(f"quality_{subject.number}_assignments.json", _MEDIA_TYPE)
        by_job.write_bytes(msgspec.json.encode(jobs))
        return tally, facts

    def _compared(
        self, subject: Subject, truth: Assignment, vocabulary: Vocabulary, parts: dict[int, Tally]
    ) -> Iterator[FrameResult]:
        own = [one for one in subject.assignments if one.kind is AssignmentKind.ANNOTATION]
        rules = self._for(subject)
        left_out = frozenset(rulebook.quality_settings(subject.settings).left_out)
        for framed, (given, true) in side_by_side(self._context, subject, truth, (0, truth.layer)):
            if framed.number in left_out:
                continue
            job = next((one.number for one in own if one.holds(framed.number)), 0)
            result = compared(
                framed.number,
                Side(annotations=given, job=job),
                Side(annotations=true, job=truth.number),
                Canvas(framed.width, framed.height),
                vocabulary,
                rules,
            )
            parts[job].add(result.tally)
            self._done += 1
            self._context.progress(self._done, max(self._total, self._done), subject.name)
            yield result


def _truth(subject: Subject) -> Assignment | None:
    return next((one for one in subject.assignments if one.kind is AssignmentKind.GROUND_TRUTH), None)


def _scores(tally: Tally, rules: QualityRules) -> dict[str, Any]:
    """Return the numbers that people look at first."""
    metrics = {Metric.ACCURACY: tally.accuracy, Metric.PRECISION: tally.precision, Metric.RECALL: tally.recall}
    return {
        "frames": tally.frames,
        **{metric.value: round(value, 6) for metric, value in metrics.items()},
        "passed": metrics[rules.target_metric] >= rules.target_metric_threshold,
        "errors": tally.errors,
        "warnings": tally.warnings,
    }
