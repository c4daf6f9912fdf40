"""How a task stands, since when and why, in their words."""

from __future__ import annotations

from jobyard.experiments.record import Experiment
from jobyard.experiments.standing import Standing
from jobyard.faces.clearml.statuses import STATUS
from jobyard.job.record import Job

STOPPING = "stopping"


def status(experiment: Experiment) -> str:
    """Return how a task stands, in their word."""
    return STATUS[experiment.standing]


def reason_and_message(experiment: Experiment) -> tuple[str, str]:
    """Return why a task stands so: what was said of it, or, where it was moved elsewhere, what its job tells."""
    head, job = experiment.task.head, experiment.job
    standing = experiment.standing
    if standing is Standing.RUNNING and job.cancelling:
        return head.reason, STOPPING
    if head.said_of == standing.value or (not head.said_of and standing is Standing.DRAFT):
        return head.reason, head.message
    return _told(job, standing)


def changed_at(experiment: Experiment) -> int:
    """Return since when a task stands so."""
    head, job = experiment.task.head, experiment.job
    if head.said_of in {"", experiment.standing.value}:
        return experiment.task.changed_at
    return job.finished_at or job.queued_at or experiment.task.changed_at


def _told(job: Job, standing: Standing) -> tuple[str, str]:
    if job.failure is not None:
        return job.failure.message, job.failure.message
    if standing is Standing.CANCELLED:
        said = f"Stopped by {job.cancel_asked_by or 'the house'}"
        return said, said
    return "", ""
