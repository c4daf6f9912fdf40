"""The calls of queues and workers."""

from __future__ import annotations

from typing import Any

from msgspec import field

from jobyard.faces.clearml.wire import In, Json, ListIn, Out


class UpdatedProjectOut(Out, frozen=True, kw_only=True):
    """What was changed."""

    updated: int
    """How many were changed."""
    fields: Json = field(default_factory=dict)
    """Changed fields with their new values."""


class QueueIn(In, frozen=True, kw_only=True):
    """One queue."""

    queue: str
    """The queue's id."""


class CreateQueueIn(In, frozen=True, kw_only=True):
    """A new queue."""

    name: str
    """Its name, which no other queue has."""
    display_name: str | None = None
    """What people call it."""
    tags: list[str] | None = None
    """Tags of people."""
    system_tags: list[str] | None = None
    """Tags of programs; `default` makes it the default queue."""
    metadata: list[Json] | dict[str, Json] | None = None
    """What is kept of it: `key`, `type` and `value` of each; or the latter two by the first."""


class UpdateQueueIn(In, frozen=True, kw_only=True):
    """A queue, and what shall be different about it."""

    queue: str
    """The queue's id."""
    name: str | None = None
    """Its name, while nothing waits in it."""
    display_name: str | None = None
    """What people call it."""
    tags: list[str] | None = None
    """Tags of people."""
    system_tags: list[str] | None = None
    """Tags of programs."""
    metadata: list[Json] | dict[str, Json] | None = None
    """What is kept of it: `key`, `type` and `value` of each; or the latter two by the first."""


class Entry(Out, frozen=True, kw_only=True):
    """A task in line."""

    task: str
    """The task's id."""
    added: str
    """When it joined."""


class Queue(Out, frozen=True, kw_only=True):
    """A queue."""

    id: str
    """Its id."""
    name: str | None = None
    """Its name."""
    display_name: str | None = None
    """What people call it."""
    user: str | None = None
    """Whose it is."""
    company: str | None = None
    """The house."""
    created: str | None = None
    """When it was made."""
    last_update: str | None = None
    """When it was changed last."""
    tags: list[str] | None = None
    """Tags of people."""
    system_tags: list[str] | None = None
    """Tags of programs."""
    entries: list[Entry] | None = None
    """What waits, in its order."""
    metadata: dict[str, Json] | None = None
    """What is kept of it, by key."""


class QueueOut(Out, frozen=True, kw_only=True):
    """One queue."""

    queue: Queue
    """The queue."""


class QueuesIn(ListIn, frozen=True, kw_only=True):
    """Which queues are wanted."""

    id: list[str] | str | None = None
    """Ids."""
    name: str | None = None
    """A regular expression that is found in the name, by case."""
    tags: list[Any] | str | None = None
    """Tags of people."""
    system_tags: list[Any] | str | None = None
    """Tags of programs."""
    max_task_entries: int | None = None
    """How many of what waits are shown."""


class QueuesOut(Out, frozen=True, kw_only=True):
    """A page of queues."""

    queues: list[Queue]
    """The queues."""
    scroll_id: str | None = None
    """Where the answer ended, when a size was said."""
    total: int | None = None
    """How many there are in all."""
    total_exact: bool = True
    """Whether there are no more than that."""


class DefaultQueueOut(Out, frozen=True, kw_only=True):
    """The default queue."""

    id: str
    """Its id."""
    name: str
    """Its name."""


class DeleteQueueIn(QueueIn, frozen=True, kw_only=True):
    """A queue that shall be no more."""

    force: bool = False
    """Although tasks wait in it, which are taken out of line."""


class DeletedQueueOut(Out, frozen=True, kw_only=True):
    """What went."""

    deleted: int
    """How many went."""


class NextTaskIn(QueueIn, frozen=True, kw_only=True):
    """Whoever takes the next task."""

    get_task_info: bool = False
    """Answer whose task it is."""


class NextTaskOut(Out, frozen=True, kw_only=True):
    """The next task; nothing where none waits."""

    entry: Entry | None = None
    """The task, which is lent: it is in line again when nobody begins it."""
    task_info: Json | None = None
    """`company` and `user`, when that was asked."""


class PeekOut(Out, frozen=True, kw_only=True):
    """The next task; nothing where none waits."""

    task: str | None = None
    """The task's id."""


class EntriesOut(Out, frozen=True, kw_only=True):
    """How many wait."""

    num: int
    """How many."""


class QueueTaskIn(QueueIn, frozen=True, kw_only=True):
    """A task and a queue."""

    task: str
    """The task's id."""


class RemoveTaskIn(QueueTaskIn, frozen=True, kw_only=True):
    """A task that shall leave its queue."""

    update_task_status: bool = False
    """Let it stand as before it was put in line; else it stands as queued, in no line."""


class AddedOut(Out, frozen=True, kw_only=True):
    """What was put in line."""

    added: int
    """How many were added."""


class RemovedOut(Out, frozen=True, kw_only=True):
    """What was taken out."""

    removed: int
    """How many were taken out."""


class ClearedOut(Out, frozen=True, kw_only=True):
    """What was taken out."""

    removed_tasks: list[str]
    """Their ids, in the order in which they stood."""


class StepsIn(QueueTaskIn, frozen=True, kw_only=True):
    """A task that shall go nearer the front or the back."""

    count: int = 1
    """By how many places."""


class PositionOut(Out, frozen=True, kw_only=True):
    """Where a task stands now."""

    position: int
    """Its place, from 0."""


class LineMetadataIn(QueueIn, frozen=True, kw_only=True):
    """What shall be kept of a queue."""

    metadata: list[Json] | dict[str, Json]
    """For each: `key`, `type` and `value`; or the latter two by the first."""
    replace_metadata: bool = False
    """In the place of all that is kept."""


class DeleteLineMetadataIn(QueueIn, frozen=True, kw_only=True):
    """What shall be kept of a queue no more."""

    keys: list[str]
    """Keys."""


class CountOut(Out, frozen=True, kw_only=True):
    """How many were changed."""

    updated: int
    """How many were changed."""


class WorkerIn(In, frozen=True, kw_only=True):
    """One agent."""

    worker: str
    """The agent's name."""


class RegisterIn(WorkerIn, frozen=True, kw_only=True):
    """An agent that begins."""

    timeout: int | None = None
    """Seconds of silence after which it counts as gone; 600 where nobody says."""
    queues: list[str] | None = None
    """Ids of the queues that it serves."""
    tags: list[str] | None = None
    """Tags of people."""
    system_tags: list[str] | None = None
    """Tags of programs."""


class ReportIn(WorkerIn, frozen=True, kw_only=True):
    """An agent that lives."""

    timestamp: int
    """Its time in milliseconds."""
    task: str | None = None
    """The id of the task that it runs."""
    queue: str | None = None
    """The id of the queue that it had it from."""
    queues: list[str] | None = None
    """Ids of the queues that it serves."""
    tags: list[str] | None = None
    """Tags of people."""
    system_tags: list[str] | None = None
    """Tags of programs."""
    machine_stats: Json | None = None
    """What it tells of its machine: numbers, or lists of them, by metric."""


class WorkersIn(In, frozen=True, kw_only=True):
    """Which agents are wanted."""

    last_seen: int | None = None
    """Heard within so many seconds; those that count as there where it is 0 or not said."""
    tags: list[str] | None = None
    """With one of these tags; `-` before one leaves out whoever has it."""
    system_tags: list[str] | None = None
    """With one of these tags of programs; `-` before one leaves out whoever has it."""
    worker_pattern: str | None = None
    """A regular expression that is found in the name."""


class WorkerCountOut(Out, frozen=True, kw_only=True):
    """How many agents."""

    count: int
    """How many."""


class WorkersOut(Out, frozen=True, kw_only=True):
    """Agents."""

    workers: list[Json]
    """For each: `id`, `user`, `company`, `ip`, times, `tags`, `queues`, and what it runs."""


class RuntimePropertiesOut(Out, frozen=True, kw_only=True):
    """What is set for an agent."""

    runtime_properties: list[Json]
    """Always empty."""
