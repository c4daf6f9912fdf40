"""One pass through a bucket: every object below its prefix, in the order of the bytes of its key.

The listing holds one page at a time and is asked for behind a key, so that it can be taken up behind any path. What
cannot be listed ends the pass with an error, never with silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jobyard.datasets.messages import Entry
from jobyard.datasets.paths import PATH_LIMIT
from jobyard.datasets.sources.bucket import Bucket
from jobyard.job.errors import SourceMissing, SourceUnreadable


class Objects:
    """An iteration over the objects behind `start`, a path below the prefix."""

    def __init__(
        self,
        bucket: Bucket,
        prefix: bytes,
        *,
        start: bytes = b"",
        skip: Callable[[bytes, str], None] = lambda path, reason: None,
        may_be_missing: bool = False,
    ) -> None:
        """`skip(path, reason)` hears of what is not taken in.

        Where `may_be_missing` is not said, a prefix that no key at all begins with is an error: a bucket has no folders
        that could be empty.
        """
        self._bucket = bucket
        self._prefix = prefix
        self._start = start
        self._skip = skip
        self._sure = may_be_missing or not prefix or bool(start)

    def __iter__(self) -> Iterator[Entry]:
        """Yield (path, size, time of change, ETag). Raises SourceUnreadable naming the path and the cause."""
        after, cut = self._prefix + self._start if self._start else b"", len(self._prefix)
        token, more = "", True
        while more:
            page = self._bucket.page(after, token)
            for key, size, mtime_ns, etag in page.objects:
                if key <= after or not key.startswith(self._prefix):
                    raise SourceUnreadable(path=self._bucket.told(), cause="its objects do not come in order")
                after = key
                if (reason := _unfit(key[cut:])) is None:
                    yield key[cut:], size, mtime_ns, etag
                elif reason:
                    self._skip(key[cut:], reason)
            self._sure = self._sure or bool(page.objects)
            more, token = page.more, "" if page.objects else page.token
            if more and not page.objects and not token:
                raise SourceUnreadable(path=self._bucket.told(), cause="the listing breaks off")
        if not self._sure:
            raise SourceMissing(path=self._bucket.told(), cause="no key in the bucket begins so")


def _unfit(path: bytes) -> str | None:
    """Return why a path is no sample's; empty for a folder's own mark; None where it may be one."""
    if not path or path.endswith(b"/"):
        return ""
    if len(path) > PATH_LIMIT:
        return f"its path is longer than {PATH_LIMIT} bytes"
    if b"\0" in path:
        return "its name holds a NUL"
    if (b"/." in path or b"//" in path or path[:1] in b"./") and {b"", b".", b".."}.intersection(path.split(b"/")):
        return "its path would lead elsewhere as that of a file"
    return None
