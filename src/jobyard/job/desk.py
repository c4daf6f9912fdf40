"""What a worker and the house say to each other: the six verbs claim, beat, report, finish, give_back, call, as data.

Travels as msgpack, from another process or another machine. Times are microseconds, lengths are bytes.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from jobyard.job.record import Failure, Job, LogLine, Progress

LOG_BATCH = 2_000
"""The most log lines one report carries for one attempt."""
LINE_LIMIT = 16_384
"""Characters of one log line; a longer one is split."""


class Ask(Struct, frozen=True, kw_only=True):
    """claim: who asks for work and for how much. Answered as soon as there is some, or empty after `wait` seconds."""

    worker: str
    """The worker's name, unique in the house."""
    session: str
    """Fresh with every start of the worker's process, so that a restart is told from a double.

    A new one takes over the name once the old one is silent, and what that held is lost at once; until then it is
    refused.
    """
    host: str = ""
    pid: int = 0
    queues: tuple[str, ...] = ("default",)
    kinds: tuple[str, ...] = ()
    """Kinds it can run."""
    slots: int = 1
    """Jobs it runs side by side."""
    limit: int = 1
    """The most jobs it takes now."""
    wait: float = 0.0
    """Seconds to wait for work, 0 to 30."""


class Assignment(Struct, frozen=True, kw_only=True):
    """A claimed job, with all that running it needs."""

    job: Job
    lease: int
    """The lease's length in microseconds, counted by the worker from the moment it asked."""
    grace: float
    """Seconds between SIGTERM and SIGKILL when the work shall stop."""


class Wish(Struct, frozen=True, kw_only=True, array_like=True):
    """What the house wants of an attempt the worker holds."""

    job: str
    attempt: int
    what: str
    """`stop`: somebody cancelled it. `drop`: it is not this worker's any more; stop it and say nothing."""


class Claimed(Struct, frozen=True, kw_only=True):
    """The answer to claim."""

    assignments: tuple[Assignment, ...] = ()
    wishes: tuple[Wish, ...] = ()


class Held(Struct, frozen=True, kw_only=True, array_like=True):
    """An attempt a worker holds."""

    job: str
    attempt: int


class Beat(Struct, frozen=True, kw_only=True):
    """beat: the worker lives and holds these attempts. Answered with Wishes."""

    worker: str
    session: str
    held: tuple[Held, ...] = ()
    leaving: bool = False
    """The worker ends now and will say no more; its name is free."""


class Wishes(Struct, frozen=True, kw_only=True):
    """The answer to beat and report."""

    wishes: tuple[Wish, ...] = ()


class Told(Struct, frozen=True, kw_only=True):
    """News of one attempt."""

    job: str
    attempt: int
    begun: bool = False
    """The work has begun (said once, with the first news)."""
    since: int = 0
    """Microseconds since it began; only with `begun`."""
    progress: Progress | None = None
    lines: tuple[LogLine, ...] = ()


class Report(Struct, frozen=True, kw_only=True):
    """report: news of attempts the worker holds. Answered with Wishes."""

    worker: str
    told: tuple[Told, ...] = ()


class MadeFile(Struct, frozen=True, kw_only=True):
    """A result file whose bytes the blob store has taken already."""

    name: str
    blob: str
    """What the upload answered."""
    media_type: str = "application/octet-stream"


class Outcome(Struct, frozen=True, kw_only=True):
    """How one attempt ended."""

    job: str
    attempt: int
    how: str
    """`finish`, `fail` (may be tried again), or `stop` (as was wished)."""
    begun: bool = True
    ran: int = 0
    """Microseconds from its begin to its end, where the begin may not have been told before."""
    failure: Failure | None = None
    """Needed for `fail`."""
    result: Any = None
    """A small JSON value; only for `finish`."""
    files: tuple[MadeFile, ...] = ()
    """What it made, however it ended. A finish whose files are not all there is a failure."""
    progress: Progress | None = None
    lines: tuple[LogLine, ...] = ()
    """The last of the log."""


class Finish(Struct, frozen=True, kw_only=True):
    """finish: attempts that ended. Answered with Settled."""

    worker: str
    outcomes: tuple[Outcome, ...]


class Settled(Struct, frozen=True, kw_only=True):
    """The answer to finish and give_back: one word for each attempt, in order: the job's state now, or `stale`."""

    states: tuple[str, ...]


class GiveBack(Struct, frozen=True, kw_only=True):
    """give_back: attempts the worker will not run; no try is burnt."""

    worker: str
    held: tuple[Held, ...]


class Call(Struct, frozen=True, kw_only=True):
    """call: the running work asks a capability of the house for something."""

    job: str
    attempt: int
    verb: str
    """`ROOM.VERB`, such as `datasets.apply`."""
    payload: Any = None


class Answer(Struct, frozen=True, kw_only=True):
    """The answer to call."""

    value: Any = None
    wish: str = ""
    """`stop` or `drop` when the work shall end, so that a busy work learns it with its own calls."""
