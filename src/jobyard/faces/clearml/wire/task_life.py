"""The calls about how tasks live."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from jobyard.faces.clearml.wire import In, Json, ManyIn, ManyOut, Out, UpdatedOut
from jobyard.faces.clearml.wire.parts import (
    Status,
)


class StatusIn(In, frozen=True, kw_only=True):
    """A word about how a task stands."""

    task: str
    """The task's id."""
    status_reason: str | None = None
    """Why."""
    status_message: str | None = None
    """More about it."""


class ForcedIn(StatusIn, frozen=True, kw_only=True):
    """A word about how a task stands, perhaps forced."""

    force: bool = False
    """Whether it counts although the status does not allow it."""


class StopIn(ForcedIn, frozen=True, kw_only=True):
    """A task that shall end."""

    include_pipeline_steps: bool = False
    """Also the steps of a pipeline."""


class ResetIn(ForcedIn, frozen=True, kw_only=True):
    """A task that shall be as before it ran."""

    clear_all: bool = False
    """Also its script and how it is run."""
    return_file_urls: bool = False
    """Answer where what it made lies."""
    delete_output_models: bool = True
    """Also models that it made and nobody published."""


class ResetOut(UpdatedOut, frozen=True, kw_only=True):
    """What went with it."""

    deleted_indices: list[str] = field(default_factory=list)
    """Always empty."""
    frames: Json = field(default_factory=dict)
    """Always empty."""
    events: Json = field(default_factory=dict)
    """Always empty."""
    deleted_models: int = 0
    """How many models went."""
    dequeued: Json = field(default_factory=dict)
    """`removed`: 1 where it stood in line."""
    urls: Json = field(default_factory=dict)
    """Where what it made lies, when that was asked."""


class DeleteIn(ForcedIn, frozen=True, kw_only=True):
    """A task that shall be no more."""

    include_pipeline_steps: bool = False
    """Also the steps of a pipeline."""
    move_to_trash: bool = False
    """Taken and passed over: what is deleted is gone."""
    return_file_urls: bool = False
    """Answer where what it made lies."""
    delete_output_models: bool = True
    """Also models that it made and nobody published."""


class DeleteOut(Out, frozen=True, kw_only=True):
    """What went with it."""

    deleted: bool
    """Whether it was deleted."""
    updated_children: int = 0
    """How many tasks hung on it."""
    updated_models: int = 0
    """How many models stay that it made."""
    updated_versions: int = 0
    """Always 0."""
    deleted_models: int = 0
    """How many models went."""
    frames: Json = field(default_factory=dict)
    """Always empty."""
    events: Json = field(default_factory=dict)
    """Always empty."""
    urls: Json | None = None
    """Where what it made lies, when that was asked."""


class StartedOut(UpdatedOut, frozen=True, kw_only=True):
    """What was changed."""

    started: Literal[0, 1] = 1
    """How many were begun."""


class CompletedIn(ForcedIn, frozen=True, kw_only=True):
    """A task that ended well."""

    publish: bool = False
    """Publish it too."""


class CompletedOut(UpdatedOut, frozen=True, kw_only=True):
    """What was changed."""

    published: int = 0
    """How many were published."""


class PublishIn(ForcedIn, frozen=True, kw_only=True):
    """A task that shall be published."""

    publish_model: bool | None = None
    """Make the model that it made last ready; so unless it is `false`."""


class PublishOut(UpdatedOut, frozen=True, kw_only=True):
    """What was changed."""

    committed_versions_results: list[Json] = field(default_factory=list)
    """Always empty."""


class EnqueueIn(ForcedIn, frozen=True, kw_only=True):
    """A task that shall stand in line."""

    queue: str | None = None
    """The queue's id; the default queue where none is said."""
    queue_name: str | None = None
    """The queue's name; it is made where it is missing."""
    verify_watched_queue: bool = False
    """Answer whether an agent serves the queue."""


class EnqueueOut(UpdatedOut, frozen=True, kw_only=True):
    """What was changed."""

    queued: int = 1
    """How many were put in line."""
    queue_watched: bool | None = None
    """Whether an agent serves the queue, when that was asked."""


class DequeueIn(StatusIn, frozen=True, kw_only=True):
    """A task that shall stand in line no more."""

    new_status: Status | None = None
    """How it shall stand; as before it was put in line where nobody says."""
    remove_from_all_queues: bool = False
    """Taken: a task stands in one queue at most."""


class DequeueOut(UpdatedOut, frozen=True, kw_only=True):
    """What was changed."""

    dequeued: int = 0
    """How many were taken out."""


class ArchivedIn(ManyIn, frozen=True, kw_only=True):
    """Tasks that shall be put away, or fetched back."""

    status_reason: str | None = None
    """Why."""
    status_message: str | None = None
    """More about it."""


class ArchiveIn(In, frozen=True, kw_only=True):
    """Tasks that shall be put away."""

    tasks: list[str]
    """Ids of tasks."""
    include_pipeline_steps: bool = False
    """Also the steps of pipelines."""
    status_reason: str | None = None
    """Why."""
    status_message: str | None = None
    """More about it."""


class ArchiveOut(Out, frozen=True, kw_only=True):
    """How many were put away."""

    archived: int
    """How many were put away."""


class PutAwayIn(ArchivedIn, frozen=True, kw_only=True):
    """Tasks that shall be put away, or fetched back."""

    include_pipeline_steps: bool = False
    """Also the steps of pipelines."""


class ForcedManyIn(ArchivedIn, frozen=True, kw_only=True):
    """Several tasks, perhaps forced."""

    force: bool = False
    """Whatever their status."""


class StopManyIn(ForcedManyIn, frozen=True, kw_only=True):
    """Several tasks that shall end."""

    include_pipeline_steps: bool = False
    """Also the steps of pipelines."""


class ResetManyIn(ForcedManyIn, frozen=True, kw_only=True):
    """Several tasks that shall be as before they ran."""

    clear_all: bool = False
    """Also their scripts and how they are run."""
    return_file_urls: bool = False
    """Answer where what they made lies."""
    delete_output_models: bool = True
    """Also models that they made and nobody published."""


class DeleteManyIn(ForcedManyIn, frozen=True, kw_only=True):
    """Several tasks that shall be no more."""

    include_pipeline_steps: bool = False
    """Also the steps of pipelines."""
    move_to_trash: bool = False
    """Taken and passed over."""
    return_file_urls: bool = False
    """Answer where what they made lies."""
    delete_output_models: bool = True
    """Also models that they made and nobody published."""


class PublishManyIn(ForcedManyIn, frozen=True, kw_only=True):
    """Several tasks that shall be published."""

    publish_model: bool | None = None
    """Make the models that they made last ready; so unless it is `false`."""


class EnqueueManyIn(ArchivedIn, frozen=True, kw_only=True):
    """Several tasks that shall stand in line."""

    queue: str | None = None
    """The queue's id; the default queue where none is said."""
    queue_name: str | None = None
    """The queue's name; it is made where it is missing."""
    validate_tasks: bool = False
    """Taken: tasks are always checked."""
    verify_watched_queue: bool = False
    """Answer whether an agent serves the queue."""


class EnqueueManyOut(ManyOut, frozen=True, kw_only=True):
    """What became of each."""

    queue_watched: bool | None = None
    """Whether an agent serves the queue, when that was asked."""


class DequeueManyIn(ArchivedIn, frozen=True, kw_only=True):
    """Several tasks that shall stand in line no more."""

    new_status: Status | None = None
    """How they shall stand."""
    remove_from_all_queues: bool = False
    """Taken: a task stands in one queue at most."""
