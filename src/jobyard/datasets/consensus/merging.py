"""Merging the replicas of one picture."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from jobyard.datasets.annotations import Annotations, Shape, Source, Tag
from jobyard.datasets.consensus import voting
from jobyard.datasets.consensus.agreement import Agreement
from jobyard.datasets.consensus.clusters import Cluster, clusters
from jobyard.datasets.consensus.dissents import DissentType
from jobyard.datasets.consensus.rules import ConsensusRules
from jobyard.datasets.geometry.comparing import Canvas


class Dissent(Struct, frozen=True, kw_only=True):
    """Something on which the replicas do not agree."""

    frame: int
    type: DissentType
    shapes: tuple[tuple[int, int], ...]
    """Whose (a replica's place) and which (an annotation's number)."""


class Merged(Struct, frozen=True, kw_only=True):
    """What the replicas of one picture came to."""

    annotations: Annotations
    dissents: tuple[Dissent, ...]
    agreement: Agreement
    things: tuple[tuple[int, float], ...]
    """Each thing that any replica has: what most call it, and how sure they are together."""


def merged(frame: int, replicas: Sequence[Annotations], canvas: Canvas, rules: ConsensusRules) -> Merged:
    """Merge what several replicas say of a picture. Each shape's score tells how sure they are together."""
    return _Frame(frame, replicas, canvas, rules).merged()


class _Frame:
    def __init__(self, frame: int, replicas: Sequence[Annotations], canvas: Canvas, rules: ConsensusRules) -> None:
        self._frame, self._replicas, self._canvas, self._rules = frame, replicas, canvas, rules
        self._needed = rules.votes(len(replicas))
        self._dissents: list[Dissent] = []
        self._things: list[tuple[int, float]] = []

    def merged(self) -> Merged:
        found = list(clusters([one.shapes for one in self._replicas], self._canvas, self._rules))
        settled = [(cluster, self._settled(cluster)) for cluster in found]
        kept = [(cluster, shape) for cluster, shape in settled if shape is not None]
        agreement = Agreement.of(len(self._replicas))
        agreement.count(found, [one.tags for one in self._replicas])
        annotations = Annotations(tags=tuple(self._tags()), shapes=tuple(_grouped(kept)))
        return Merged(
            annotations=annotations,
            dissents=tuple(self._dissents),
            agreement=agreement,
            things=tuple(self._things),
        )

    def _settled(self, cluster: Cluster) -> Shape | None:
        members = cluster.members
        said = voting.verdict(cluster, len(self._replicas))
        self._things.append((said.label, said.score))
        if len(members) < self._needed:
            return self._dropped(DissentType.NO_QUORUM, cluster)
        if said.votes < self._needed:
            return self._dropped(DissentType.LABEL, cluster)
        if said.score < self._rules.agreement_score_threshold:
            return self._dropped(DissentType.LOW_SCORE, cluster)
        chosen = members[said.chosen].shape
        camp = [member.shape.attributes for member in members if member.shape.label == said.label]
        attributes, disputed = voting.values(camp, chosen.attributes)
        if disputed:
            self._doubt(DissentType.ATTRIBUTE, cluster)
        return replace(
            chosen,
            number=0,
            frame=self._frame,
            source=Source.CONSENSUS,
            score=said.score,
            attributes=attributes,
            parts=tuple(replace(part, number=0) for part in chosen.parts),
        )

    def _doubt(self, type_: DissentType, cluster: Cluster) -> None:
        shapes = tuple((member.replica, member.shape.number) for member in cluster.members)
        self._dissents.append(Dissent(frame=self._frame, type=type_, shapes=shapes))

    def _dropped(self, type_: DissentType, cluster: Cluster) -> Shape | None:
        self._doubt(type_, cluster)
        return None

    def _tags(self) -> list[Tag]:
        """Keep each label that enough replicas put on the picture; twice by one counts once."""
        votes = defaultdict[int, dict[int, Tag]](dict)
        for replica, said in enumerate(self._replicas):
            for tag in said.tags:
                votes[tag.label].setdefault(replica, tag)
        kept = []
        for label in sorted(votes):
            tags = votes[label]
            score = len(tags) / len(self._replicas)
            self._things.append((label, score))
            if len(tags) < self._needed or score < self._rules.agreement_score_threshold:
                shapes = tuple((replica, tag.number) for replica, tag in tags.items())
                self._dissents.append(Dissent(frame=self._frame, type=DissentType.NO_QUORUM, shapes=shapes))
                continue
            first = next(iter(tags.values()))
            attributes, _ = voting.values([tag.attributes for tag in tags.values()], first.attributes)
            kept.append(
                replace(
                    first,
                    number=0,
                    frame=self._frame,
                    group=0,
                    source=Source.CONSENSUS,
                    score=score,
                    attributes=attributes,
                )
            )
        return kept


def _grouped(kept: Sequence[tuple[Cluster, Shape]]) -> list[Shape]:
    """Return the shapes in new groups: they belong together when the replica they were taken from says so."""
    owners = []
    for cluster, shape in kept:
        chosen = next(
            member
            for member in cluster.members
            if member.shape.points == shape.points and member.shape.label == shape.label
        )
        owners.append((chosen.replica, shape.group) if shape.group else None)
    sizes = Counter(owner for owner in owners if owner)
    numbers = {owner: number for number, owner in enumerate((one for one in sizes if sizes[one] > 1), 1)}
    return [
        replace(shape, group=numbers.get(owner, 0) if owner else 0)
        for (_, shape), owner in zip(kept, owners, strict=True)
    ]
