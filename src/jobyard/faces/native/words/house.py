"""Kinds, queues, workers, counts and datasets in the native protocol's words."""

from __future__ import annotations

import msgspec

from jobyard.engine.listing import Counts, QueueState, WorkerState
from jobyard.engine.pace import Course, Line
from jobyard.faces.native.wire import (
    CountsOut,
    HeldOut,
    KindOut,
    PaceOut,
    QueueOut,
    ThroughputOut,
    WorkerOut,
)
from jobyard.faces.native.words.times import moment, some_moment
from jobyard.job.clock import SECOND
from jobyard.job.states import State
from jobyard.kinds.kind import Kind


def kind_out(kind: type[Kind]) -> KindOut:
    """Return a kind with the JSON Schema of its parameters."""
    return KindOut(
        name=kind.name,
        title=kind.title,
        queue=kind.queue,
        tries=kind.tries,
        least_role=kind.least_role.value,
        parameters=msgspec.json.schema(kind.Parameters),
    )


def queue_out(queue: QueueState) -> QueueOut:
    """Return a queue."""
    return QueueOut(
        name=queue.row.name,
        paused=queue.row.paused,
        paused_by=queue.row.paused_by or None,
        paused_at=some_moment(queue.row.paused_at),
        queued=queue.queued,
        running=queue.running,
        workers=queue.workers,
        oldest_queued_at=some_moment(queue.oldest),
        ended_last_5_minutes=queue.ended.short,
        ended_last_hour=queue.ended.long,
    )


def throughput_out(course: Course) -> ThroughputOut:
    """Return how many jobs ended over time."""
    return ThroughputOut(
        begins_at=moment(course.since),
        step=course.step / SECOND,
        steps=course.steps,
        whole_from=moment(course.whole_from),
        queues=[_pace_out(name, line, course.steps) for name, line in course.queues.items()],
        workers=[_pace_out(name, line, course.steps) for name, line in course.workers.items()],
    )


def _pace_out(name: str, line: Line, steps: int) -> PaceOut:
    return PaceOut(
        name=name,
        succeeded=line.get(State.SUCCEEDED, [0] * steps),
        failed=line.get(State.FAILED, [0] * steps),
        cancelled=line.get(State.CANCELLED, [0] * steps),
    )


def worker_out(worker: WorkerState) -> WorkerOut:
    """Return a worker with what it holds."""
    row = worker.row
    return WorkerOut(
        name=row.name,
        host=row.host,
        pid=row.pid,
        queues=list(row.queues),
        kinds=list(row.kinds),
        slots=row.slots,
        started_at=moment(row.started_at),
        seen_at=moment(row.seen_at),
        alive=worker.alive,
        draining=row.draining,
        running=[HeldOut(id=job.id, number=job.number, name=job.name, kind=job.kind) for job in worker.running],
    )


def counts_out(counts: Counts) -> CountsOut:
    """Return how many jobs there are by state."""
    of = counts.states
    return CountsOut(
        draft=of[State.DRAFT],
        queued=of[State.QUEUED],
        running=of[State.RUNNING],
        succeeded=of[State.SUCCEEDED],
        failed=of[State.FAILED],
        cancelled=of[State.CANCELLED],
        total=sum(of.values()),
        waiting_unserved=counts.unserved,
    )
