"""What one attempt prints, cut into numbered log lines and held, within bounds, until the house has them."""

from __future__ import annotations

import codecs
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice

from jobyard.job.clock import SECOND
from jobyard.job.desk import LINE_LIMIT
from jobyard.job.record import LogLine

STREAMS = ("out", "err", "log")
BACKLOG_LINES = 10_000
BACKLOG_SIZE = 4 * 1024 * 1024
_NOTES = 2
"""Lines kept free for telling what was dropped."""
_GLANCE = 10 * SECOND
"""How often a progress bar, a line that is written over and over, shows up in the log."""


class Stream:
    """Cuts one stream into lines: at every newline, and where a line grows longer than LINE_LIMIT.

    Of a line that was written over by carriage returns the last version counts. Bytes that are no UTF-8, and NUL, which
    not every database takes, become the replacement character. Nothing else is changed.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self.bar = False
        """Whether the unfinished line has been written over."""

    def feed(self, data: bytes) -> Iterator[str]:
        """Take bytes and return the lines that they complete."""
        *lines, rest = (self._rest + self._decoder.decode(data).replace("\0", "\ufffd")).split("\n")
        for line in lines:
            self.bar = False
            yield from _pieces(_shown(line))
        if "\r" in rest:
            ending = "\r" if rest.endswith("\r") else ""
            shown = _shown(rest)
            self.bar = self.bar or len(shown) + len(ending) < len(rest)
            rest = shown + ending
        while len(rest) > LINE_LIMIT:
            yield rest[:LINE_LIMIT]
            rest = rest[LINE_LIMIT:]
        self._rest = rest

    def drop(self) -> int:
        """Forget the unfinished line; return its length."""
        size = len(self._rest)
        self._rest = ""
        return size

    def glance(self) -> str:
        """Return how the unfinished line looks now."""
        return _shown(self._rest)

    def close(self) -> Iterator[str]:
        """Return what is left when the stream is over."""
        rest = self._rest + self._decoder.decode(b"", final=True)
        self._rest = ""
        if rest:
            yield from _pieces(_shown(rest))


class Output:
    """The log of one attempt on its way to the house."""

    def __init__(self, now: Callable[[], int], limit: int, size: int) -> None:
        self._now = now
        self._left = max(1, limit - _NOTES)
        self._room = size
        self._streams = {name: Stream() for name in STREAMS}
        self._waiting: deque[LogLine] = deque()
        self._size = 0
        self._number = 0
        self._over = 0
        self._over_size = 0
        self._skipped = 0
        self._glanced = 0
        self._closed = False
        self._patient = True
        self._waker: Callable[[], None] | None = None

    def feed(self, stream: str, data: bytes) -> None:
        """Take what the work has printed."""
        if self._left <= 0 or self._room <= 0:
            self._over += data.count(b"\n")
            self._over_size += len(data) + self._streams[stream].drop()
            return
        for text in self._streams[stream].feed(data):
            self._add(stream, text)

    def glance(self) -> None:
        """Note, now and then, how far a progress bar has come that has not ended its line yet."""
        now = self._now()
        if now - self._glanced < _GLANCE:
            return
        self._glanced = now
        for name, stream in self._streams.items():
            if stream.bar:
                stream.bar = False
                self._add(name, stream.glance())

    def close(self) -> None:
        """Take in unfinished lines and tell how many were dropped. Nothing is taken afterwards. Does nothing twice."""
        if self._closed:
            return
        self._closed = True
        for name, stream in self._streams.items():
            for text in stream.close():
                self._add(name, text)
        if self._skipped:
            self._append("log", f"{self._skipped:,} lines were dropped because the house could not be reached.")
        if self._over_size:
            rest = f"{self._over:,} more lines ({self._over_size:,} bytes)"
            self._append("log", f"{rest} were dropped: the log of one attempt is limited.")

    @property
    def full(self) -> bool:
        """Whether so much waits for the house that the work should print no more for now."""
        return len(self._waiting) >= BACKLOG_LINES or self._size >= BACKLOG_SIZE

    def wait(self, waker: Callable[[], None]) -> bool:
        """Tell whether its reader should pause now; then `waker` is called once when it should go on."""
        if not (self.full and self._patient):
            return False
        self._waker = waker
        return True

    def calm(self, *, patient: bool) -> None:
        """Say whether a full backlog makes the work wait (the house takes lines), or further lines are dropped."""
        self._patient = patient
        self._wake()

    def __len__(self) -> int:
        """Return how many lines wait for the house."""
        return len(self._waiting)

    def first(self, count: int, size: int) -> tuple[LogLine, ...]:
        """Return the lines that should go next: at most `count`, about `size` characters. They stay until forgotten."""
        chosen: list[LogLine] = []
        for line in islice(self._waiting, count):
            size -= len(line.text)
            if size < 0 and chosen:
                break
            chosen.append(line)
        return tuple(chosen)

    def forget(self, number: int) -> None:
        """Let go of the lines up to this number; the house has them."""
        while self._waiting and self._waiting[0].number <= number:
            self._size -= len(self._waiting.popleft().text)
        self._wake()

    def _wake(self) -> None:
        if self._waker is not None and not (self.full and self._patient):
            waker, self._waker = self._waker, None
            waker()

    def _add(self, stream: str, text: str) -> None:
        if self._left <= 0 or self._room <= 0:
            self._over += 1
            self._over_size += len(text) + 1
        elif self.full and not self._patient:
            self._skipped += 1
        else:
            self._left -= 1
            self._room -= len(text)
            self._append(stream, text)

    def _append(self, stream: str, text: str) -> None:
        self._number += 1
        self._size += len(text)
        self._waiting.append(LogLine(number=self._number, at=self._now(), stream=stream, text=text))


def _shown(line: str) -> str:
    if "\r" not in line:
        return line
    return line.rstrip("\r").rpartition("\r")[2]


def _pieces(line: str) -> Iterator[str]:
    yield line[:LINE_LIMIT]
    for start in range(LINE_LIMIT, len(line), LINE_LIMIT):
        yield line[start : start + LINE_LIMIT]
