"""The logs of attempts: kept up to a number of lines and of bytes; what is beyond is counted and dropped, and said."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from jobyard.job.record import LogLine
from jobyard.settings import Settings
from jobyard.store.contract import Transaction

FULL = "The log of one attempt is limited, and this one is full; what follows is dropped."
"""The line at which a log that reached a limit ends."""
_PAGE = 1_000
_REMEMBERED = 10_000


class _Extent:
    """How far one log has come."""

    def __init__(self) -> None:
        self.last = 0
        """The number of the newest line that is kept."""
        self.seen = 0
        """The number of the newest line that came."""
        self.size = 0
        self.full = False
        self.dropped = 0
        self.dropped_size = 0

    def keep(self, line: LogLine) -> None:
        self.last = self.seen = max(self.seen, line.number)
        self.size += _size(line)
        self.full = self.full or (line.text == FULL and line.stream == "log")

    def drop(self, line: LogLine) -> None:
        self.seen = line.number
        self.dropped += 1
        self.dropped_size += _size(line) + 1


class Logs:
    """Appends to logs. What it remembers of them only saves reading: it is read again wherever it may be out of date.

    So a transaction that fails after all, another server or a fresh start change only the count of dropped lines.
    """

    def __init__(self, settings: Settings) -> None:
        self._lines = settings.log_limit
        self._size = settings.log_bytes
        self._extents: OrderedDict[tuple[str, int], _Extent] = OrderedDict()

    def write(self, transaction: Transaction, job: str, attempt: int, lines: Sequence[LogLine]) -> None:
        """Append lines numbered by whoever runs the work; what came before is left as it is."""
        if not lines:
            return
        extent = self._extents.get((job, attempt))
        if extent is None or lines[0].number > extent.seen + 1:
            extent = self._read(transaction, job, attempt, lines[0].number)
        kept = list[LogLine]()
        for line in lines:
            if line.number <= extent.last:
                kept.append(line)  # perhaps it was taken back with its transaction; the store knows
            elif line.number > extent.seen:
                self._add(extent, line, kept)
        if kept:
            transaction.add_log(job, attempt, kept)

    def append(self, transaction: Transaction, job: str, attempt: int, texts: Sequence[str], now: int) -> None:
        """Append lines that have no numbers yet."""
        if not texts:
            return
        last, extent = transaction.last_line(job, attempt), self._extents.get((job, attempt))
        if extent is None or extent.last != last:
            extent = self._read(transaction, job, attempt, last + 1)
        first = extent.seen + 1
        lines = [LogLine(number=first + at, at=now, stream="log", text=text) for at, text in enumerate(texts)]
        self.write(transaction, job, attempt, lines)

    def close(self, transaction: Transaction, job: str, attempt: int, now: int) -> None:
        """Say how much was dropped of a log that ends; nothing where all of it is there."""
        extent = self._extents.pop((job, attempt), None)
        if extent is not None and extent.dropped:
            text = f"{extent.dropped:,} more lines ({extent.dropped_size:,} bytes) were dropped."
            transaction.add_log(job, attempt, [LogLine(number=extent.last + 1, at=now, stream="log", text=text)])

    def _add(self, extent: _Extent, line: LogLine, kept: list[LogLine]) -> None:
        fits = line.number <= self._lines and extent.size + _size(line) <= self._size
        if fits and not extent.full:
            extent.keep(line)
            kept.append(line)
            return
        if not extent.full:
            note = LogLine(number=line.number, at=line.at, stream="log", text=FULL)
            extent.keep(note)
            kept.append(note)
        extent.drop(line)

    def _read(self, transaction: Transaction, job: str, attempt: int, first: int) -> _Extent:
        """Return how far a log has come; nothing is read where the line that comes is the first."""
        extent = _Extent()
        page = transaction.log(job, attempt, 0, _PAGE) if first > 1 else []
        while page:
            for line in page:
                extent.keep(line)
            page = transaction.log(job, attempt, extent.last, _PAGE) if len(page) == _PAGE else []
        before = self._extents.get((job, attempt))
        if before is not None:
            extent.dropped, extent.dropped_size = before.dropped, before.dropped_size
        self._extents[job, attempt] = extent
        if len(self._extents) > _REMEMBERED:
            self._extents.popitem(last=False)
        return extent


def _size(line: LogLine) -> int:
    text = line.text
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
