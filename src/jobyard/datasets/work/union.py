"""Merging the replicas of assignments. Imported late: it calculates."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import IO, Any

import msgspec

from jobyard.datasets import packing, rulebook
from jobyard.datasets.annotations import Annotations
from jobyard.datasets.assignment import Assignment, AssignmentKind, Stage, Work
from jobyard.datasets.consensus.agreement import Agreement
from jobyard.datasets.consensus.merging import merged
from jobyard.datasets.consensus.rules import ConsensusRules
from jobyard.datasets.geometry.comparing import Canvas
from jobyard.datasets.messages import packed
from jobyard.datasets.work.items import count
from jobyard.datasets.work.messages import Aside, Subjects, United
from jobyard.datasets.work.parcels import Parcels
from jobyard.datasets.work.spoken import side_by_side
from jobyard.job.errors import Invalid
from jobyard.kinds import Context

_TOLD = 200
"""Assignments and labels that the result tells of one by one."""
PICTURES = "pictures.jsonl"
"""The file that tells of each picture how sure the replicas are of it."""


class Union:
    """One job's way through the assignments that have replicas."""

    def __init__(self, subjects: Subjects, rules: ConsensusRules | None, context: Context) -> None:
        self._subject = subjects.datasets[0]
        self._rules = rules or rulebook.consensus_rules(self._subject.settings)
        self._context = context
        chosen = subjects.assignment
        replicas = [one for one in self._subject.assignments if one.kind is AssignmentKind.REPLICA]
        parents = [one for one in self._subject.assignments if chosen is None or one.number == chosen.number]
        pairs = ((parent, [one for one in replicas if one.parent == parent.number]) for parent in parents)
        with_replicas = [(parent, own) for parent, own in pairs if own]
        if not with_replicas:
            raise Invalid(reason=f"{subjects.name} has no replicas to merge.")
        self._work = [(parent, own) for parent, own in with_replicas if parent.stage is Stage.ANNOTATION]
        if not self._work:
            raise Invalid(reason=f"{subjects.name} is past its annotation; merging would replace what was checked.")
        self._total = sum(count([self._subject], parent) for parent, _ in self._work)
        self._done = 0
        self._handed = 0
        """Parcels that were handed over."""
        self._parcels = Parcels()
        self._dissents = Counter[str]()
        self._names = {label.number: label.name for label in self._subject.labels}
        self._sure = defaultdict[int, list[float]](lambda: [0.0, 0.0])

    def result(self) -> dict[str, Any]:
        """Merge, hand over, and return what came out."""
        while self._context.call("work.begin"):
            self._context.check()
        told = list[dict[str, Any]]()
        target = self._context.result_file("dissents.jsonl", "application/x-ndjson")
        pictures = self._context.result_file(PICTURES, "application/x-ndjson")
        with target.open("wb") as out, pictures.open("wb") as beside:
            for parent, replicas in self._work:
                facts = self._merge(parent, replicas, out, beside)
                told += [] if facts is None else [facts]
        if not told:
            raise Invalid(reason="Nobody has begun with the replicas; there is nothing to merge yet.")
        self._hand_over(self._parcels.rest())
        self._context.progress(self._done, self._done, "keeping what was merged")
        parents = [facts["assignment"] for facts in told]
        kept = int(self._context.call("work.unite", packed(United(assignments=parents))))
        return {
            "frames": self._done,
            "annotations": kept,
            "dissents": dict(self._dissents),
            "assignments": told[:_TOLD],
            "labels": self._by_label()[:_TOLD],
        }

    def _by_label(self) -> list[dict[str, Any]]:
        """Return how sure the replicas are of the things of each label, the least sure first."""
        told = [
            {"label": self._names.get(label, str(label)), "things": int(things), "agreement": round(sum_ / things, 6)}
            for label, (things, sum_) in self._sure.items()
        ]
        return sorted(told, key=lambda one: (one["agreement"], one["label"]))

    def _merge(
        self, parent: Assignment, replicas: list[Assignment], out: IO[bytes], beside: IO[bytes]
    ) -> dict[str, Any] | None:
        """Return what came out; None where nobody has begun with the replicas: they shall replace nothing."""
        begun = any(one.state is not Work.NEW for one in replicas)
        agreement = Agreement.of(len(replicas))
        layers = [one.layer for one in replicas]
        encode = msgspec.json.Encoder().encode
        for framed, said in side_by_side(self._context, self._subject, parent, layers):
            found = merged(framed.number, said, Canvas(framed.width, framed.height), self._rules)
            agreement.add(found.agreement)
            begun = begun or any(one.tags or one.shapes or one.tracks for one in said)
            for dissent in found.dissents:
                self._dissents[dissent.type.value] += 1
                shapes = [{"assignment": replicas[place].number, "number": number} for place, number in dissent.shapes]
                out.write(encode({"frame": dissent.frame, "type": dissent.type, "annotations": shapes}) + b"\n")
            beside.write(encode(self._sureness(framed.number, found.things)) + b"\n")
            self._hand_over(self._parcels.add(found.annotations))
            self._done += 1
            self._context.progress(self._done, max(self._total, self._done))
        if not begun:
            return None
        return {
            "assignment": parent.number,
            "replicas": [one.number for one in replicas],
            "agreement": [[round(value, 6) for value in row] for row in agreement.table()],
            "scores": [round(score, 6) for score in agreement.scores()],
        }

    def _sureness(self, frame: int, things: Sequence[tuple[int, float]]) -> dict[str, Any]:
        """Return how sure the replicas are of a picture, and count it for the labels."""
        for label, score in things:
            sums = self._sure[label]
            sums[0] += 1
            sums[1] += score
        mean = sum(score for _, score in things) / len(things) if things else 1.0
        return {"frame": frame, "things": len(things), "agreement": round(mean, 6)}

    def _hand_over(self, parcels: Iterable[Annotations]) -> None:
        for parcel in parcels:
            self._context.call("work.aside", packed(Aside(place=self._handed, said=packing.packed(parcel))))
            self._handed += 1
