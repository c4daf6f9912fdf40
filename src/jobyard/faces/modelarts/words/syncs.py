"""How a synchronization stands, in the six words of the protocol. Total: every job has one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from jobyard.datasets.record import Counts, Dataset, Sync
from jobyard.faces.modelarts.wire import SyncOut, SyncState
from jobyard.job.clock import SECOND
from jobyard.job.record import Failure, Job, Reason
from jobyard.job.states import State

_MILLISECOND = 1_000
_STOPPED = "ModelArts.4393"
_FAILED = "ModelArts.4392"
_SOURCE = "ModelArts.4360"
_CODES: Mapping[str, str] = MappingProxyType(
    {
        "source_missing": "ModelArts.4312",
        "source_not_allowed": "ModelArts.4313",
        "source_forbidden": "ModelArts.4310",
        "source_emptied": "ModelArts.4340",
        "bucket_missing": "ModelArts.4311",
        "source_unreachable": "ModelArts.4314",
        "already_synchronizing": "ModelArts.4355",
    }
)
"""Codes of what went wrong with the source, by the name of our error; any other one is the source's too."""


def milliseconds(at: int) -> int:
    """Return one of our times as the protocol has it."""
    return at // _MILLISECOND


def live(job: Job | None) -> bool:
    """Tell whether a synchronization waits or runs."""
    return job is not None and job.state in {State.QUEUED, State.RUNNING}


def state_of(job: Job) -> SyncState:
    """Return the word for how a job stands."""
    match job.state:
        case State.DRAFT | State.QUEUED:
            return "QUEUING"
        case State.RUNNING:
            return "STARTING" if job.begun_at is None else "RUNNING"
        case State.SUCCEEDED:
            return "COMPLETED"
    return "FAILED"


def sync_out(dataset: Dataset, job: Job | None, sync: Sync | None, now: int) -> SyncOut:
    """Return how the newest synchronization of a dataset stands."""
    if job is None:
        return _without_job(dataset, sync)
    mine = sync if sync is not None and sync.job == job.id and job.state is not State.QUEUED else None
    said = _told(state_of(job), dataset, mine)
    said.task_id, said.create_time = job.id, milliseconds(job.created_at)
    said.duration_time = _duration(job, mine, now)
    if said.status == "FAILED":
        said.error_code, said.error_msg = _why(job)
    return said


def _without_job(dataset: Dataset, sync: Sync | None) -> SyncOut:
    """Return what is still known once the job's record was removed, or that there was none."""
    if sync is None:
        return SyncOut(status="NOT_EXIST", dataset_id=dataset.id)
    said = _told("FAILED" if sync.finished_at is None else "COMPLETED", dataset, sync)
    said.task_id, said.create_time = sync.job, milliseconds(sync.started_at)
    if sync.finished_at is None:
        said.error_code, said.error_msg = _STOPPED, "The task was deleted before it had come to its end."
    else:
        said.duration_time = max(0, sync.finished_at - sync.started_at) // SECOND
    return said


def _told(status: SyncState, dataset: Dataset, sync: Sync | None) -> SyncOut:
    counts = sync.counts if sync is not None else Counts()
    return SyncOut(
        status=status,
        dataset_id=dataset.id,
        total_sample_count=dataset.samples,
        add_sample_count=counts.added,
        deleted_sample_count=counts.deleted,
    )


def _duration(job: Job, sync: Sync | None, now: int) -> int:
    began = sync.started_at if sync is not None else job.begun_at or job.started_at
    if began is None or job.state in {State.DRAFT, State.QUEUED}:
        return 0
    return max(0, (job.finished_at or now) - began) // SECOND


def _why(job: Job) -> tuple[str, str]:
    failure = job.failure
    if job.state is State.CANCELLED:
        by = f" by {job.cancel_asked_by}" if job.cancel_asked_by else ""
        return _STOPPED, failure.message if failure is not None else f"The task was stopped{by}."
    if failure is None:
        return _FAILED, "The task failed."
    return _code(failure), failure.message


def _code(failure: Failure) -> str:
    if failure.reason is not Reason.ERROR:
        return _FAILED
    return _CODES.get(failure.code, _SOURCE)
