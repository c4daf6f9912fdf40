"""The promise of a kind: a class with typed parameters and one function that does the work."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from msgspec import Struct

from jobyard.job.record import Resource
from jobyard.kinds.context import Context
from jobyard.people.record import Role


class Kind(ABC):
    """A kind of work. Subclass it, name it, and register the class under the entry point group `jobyard.kinds`."""

    name: ClassVar[str]
    """What jobs say: words in lower case with dots, such as `dataset.sync`. Unique in the house."""
    title: ClassVar[str]
    """What people read where a job has no name of its own."""
    Parameters: ClassVar[type[Struct]]
    """A msgspec Struct: a submission is checked against its types and ranges. Use `forbid_unknown_fields=True`."""
    queue: ClassVar[str] = "default"
    """The queue of jobs that name none."""
    tries: ClassVar[int] = 1
    """Tries before a job counts as failed."""
    pause: ClassVar[float] = 2.0
    """Seconds before the second try; doubles with each further one, up to `longest_pause`."""
    longest_pause: ClassVar[float] = 600.0
    time_limit: ClassVar[float | None] = None
    """Seconds one attempt may run."""
    memory_limit: ClassVar[int | None] = None
    """Bytes of private memory one attempt may hold."""
    grace: ClassVar[float] = 5.0
    """Seconds between SIGTERM and SIGKILL when the work shall stop."""
    results_for: ClassVar[float | None] = 30 * 86_400.0
    """Seconds its result files live; None for ever."""
    least_role: ClassVar[Role] = Role.MEMBER
    """Who may submit it."""

    @classmethod
    def resource(cls, parameters: Any) -> Resource | None:
        """Return the thing a job with these parameters works on, so that people find the job by it."""
        return None

    @abstractmethod
    def run(self, parameters: Any, context: Context) -> Any:
        """Do the work in a process of its own and return a small JSON value (up to 64 kB), or None.

        `parameters` is an instance of `Parameters`. Raise any exception to fail; its text is what people read.
        The function may run more than once for one job, so what it changes outside must bear repeating.
        """
