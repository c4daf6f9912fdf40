"""What a face hands in with a new job, and how it becomes a Job."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType, field
from msgspec.structs import replace

from jobyard.job.errors import Invalid
from jobyard.job.ids import new_id
from jobyard.job.record import Job, OnFailure, Resource
from jobyard.job.states import State
from jobyard.kinds.kind import Kind

PARAMETERS_LIMIT = 1024 * 1024
"""The largest parameters of one job, as JSON, in bytes."""


class Submission(Struct, frozen=True, kw_only=True):
    """A wish for a job. None means: as the kind has it."""

    kind: str
    parameters: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    queue: str | None = None
    priority: int = 0
    project: str | None = None
    """Id or name of a project the submitter belongs to."""
    labels: dict[str, str] = field(default_factory=dict)
    parent: str | None = None
    after: tuple[str, ...] = ()
    """Ids of jobs that have to end first."""
    on_failure: OnFailure = OnFailure.CANCEL
    unique: str | None = None
    """At most one queued or running job of the project, or of the owner where there is none, has this key."""
    schedule: str | None = None
    origin: str | None = None
    draft: bool = False
    external: bool = False
    due_at: int | None = None
    tries: int | None = None
    time_limit: float | None = None
    memory_limit: int | None = None
    face: str = "native"
    resource: Resource | None = None
    marks: dict[str, Any] = field(default_factory=dict)
    id: str | None = None
    """An id made by the face; None for a fresh one."""
    kept: bool = False
    """It is never pruned by age."""

    def checked(self) -> Submission:
        """Return itself. Raises Invalid for text that cannot be stored or parameters that are too large."""
        try:
            encoded = msgspec.json.encode(self)
        except (UnicodeEncodeError, RecursionError) as error:
            raise Invalid(reason=f"the request cannot be written as JSON: {error}") from None
        if b"\\u0000" in encoded:
            raise Invalid(reason="text must not contain the NUL character")
        if len(encoded) > PARAMETERS_LIMIT:
            raise Invalid(reason=f"parameters are larger than {PARAMETERS_LIMIT} bytes")
        return self

    def digest(self) -> str:
        """Return the SHA-256 by which a repeated request is known for the same."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()

    def job(self, owner: str, kind: type[Kind] | None, project: str | None, resource: Resource | None) -> Job:
        """Return the job it asks for; `kind` is None for an external job of a kind that only its client knows."""
        return Job(
            id=self.id or new_id(),
            kind=self.kind,
            owner=owner,
            name=self.name or (kind.title if kind else self.kind),
            parameters=self.parameters,
            project=project,
            queue=self.queue or (kind.queue if kind else "default"),
            priority=self.priority,
            labels=self.labels,
            parent=self.parent,
            after=tuple(dict.fromkeys(self.after)),
            on_failure=self.on_failure,
            unique=None if self.unique is None else unique_key(owner, project, self.unique),
            schedule=self.schedule,
            origin=self.origin,
            face=self.face,
            external=self.external,
            resource=resource or self.resource,
            marks=self.marks,
            state=State.DRAFT if self.draft else State.QUEUED,
            due_at=None if self.draft else self.due_at,
            tries=self.tries or (kind.tries if kind else 1),
            time_limit=self.time_limit if self.time_limit is not None else (kind.time_limit if kind else None),
            memory_limit=self.memory_limit if self.memory_limit is not None else (kind.memory_limit if kind else None),
            kept=self.kept,
        )


class Edits(Struct, frozen=True, kw_only=True):
    """What shall be different about a job; UNSET leaves a thing as it is."""

    name: str | UnsetType = UNSET
    queue: str | UnsetType = UNSET
    priority: int | UnsetType = UNSET
    labels: dict[str, str] | UnsetType = UNSET
    due_at: int | UnsetType | None = UNSET

    def changes(self) -> dict[str, Any]:
        """Return what was said, by field."""
        named = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in named.items() if value is not UNSET}


def again(old: Job, edits: Edits, parameters: dict[str, Any] | None) -> Submission:
    """Return the submission of a job like an old one, with changes. It waits for nothing and is not due later."""
    like = Submission(
        kind=old.kind,
        parameters=old.parameters if parameters is None else parameters,
        name=old.name,
        queue=old.queue,
        priority=old.priority,
        project=old.project,
        labels=old.labels,
        unique=None if old.unique is None else unique_word(old.unique),
        origin=old.id,
        tries=old.tries,
        time_limit=old.time_limit,
        memory_limit=old.memory_limit,
        face=old.face,
    )
    return replace(like, **edits.changes())


def unique_key(owner: str, project: str | None, word: str) -> str:
    """Return the key by which the store knows `word`, so that strangers never meet each other's."""
    return f"owner:{owner}/{word}" if project is None else f"project:{project}/{word}"


def unique_word(key: str) -> str:
    """Return the word in a key that `unique_key` made."""
    return key.partition("/")[2]
