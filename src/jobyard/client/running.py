"""Work that runs here and is reported there: a notebook or script as a job, with beats in the background."""

from __future__ import annotations

import math
import threading
import time
import traceback
from collections import deque
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import msgspec
from msgspec import Struct

from jobyard.client.errors import (
    Cancelled,
    Conflict,
    JobyardError,
    Lost,
    NotFound,
    Refusal,
    Unavailable,
    Unreachable,
)
from jobyard.client.exchange import Call, Exchange, segment
from jobyard.client.requests import Alive, Failed, Finished, Told
from jobyard.client.shapes import Job

BEAT = 5.0
"""Seconds between two signs of life; the house's lease is 30 seconds unless it was set otherwise."""
_NEWS = 0.5
"""Seconds between two reports, so that a tight loop may tell its progress as often as it likes."""
_LINES, _LINE = 1_000, 16_384
_WAITING_LINES = 100_000


class Run:
    """A job that this program runs. Made by `Jobyard.running`; use it in a `with` block.

    The end of the block is the end of the job: without an exception it succeeded, with `Cancelled` it was stopped as
    somebody wished, with any other one it failed for that reason. The exception goes on to the caller.
    """

    def __init__(self, exchange: Exchange, job: Job, beat: float) -> None:
        self.job = job
        """The job as the house last told it."""
        self.result: Any = None
        """Set this to a small JSON value to leave it as the job's result."""
        self._exchange = exchange
        self._beat = beat
        self._attempt = 0
        self._news: Told | None = None
        self._lines = deque[str](maxlen=_WAITING_LINES)
        self._lost: Exception | None = None
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._keep_told, name=f"jobyard-{job.number}", daemon=True)

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the job to stop; learnt with the next report or beat."""
        return self.job.cancelling

    def check(self) -> None:
        """Raise Cancelled when the job was asked to stop, Lost when the house gave it up."""
        if self._lost is not None:
            raise Lost(f"Job {self.job.number} is no longer ours: {self._lost}") from self._lost
        if self.cancelled:
            raise Cancelled(f"Job {self.job.number} was asked to stop by {self.job.cancel_asked_by or 'somebody'}.")

    def progress(self, done: float, total: float | None = None, text: str = "") -> None:
        """Tell how far the work is; sent about twice a second, however often it is called. Raises like `check`.

        Raises ValueError for an amount that is negative or no number.
        """
        if not all(0 <= amount < math.inf for amount in (done, total or 0.0)):
            raise ValueError(f"progress is told in numbers from 0 on, not {done} of {total}")
        with self._changed:
            self._news = Told(attempt=self._attempt, done=done, total=total, text=_sendable(text)[:500])
            self._changed.notify()
        self.check()

    def log(self, text: str) -> None:
        """Add lines to the job's log. The oldest of 100,000 that wait to be sent are dropped."""
        with self._changed:
            self._lines.extend(_sendable(line)[:_LINE] for line in text.splitlines())
            self._changed.notify()

    def __enter__(self) -> Self:
        self.job = self._start()
        self._attempt = self.job.attempt
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join()
        try:
            with suppress(Refusal):  # a line that the house does not take must not keep the end from being told
                self._flush()
            self._end(error)
        except JobyardError:
            if error is None:
                raise

    def _start(self) -> Job:
        try:
            return self._ask("start", None)
        except Unreachable:
            job = self._exchange.ask(Call(path=f"/jobs/{segment(self.job.id)}"), Job)
            return job if job.state == "running" else self._ask("start", None)

    def _end(self, error: BaseException | None) -> None:
        if isinstance(error, Cancelled) and self.cancelled:
            self._last_word("stop", Alive(attempt=self._attempt), "cancelled")
        elif isinstance(error, Lost):
            return
        elif error is not None:
            told = "".join(traceback.format_exception(error))
            self._fail(str(error) or type(error).__name__, told)
        else:
            self._succeed()

    def _succeed(self) -> None:
        try:
            msgspec.json.encode(self.result)
        except (TypeError, ValueError) as wrong:
            self._fail(f"The result cannot be written as JSON: {wrong}", "")
            raise
        self._last_word("finish", Finished(attempt=self._attempt, result=self.result), "succeeded")

    def _fail(self, message: str, detail: str) -> None:
        said, more = _sendable(message)[:2000], _sendable(detail)[-65_536:]
        self._last_word("fail", Failed(attempt=self._attempt, message=said, detail=more), "failed")

    def _last_word(self, verb: str, body: Struct, state: str) -> None:
        try:
            self.job = self._ask(verb, body, again=True)
        except Conflict:
            # When the first answer was lost, the second word comes too late, and that is well.
            job = self._exchange.ask(Call(path=f"/jobs/{segment(self.job.id)}"), Job)
            if job.attempt != self._attempt or job.state != state:
                raise
            self.job = job

    def _keep_told(self) -> None:
        quiet_since = time.monotonic()
        while self._wait(quiet_since):
            try:
                if self._flush():
                    quiet_since = time.monotonic()
                    self._rest(_NEWS)
                elif time.monotonic() - quiet_since >= self._beat:
                    self.job = self._ask("beat", Alive(attempt=self._attempt), again=True)
                    quiet_since = time.monotonic()
            except (Conflict, NotFound) as error:
                self._lost = error
                return
            except JobyardError:
                # The house may come back; whether we were in time is for it to say.
                self._rest(min(self._beat, 1.0))

    def _rest(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._ended, seconds)

    def _wait(self, quiet_since: float) -> bool:
        """Wait for news, the next beat, or the end; False at the end."""
        with self._changed:
            left = max(0.0, quiet_since + self._beat - time.monotonic())
            self._changed.wait_for(lambda: self._ended or self._news or self._lines, left)
            return not self._ended

    def _flush(self) -> bool:
        """Send what waits; tell whether anything did. What could not be sent waits on."""
        sent = False
        while self._lost is None and (self._news is not None or self._lines):
            news, lines = self._taken()
            told = news or self._last_news()
            body = Told(attempt=self._attempt, done=told.done, total=told.total, text=told.text, lines=lines)
            try:
                self.job = self._ask("report", body, again=True)
            except (Unreachable, Unavailable):
                self._put_back(news, lines)
                raise
            sent = True
        return sent

    def _taken(self) -> tuple[Told | None, list[str]]:
        with self._changed:
            news, self._news = self._news, None
            return news, [self._lines.popleft() for _ in range(min(_LINES, len(self._lines)))]

    def _put_back(self, news: Told | None, lines: list[str]) -> None:
        with self._changed:
            self._news = self._news or news
            self._lines.extendleft(reversed(lines))

    def _last_news(self) -> Told:
        known = self.job.progress
        if known is None:
            return Told(attempt=self._attempt)
        return Told(attempt=self._attempt, done=known.done, total=known.total, text=known.text)

    def _ask(self, verb: str, body: Struct | None, *, again: bool = False) -> Job:
        path = f"/jobs/{segment(self.job.id)}/{verb}"
        return self._exchange.ask(Call(method="POST", path=path, body=body, again=again), Job)


def _sendable(text: str) -> str:
    """Return text as the house takes it: what is no Unicode, and NUL, are spelled out."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
