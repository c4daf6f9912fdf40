"""Reads label files for a synchronization. One that cannot be read is told of and counted, and never ends it."""

from __future__ import annotations

from collections.abc import Callable

from jobyard.datasets import label_text
from jobyard.datasets.label_text import SIZE_LIMIT, Unreadable
from jobyard.datasets.messages import Entry, LabelFile
from jobyard.datasets.paths import shown
from jobyard.datasets.sorting import Sorting

_LOGGED = 100
"""Unreadable files that get a line in the log; the rest is counted."""
_TEXT_LIMIT = 200


class Reader:
    """Reads one label file after the other, as the purpose of their dataset says."""

    def __init__(self, sorted_: Sorting, read: Callable[[bytes, int], bytes], log: Callable[[str], None]) -> None:
        """`read(path, limit)` returns a file's bytes, or raises OSError."""
        self._by_line = sorted_.labels == b".txt"
        self._read = read
        self._log = log
        self._refused = 0
        self._taken = 0

    def read(self, file: Entry) -> LabelFile:
        """Return what stands in a file; nothing where it is gone meanwhile. Raises only what ends the source."""
        path = file[0]
        try:
            data = self._read(path, SIZE_LIMIT + 1)
            self._taken += len(data)
            if self._by_line:
                return LabelFile(file=file, labels=label_text.lines(data))
            return LabelFile(file=file, boxes=label_text.boxes(data))
        except FileNotFoundError:
            return LabelFile(file=file)
        except Unreadable as error:
            return self._refuse(file, str(error))
        except OSError as error:
            return self._refuse(file, error.strerror or str(error))

    def take(self) -> int:
        """Return how many bytes were read since this was asked last."""
        taken, self._taken = self._taken, 0
        return taken

    def conclude(self) -> None:
        """Tell the log how many got no line."""
        if self._refused > _LOGGED:
            self._log(f"And {self._refused - _LOGGED} more label files could not be read.")

    def _refuse(self, file: Entry, reason: str) -> LabelFile:
        self._refused += 1
        if self._refused <= _LOGGED:
            self._log(f"No labels from {shown(file[0], _TEXT_LIMIT)}: {reason}.")
        return LabelFile(file=file, refused=True)
