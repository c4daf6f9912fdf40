"""Shapes of query parameters. What does not stand here is refused, so that a misspelt filter never shows too much."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from jobyard.faces.native.wire.words import AttemptNumber, Id, Name, StateName, Time, UserName, Whole

_Word = Annotated[str, Meta(max_length=300)]
_Words = Annotated[list[_Word], Meta(max_length=100)]
_Frame = Annotated[int, Meta(ge=0, le=2**31 - 1)]
CursorText = Annotated[str, Meta(max_length=8192, extra_json_schema={"pattern": "^[A-Za-z0-9_-]+$"})]
"""What an earlier page gave as `next`."""


class JobsMeant(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which jobs are meant. Each field narrows; several values mean any of them."""

    state: Annotated[list[StateName], Meta(max_length=6)] = []
    kind: _Words = []
    owner: _Words = []
    project: _Words = []
    """Ids or names of projects."""
    queue: _Words = []
    face: _Words = []
    worker: _Words = []
    label: _Words = []
    """`name` or `name=value`; all of them must be there."""
    resource_type: _Word | None = None
    resource_id: _Word | None = None
    parent: Id | None = None
    schedule: Id | None = None
    """The schedule that submitted them."""
    origin: Id | None = None
    """The job that they run again with changes."""
    after: Id | None = None
    """The job that they wait for, or waited for."""
    created_from: Time | None = None
    created_to: Time | None = None
    finished_from: Time | None = None
    finished_to: Time | None = None
    text: Annotated[str, Meta(max_length=1000)] = ""
    """Every word must begin a word of the job."""


class JobsAsked(JobsMeant, kw_only=True, forbid_unknown_fields=True):
    """One page of jobs. Each filter narrows; one given several times means any of its values."""

    order: Literal["-number", "number", "-priority", "-finished_at"] = "-number"
    limit: Annotated[int, Meta(ge=1, le=500)] = 50
    cursor: CursorText | None = None


class JobAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """How long to wait before answering, and for what."""

    wait: Annotated[float, Meta(ge=0, le=30)] = 0.0
    """Seconds to wait for the job to end."""
    revision: Whole | None = None
    """Wait instead until the job differs from this revision."""


class EventsAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which events of a job."""

    after: Whole = 0
    limit: Annotated[int, Meta(ge=1, le=1000)] = 200


class LogAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which lines of a log."""

    attempt: AttemptNumber | None = None
    """The newest when it is left out."""
    after: Whole = 0
    limit: Annotated[int, Meta(ge=1, le=5000)] = 1000
    follow: bool = False
    """Answer with a stream that goes on until the attempt has ended."""


class ResultAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which attempt's file; the newest when it is left out."""

    attempt: AttemptNumber | None = None


class FeedAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """Where the feed begins and what it is narrowed to; a filter given several times means any of its values."""

    after: Whole | None = None
    """The number behind which to begin; the end of the feed when it is left out."""
    job: Annotated[list[Id], Meta(max_length=100)] = []
    kind: _Words = []
    queue: _Words = []
    owner: _Words = []
    project: _Words = []
    """Ids or names of projects."""


class KeysAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """Whose keys; one's own when it is left out."""

    user: UserName | None = None


class ThroughputAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """How far to look back: an hour in minutes, a day in quarters of an hour, a week in hours."""

    span: Literal["hour", "day", "week"] = "hour"


class SchedulesAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """One page of schedules. Each filter narrows; one given several times means any of its values."""

    owner: _Words = []
    project: _Words = []
    """Ids or names of projects."""
    kind: _Words = []
    paused: bool | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 50
    cursor: CursorText | None = None


class PageAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """One page of a list."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 50
    cursor: CursorText | None = None


class SamplesAsked(PageAsked, kw_only=True, forbid_unknown_fields=True):
    """One page of samples: with a filter in the order of their numbers, else in that of their paths' bytes."""

    annotated: bool | None = None
    """Whether they carry a label."""
    label: Name | None = None
    """The name of a label that they carry."""
    text: Annotated[str, Meta(max_length=1000)] = ""
    """Their path contains it."""


class AnnotationsAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which frames, and whose annotations."""

    first: _Frame = 0
    last: _Frame = 2**31 - 1
    layer: Whole = 0
