"""What agents tell of their machines, and how long tasks wait in queues, by stretches of time."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.experiments.ground import Ground, scope_of
from jobyard.experiments.lines import line_found
from jobyard.experiments.rows import AGENTS, listed
from jobyard.job.clock import SECOND
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View
from jobyard.store.text import storable

KEPT = 30 * 86_400 * SECOND
"""How long samples are kept."""
WHOLE = "total"
"""The variant of a metric that has one value alone."""
ACTIVE = ""
"""The metric that tells whether an agent ran a task."""
_SAMPLES = 500
"""The most values of one report."""
_NAME = 100
_LOOKED_AT = 5_000
"""How many tasks that waited are looked at, the newest first."""


class Stretch(NamedTuple):
    """A time that is looked at in parts of the same width, in microseconds."""

    since: int
    until: int
    width: int

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return max(0, -(-(self.until - self.since) // self.width))


class Sample(NamedTuple):
    """What is known together of the values of one part of time."""

    place: int
    values: int
    total: float
    least: float
    most: float

    def with_(self, other: Sample) -> Sample:
        """Return what is known of these values and others."""
        least, most = min(self.least, other.least), max(self.most, other.most)
        return Sample(self.place, self.values + other.values, self.total + other.total, least, most)


class Heard(NamedTuple):
    """How many agents were heard in one part of time, and how many of them ran a task."""

    place: int
    agents: int
    active: int


class Waited(NamedTuple):
    """How many tasks waited in one part of time, and for how many microseconds by its end, in the mean."""

    place: int
    tasks: int
    mean: float


class Machines:
    """Reads what agents told."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def measured(self, actor: Actor, agents: Sequence[str]) -> list[str]:
        """Return the metrics that agents told of."""
        rules.require_house(actor, House.SEE_QUEUES)

        def work(view: View) -> list[str]:
            return sorted(row[0] for row in view.rows(AGENTS["measured"], {"agents": listed(agents)}))

        return await self._ground.search(work)

    async def samples(
        self, actor: Actor, agents: Sequence[str], metrics: Sequence[str], stretch: Stretch
    ) -> dict[tuple[str, str], dict[str, list[Sample]]]:
        """Return what agents told, by agent and metric and then by variant; nothing where one told nothing."""
        rules.require_house(actor, House.SEE_QUEUES)

        def work(view: View) -> dict[tuple[str, str], dict[str, list[Sample]]]:
            told: dict[tuple[str, str], dict[str, list[Sample]]] = {}
            values = {"agents": listed(agents), "metrics": listed(metrics), **stretch._asdict()}
            for agent, metric, variant, *sample in view.rows(AGENTS["samples"], values):
                told.setdefault((agent, metric), {}).setdefault(variant, []).append(Sample(*sample))
            return told

        return await self._ground.search(work)

    async def activity(self, actor: Actor, stretch: Stretch) -> list[Heard]:
        """Return how many agents were heard in each part of a time in which any was."""
        rules.require_house(actor, House.SEE_QUEUES)
        values = stretch._asdict()
        return await self._ground.search(lambda view: [Heard(*row) for row in view.rows(AGENTS["activity"], values)])

    async def waited(self, actor: Actor, queue: str, stretch: Stretch) -> list[Waited]:
        """Return how tasks that the actor sees waited in a queue, in each part of a time in which any did.

        A task is known to have waited before it began last; those that were taken out of line are not. Raises
        LineNotFound.
        """
        rules.require_house(actor, House.SEE_QUEUES)
        scope, now = scope_of(actor), self._ground.now()

        def work(view: View) -> list[Waited]:
            values = {
                "queue": line_found(view, queue).name,
                "since": stretch.since,
                "until": stretch.until,
                "limit": _LOOKED_AT,
            }
            found = [
                (joined, left)
                for owner, project, joined, left in view.rows(AGENTS["waited_in"], values)
                if scope.everything or owner == scope.owner or project in scope.projects
            ]
            return list(_waited(found, stretch, now))

        return await self._ground.search(work)


def put(transaction: Transaction, agent: str, at: int, told: Mapping[str, Any], *, active: bool) -> None:
    """Write down what an agent told of its machine, and whether it runs a task. What is no number is passed over."""
    samples = [(ACTIVE, ACTIVE, float(active)), *_numbers(told)][:_SAMPLES]
    transaction.run_many(
        AGENTS["put_sample"],
        [
            {"agent": agent, "metric": metric, "variant": variant, "at": at, "value": value}
            for metric, variant, value in samples
        ],
    )


def forget(transaction: Transaction, now: int) -> None:
    """Forget what was kept for long enough."""
    transaction.run(AGENTS["forget_samples"], {"before": now - KEPT})


def _numbers(told: Mapping[str, Any]) -> Iterator[tuple[str, str, float]]:
    for metric, said in told.items():
        if not metric or len(metric) > _NAME or not storable(metric):
            continue
        several = enumerate(said) if isinstance(said, list) else [(WHOLE, said)]
        for variant, value in several:
            # Numbers may be written that no float holds.
            if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= sys.float_info.max:
                yield metric, str(variant), float(value)


def _waited(found: Iterable[tuple[int, int | None]], stretch: Stretch, now: int) -> Iterator[Waited]:
    waits = list(found)
    for place in range(stretch.parts):
        begins = stretch.since + place * stretch.width
        ends = min(begins + stretch.width, stretch.until, now)
        spans = [
            min(left or now, ends) - joined
            for joined, left in waits
            if joined < ends and (left is None or left >= begins)
        ]
        if spans:
            yield Waited(place, len(spans), sum(spans) / len(spans))
