"""An attempt without a worker: a Context for the tests of kinds, whose calls go where the test says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from jobyard.job.errors import Fault
from jobyard.job.record import Job
from jobyard.kinds import Cancelled, Context, Declined


class Rehearsal:
    """Remembers what the work told. The test sets `cancelled`, or `looks`: how many looks at it go well."""

    def __init__(self, job: Job, folder: Path, call: Callable[[str, Any], Any], *, looks: int | None = None) -> None:
        self.job = job
        self.attempt = job.attempt
        self.folder = folder / "work"
        self.results = folder / "results"
        self.folder.mkdir(parents=True)
        self.results.mkdir()
        self.told: list[tuple[float, float | None, str]] = []
        self.lines: list[str] = []
        self.calls: list[tuple[str, Any]] = []
        self.cancelled = False
        self._call = call
        self._looks = looks

    def progress(self, done: float, total: float | None = None, text: str = "") -> None:
        self.told.append((done, total, text))
        self.check()

    def log(self, text: str) -> None:
        self.lines.extend(text.splitlines())

    def check(self) -> None:
        if self._looks is not None:
            self._looks -= 1
            self.cancelled = self.cancelled or self._looks < 0
        if self.cancelled:
            raise Cancelled

    def result_file(self, name: str, media_type: str = "application/octet-stream") -> Path:
        return self.results / name

    def ask(self, verb: str, payload: Any = None) -> Callable[[], Any]:
        answer = self.call(verb, payload)
        return lambda: answer

    def call(self, verb: str, payload: Any = None) -> Any:
        self.check()
        self.calls.append((verb, payload))
        try:
            answer = self._call(verb, _travelled(payload))
        except Fault as fault:
            raise Declined(fault.sentence, fault.code) from None
        return _travelled(answer)


def _travelled(value: Any) -> Any:
    return msgspec.msgpack.decode(msgspec.msgpack.encode(value))


def context(rehearsal: Rehearsal) -> Context:
    """Return it as what kinds are handed, so that mypy holds the two together."""
    return rehearsal
