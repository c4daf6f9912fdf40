"""A source opened for one synchronization: its entries in order, and what stands in a file. A folder or a bucket."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from jobyard.datasets.messages import Entry, Opened, Reach
from jobyard.datasets.paths import shown
from jobyard.datasets.sources.folder import open_folder, read_file, real_folder
from jobyard.datasets.walk import Walk
from jobyard.job.clock import SystemClock
from jobyard.job.errors import Invalid, SourceForbidden, SourceMissing, SourceNotAllowed, SourceUnreadable

if TYPE_CHECKING:
    from jobyard.datasets.sources.bucket import Bucket

_LOGGED = 100
"""Skipped entries that get a line in the log; the rest is counted."""
_TEXT_LIMIT = 200


class Source(Protocol):
    """What a synchronization asks of a source."""

    def entries(self, start: bytes, want: Callable[[bytes], bool] | None) -> Iterable[Entry]:
        """Return the entries behind `start` that are wanted (None: all), in the order of their bytes."""

    def holds(self, want: Callable[[bytes], bool] | None) -> bool:
        """Tell whether there is any entry that is wanted, from the beginning on."""

    def read(self, path: bytes, limit: int) -> bytes:
        """Return up to `limit` bytes of a file. Raises FileNotFoundError, or OSError for one that cannot be read."""


class Skipped:
    """Counts what is not taken in, and tells the log of the first hundred with a reason."""

    def __init__(self, log: Callable[[str], None]) -> None:
        self._log = log
        self._count = 0
        self._logged = 0
        self._silent = 0
        self._passing: Callable[[bytes], None] = lambda path: None

    def begin(self, passing: Callable[[bytes], None]) -> None:
        """Count anew. `passing(path)` is called before an entry is counted: those before it can then be taken."""
        self._count, self._passing = 0, passing

    def __call__(self, path: bytes, reason: str) -> None:
        """Hear of an entry. Without a reason it is only counted."""
        self._passing(path)
        self._count += 1
        if not reason:
            return
        if self._logged >= _LOGGED:
            self._silent += 1
            return
        self._logged += 1
        self._log(f"Skipped {shown(path, _TEXT_LIMIT)}: {reason}.")

    def take(self) -> int:
        """Return how many were skipped since this was asked last."""
        count, self._count = self._count, 0
        return count

    def conclude(self) -> None:
        """Tell the log how many got no line."""
        if self._silent:
            self._log(f"And {self._silent} more were skipped.")


class _Folder:
    def __init__(self, real: str, descriptor: int, look: Callable[[], None], skipped: Skipped) -> None:
        self._real = real
        self._descriptor = descriptor
        self._look = look
        self._skipped = skipped

    def entries(self, start: bytes, want: Callable[[bytes], bool] | None) -> Iterable[Entry]:
        return Walk(self._real, self._descriptor, start=start, skip=self._skipped, look=self._look, want=want)

    def holds(self, want: Callable[[bytes], bool] | None) -> bool:
        return any(True for _ in Walk(self._real, self._descriptor, look=self._look, want=want))

    def read(self, path: bytes, limit: int) -> bytes:
        return read_file(self._descriptor, path, limit)


class _Bucket:
    def __init__(self, bucket: Bucket, reach: Reach, skipped: Skipped, *, may_be_empty: bool) -> None:
        self._bucket = bucket
        self._prefix = reach.prefix.encode()
        self._skipped = skipped
        self._may_be_empty = may_be_empty

    def entries(self, start: bytes, want: Callable[[bytes], bool] | None) -> Iterator[Entry]:
        from jobyard.datasets.sources.objects import Objects

        objects = Objects(
            self._bucket, self._prefix, start=start, skip=self._skipped, may_be_missing=self._may_be_empty
        )
        for entry in objects:
            if want is None or want(entry[0]):
                yield entry
            else:
                self._skipped(entry[0], "")

    def holds(self, want: Callable[[bytes], bool] | None) -> bool:
        from jobyard.datasets.sources.objects import Objects

        objects = Objects(self._bucket, self._prefix, may_be_missing=True)
        return any(want is None or want(entry[0]) for entry in objects)

    def read(self, path: bytes, limit: int) -> bytes:
        try:
            return self._bucket.read(path, limit)
        except SourceMissing as error:
            raise FileNotFoundError(error.sentence) from None
        except SourceForbidden as error:
            raise PermissionError(error.sentence) from None


@contextmanager
def opened_source(
    opened: Opened, look: Callable[[], None], skipped: Skipped, *, may_be_empty: bool
) -> Iterator[Source]:
    """Give a dataset's source as it can be listed now. `look()` is called now and then and may raise to stop.

    Raises SourceNotAllowed for a folder that lies in none of the roots any more, SourceMissing for one that is gone,
    and SourceUnreadable for one that cannot be opened.
    """
    if opened.reach is not None:
        # What speaks HTTP is loaded by those alone who list a bucket.
        from jobyard.datasets.sources.bucket import Bucket

        with Bucket(opened.reach, SystemClock(), look=look) as bucket:
            yield _Bucket(bucket, opened.reach, skipped, may_be_empty=may_be_empty)
        return
    try:
        real = real_folder(opened.source, opened.roots)
        descriptor = open_folder(real)
    except SourceNotAllowed:
        raise
    except Invalid:
        raise SourceMissing(path=opened.source, cause="There is no folder of this name") from None
    except PermissionError as error:
        raise SourceForbidden(path=opened.source, cause=error.strerror) from None
    except OSError as error:
        raise SourceUnreadable(path=opened.source, cause=error.strerror) from None
    try:
        yield _Folder(real, descriptor, look, skipped)
    finally:
        os.close(descriptor)
