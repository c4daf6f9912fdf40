"""Jobs in every state, made through the moves themselves so that no test invents an impossible one."""

from __future__ import annotations

from typing import Any

from jobyard.job import moves
from jobyard.job.record import Failure, Job, Reason
from jobyard.job.states import State

LEASE = 30_000_000
NOW = 1_000_000
LATER = 2_000_000
BROKEN = Failure(reason=Reason.ERROR, message="It broke.", detail="a traceback")

STAGES = ("draft", "queued", "running", "wished", "succeeded", "failed", "cancelled")
"""The six states, and running under a wish to cancel."""


def draft(**fields: Any) -> Job:
    """Return a job that was written down and not yet released."""
    return moves.submit(Job(id="a" * 32, kind="test.work", owner="ada", **fields), NOW, "ada").job


def queued(**fields: Any) -> Job:
    """Return a job in line."""
    return moves.submit(Job(id="a" * 32, kind="test.work", owner="ada", state=State.QUEUED, **fields), NOW, "ada").job


def running(**fields: Any) -> Job:
    """Return a job in its first attempt: claimed by worker w1, or started by its owner's client when external."""
    job = queued(**fields)
    if job.external:
        return moves.start(job, NOW, "ada", LEASE).job
    return moves.claim(job, NOW, "w1", LEASE).job


def at(stage: str, **fields: Any) -> Job:
    """Return a job at one of the STAGES."""
    if stage == "draft":
        return draft(**fields)
    if stage == "queued":
        return queued(**fields)
    job = running(**fields)
    if stage == "running":
        return job
    wished = moves.cancel(job, NOW, "ada").job
    ends = {
        "wished": lambda: wished,
        "succeeded": lambda: moves.finish(job, 1, NOW, {"rows": 3}, results_until=9_000_000).job,
        "failed": lambda: moves.fail(job, 1, NOW, BROKEN).job,
        "cancelled": lambda: moves.stop(wished, 1, NOW).job,
    }
    return ends[stage]()


def waiting_again(**fields: Any) -> Job:
    """Return a job whose first attempt failed and whose second is due later."""
    return moves.back_off(running(**fields), 1, NOW, BROKEN, due_at=LATER).job
