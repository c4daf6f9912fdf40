"""What is counted for those who watch the house: Prometheus metrics in a registry of their own.

Labels are words from short lists (kinds, queues, routes, states), never names of people or jobs; beyond a limit they
are gathered under `other`.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Collection, Mapping
from typing import TypeVar, cast

import prometheus_client
from msgspec import Struct
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from jobyard.job.clock import SECOND
from jobyard.job.events import Event, EventType
from jobyard.job.record import Job
from jobyard.job.states import State

MEDIA_TYPE = prometheus_client.CONTENT_TYPE_LATEST
OTHER = "other"
"""Stands for all that has no label of its own."""
M = TypeVar("M", Counter, Histogram)

QUEUES_LIMIT = 100
"""The most queues with a label of their own, the fullest first."""
ROUTES_LIMIT = 300
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_LONG = (0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400)
_BATCH = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_ENDS = frozenset({EventType.FINISHED, EventType.FAILED, EventType.BACKED_OFF, EventType.CANCELLED})


class Standing(Struct, frozen=True, kw_only=True):
    """How the house stands at one moment."""

    jobs: Mapping[tuple[str, State], int]
    """By queue and state."""
    workers: Mapping[str, int]
    """By `alive`, `draining` and `gone`."""
    paused: int
    blobs: int
    database: int
    free: int
    log: int
    readers: int
    webhooks: Mapping[str, int]
    """By `active`, `failing` and `paused`."""
    deliveries: int
    """What is still to be told to the receivers of webhooks."""


class Meters:
    """All counters of one process. Safe to be told from any thread."""

    def __init__(self, kinds: Collection[str], version: str) -> None:
        self._kinds = frozenset(kinds)
        self._routes: set[str] = set()
        self._children: dict[tuple[int | str, ...], Counter | Histogram] = {}
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._gauges = self._made_gauges()
        self._gauges["info"].labels(version).set(1)
        self._events = self._counter("job_events", "What happened to jobs.", "event", "kind")
        self._failures = self._counter("job_failures", "Attempts that ended badly.", "kind", "reason")
        self._waits = self._histogram("job_wait_seconds", "From joining the line to being claimed.", _LONG, "kind")
        self._runs = self._histogram("job_run_seconds", "From the beginning of an attempt to its end.", _LONG, "kind")
        self._requests = self._counter("http_requests", "Requests that were answered.", "method", "route", "status")
        self._answers = self._histogram(
            "http_answer_seconds", "From a request to the beginning of its answer.", _QUICK, "route"
        )
        self._tries = self._counter("webhook_tries", "Tries to tell an event to a receiver.", "outcome")
        self._tellings = self._histogram("webhook_answer_seconds", "From such a try to its end.", _QUICK)
        self._writes = self._histogram("store_write_seconds", "From asking for a write to its being durable.", _QUICK)
        self._commits = self._histogram("store_commit_seconds", "One commit of the database.", _QUICK)
        self._batches = self._histogram("store_commit_works", "Writes that shared one commit.", _BATCH)

    def happened(self, event: Event, job: Job | None) -> None:
        """Count an event; `job` is the job after it."""
        kind = self._kind(job)
        self._child(self._events, event.type.value, kind).inc()
        if job is None:
            return
        if event.type is EventType.CLAIMED and job.started_at is not None and job.queued_at is not None:
            self._child(self._waits, kind).observe(max(0, job.started_at - job.queued_at) / SECOND)
        if event.type in _ENDS and job.started_at is not None and event.attempt > 0:
            began = job.begun_at or job.started_at
            self._child(self._runs, kind).observe(max(0, event.at - began) / SECOND)
        if event.type in {EventType.FAILED, EventType.BACKED_OFF} and job.failure is not None:
            self._child(self._failures, kind, job.failure.reason.value).inc()

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; `route` is the pattern of its address, empty where none fits."""
        if route not in self._routes:
            if len(self._routes) >= ROUTES_LIMIT:
                route = OTHER
            self._routes.add(route)
        route = route or "none"
        self._child(self._requests, method if method in _METHODS else OTHER, route, str(status)).inc()
        self._child(self._answers, route).observe(seconds)

    def told(self, outcome: str, seconds: float) -> None:
        """Count a try to tell an event to a receiver: `delivered`, `refused` or `unanswered`."""
        self._child(self._tries, outcome).inc()
        self._tellings.observe(seconds)

    def wrote(self, seconds: float) -> None:
        """Note how long a write took, waiting included."""
        self._writes.observe(seconds)

    def committed(self, works: int, seconds: float) -> None:
        """Note how many writes a commit held and how long it took."""
        self._batches.observe(works)
        self._commits.observe(seconds)

    def text(self, standing: Standing) -> bytes:
        """Return everything in Prometheus' own text form, with how the house stands now."""
        jobs = self._gauges["jobs"]
        jobs.clear()
        for (queue, state), count in _bounded(standing.jobs).items():
            jobs.labels(queue, state.value).set(count)
        for name, count in standing.workers.items():
            self._gauges["workers"].labels(name).set(count)
        for name, count in standing.webhooks.items():
            self._gauges["webhooks"].labels(name).set(count)
        self._gauges["webhook_deliveries_waiting"].set(standing.deliveries)
        self._gauges["queues_paused"].set(standing.paused)
        self._gauges["blob_bytes"].set(standing.blobs)
        self._gauges["feed_readers"].set(standing.readers)
        for part, size in (("all", standing.database), ("free", standing.free), ("log", standing.log)):
            self._gauges["database_bytes"].labels(part).set(size)
        return prometheus_client.generate_latest(self._registry)

    def _made_gauges(self) -> dict[str, Gauge]:
        told: dict[str, tuple[str, tuple[str, ...]]] = {
            "info": ("The version of this server.", ("version",)),
            "jobs": ("Jobs by queue and state; of ended ones those that are still remembered.", ("queue", "state")),
            "workers": ("Workers that are known.", ("state",)),
            "queues_paused": ("Queues that are paused.", ()),
            "webhooks": ("Webhooks; failing ones are active, and their last try failed.", ("state",)),
            "webhook_deliveries_waiting": ("Events that are still to be told to receivers.", ()),
            "feed_readers": ("Readers that wait for news of this server.", ()),
            "blob_bytes": ("Bytes of all result files.", ()),
            "database_bytes": ("Bytes of the database: all of it, what is free in it, its log.", ("part",)),
        }
        return {
            name: Gauge(f"jobyard_{name}", said, labels, registry=self._registry)
            for name, (said, labels) in told.items()
        }

    def _counter(self, name: str, said: str, *labels: str) -> Counter:
        return Counter(f"jobyard_{name}", said, labels, registry=self._registry)

    def _histogram(self, name: str, said: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"jobyard_{name}", said, labels, buckets=buckets, registry=self._registry)

    def _child(self, meter: M, *labels: str) -> M:
        """Return the meter with these labels, looked up once: that is dearer than counting."""
        key: tuple[int | str, ...] = (id(meter), *labels)
        found = self._children.get(key)
        if found is None:
            found = self._children[key] = meter.labels(*labels)
        return cast("M", found)

    def _kind(self, job: Job | None) -> str:
        # Clients name the kinds of their external jobs as they like.
        return job.kind if job is not None and job.kind in self._kinds else OTHER


def _bounded(jobs: Mapping[tuple[str, State], int]) -> dict[tuple[str, State], int]:
    """Return the counts with the emptiest of too many queues gathered."""
    sizes: Tally[str] = Tally()
    for (queue, _), count in jobs.items():
        sizes[queue] += count
    own = {queue for queue, _ in sizes.most_common(QUEUES_LIMIT)}
    found: Tally[tuple[str, State]] = Tally()
    for (queue, state), count in jobs.items():
        found[queue if queue in own else OTHER, state] += count
    return dict(found)
