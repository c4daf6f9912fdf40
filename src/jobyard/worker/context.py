"""The house as running work sees it: what `kinds.Context` promises, kept from inside a child process."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from jobyard.job.record import Job
from jobyard.kinds.context import Declined
from jobyard.worker import names
from jobyard.worker.frames import Answered, Asked, Run
from jobyard.worker.interrupt import Interrupt
from jobyard.worker.link import Link
from jobyard.worker.slate import Slate


class ChildContext:
    """One attempt's view of the house."""

    def __init__(self, run: Run, link: Link, slate: Slate, interrupt: Interrupt, log: int) -> None:
        self._run = run
        self._link = link
        self._slate = slate
        self._interrupt = interrupt
        self._log = log
        self._turn = threading.Lock()
        self._number = 0
        self._answers: dict[int, Answered] = {}
        """Answers that came while another one was awaited."""
        self._files: dict[str, str] = {}
        self._results = Path(f"{run.folder}.files")

    @property
    def job(self) -> Job:
        """The job as it was claimed."""
        return self._run.job

    @property
    def attempt(self) -> int:
        """The number of this attempt."""
        return self._run.job.attempt

    @property
    def folder(self) -> Path:
        """The attempt's scratch folder, which is also where it was started."""
        return Path(self._run.folder)

    def progress(self, done: float, total: float | None = None, text: str = "") -> None:
        """Note how far the work is; the worker looks several times a second. Raises Cancelled."""
        self._slate.tell(done, total, text)
        if self._slate.stopped:
            raise self._interrupt.notice()

    def log(self, text: str) -> None:
        """Write a line or several to the job's log."""
        data = memoryview(f"{text}\n".encode("utf-8", "replace"))
        with self._interrupt.guarded(), self._turn:
            while data:
                data = data[os.write(self._log, data) :]

    @property
    def cancelled(self) -> bool:
        """Whether the job was asked to stop."""
        self._interrupt.looks = True
        stopped = self._slate.stopped or self._interrupt.signalled
        self._interrupt.noticed = self._interrupt.noticed or stopped
        return stopped

    def check(self) -> None:
        """Raise Cancelled when the job was asked to stop."""
        if self._slate.stopped or self._interrupt.signalled:
            raise self._interrupt.notice()

    def result_file(self, name: str, media_type: str = "application/octet-stream") -> Path:
        """Return where to write a result file. Raises ValueError at a name that no file may have."""
        self._files[names.checked(name)] = media_type
        self._results.mkdir(mode=0o700, exist_ok=True)
        return self._results / name

    def call(self, verb: str, payload: Any = None) -> Any:
        """Ask a capability of the house and wait for its answer. Raises Cancelled, or Declined when it refuses."""
        return self.ask(verb, payload)()

    def ask(self, verb: str, payload: Any = None) -> Callable[[], Any]:
        """Ask a capability of the house; what comes back waits for the answer. Raises Cancelled."""
        self.check()
        body = msgspec.Raw(msgspec.msgpack.encode(payload))
        with self._turn:
            self._number += 1
            number = self._number
            self._link.send(Asked(number, verb, body))
        return lambda: self._value(number)

    def _value(self, number: int) -> Any:
        with self._turn:
            while number not in self._answers:
                answer = self._link.receive()
                if isinstance(answer, Answered):
                    self._answers[answer.number] = answer
            answer = self._answers.pop(number)
        if answer.stop:
            raise self._interrupt.notice()
        if answer.error:
            raise Declined(answer.error, answer.code)
        return msgspec.msgpack.decode(answer.value)

    def announced(self) -> tuple[tuple[str, str], ...]:
        """Return the names and media types of the result files that the work asked for."""
        return tuple(self._files.items())
