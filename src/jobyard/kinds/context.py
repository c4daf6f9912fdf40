"""What running work may ask of the house. Implemented by the worker; kinds see only this."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from jobyard.job.record import Job


class Cancelled(BaseException):
    """This job was asked to stop.

    Raised by `Context.check` and inside blocking calls of the context. Let it pass: it is not an error.
    """


class Declined(RuntimeError):
    """The house refused what running work asked of it; the text is its sentence."""

    def __init__(self, sentence: str, code: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        """The stable name of the house's error."""


class Context(Protocol):
    """The house as seen from inside one attempt."""

    @property
    def job(self) -> Job:
        """The job as it was claimed."""

    @property
    def attempt(self) -> int:
        """The number of this attempt; use it to fence writes to other systems."""

    @property
    def folder(self) -> Path:
        """An empty folder for scratch files; removed after the attempt."""

    def progress(self, done: float, total: float | None = None, text: str = "") -> None:
        """Tell how far the work is. Cheap: call it for every item; only the newest is sent, several times a second.

        Raises Cancelled when the job was asked to stop.
        """

    def log(self, text: str) -> None:
        """Write to the job's log, a line or several. What the work prints goes there by itself."""

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the job to stop. Work that looks can end tidily; work that does not gets SIGTERM."""

    def check(self) -> None:
        """Raise Cancelled when the job was asked to stop."""

    def result_file(self, name: str, media_type: str = "application/octet-stream") -> Path:
        """Return where to write a result file called `name`. What stands there at the end is kept as the job's result.

        It is kept however the attempt ends, so that people can see what went wrong, unless its process is killed.

        Raises ValueError when the name is empty, longer than 200 characters, or holds a path separator or a control
        character.
        """

    def call(self, verb: str, payload: Any = None) -> Any:
        """Ask a capability of the house, such as `datasets.apply`, and wait for its answer.

        Raises Cancelled when the attempt shall stop, and Declined with the house's sentence when it refuses.
        """

    def ask(self, verb: str, payload: Any = None) -> Callable[[], Any]:
        """Ask a capability of the house and go on; call what comes back, once, to wait for the answer.

        So the work can do something while the house does. What is asked while an answer is still awaited may be
        answered before it. Waiting raises what `call` raises.
        """
