"""The calls of pipelines."""

from __future__ import annotations

from jobyard.faces.clearml.wire import In, ManyIn, Out


class Argument(In, frozen=True, kw_only=True):
    """One argument of a run."""

    name: str
    """Its name."""
    value: str | None = None
    """Its value."""


class StartPipelineIn(In, frozen=True, kw_only=True):
    """A run of a pipeline that is begun like an earlier one."""

    task: str
    """The id of the earlier run."""
    queue: str | None = None
    """The id of the queue that it waits in; the default queue where none is said."""
    args: list[Argument] | None = None
    """Its arguments, in the place of those of the earlier run that have these names."""
    verify_watched_queue: bool = False
    """Answer whether an agent serves the queue."""


class StartPipelineOut(Out, frozen=True, kw_only=True):
    """A run that waits."""

    pipeline: str
    """Its id."""
    enqueued: bool
    """Whether it waits."""
    queue_watched: bool | None = None
    """Whether an agent serves the queue, when that was asked."""


class DeleteRunsIn(ManyIn, frozen=True, kw_only=True):
    """Runs of a pipeline that shall be no more."""

    project: str
    """The id of the pipeline's project, in which at least one run stays."""
