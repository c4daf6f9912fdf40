"""What a command complains about on its error output: passed on as it comes, and its last line kept for the failure."""

from __future__ import annotations

import os
import threading

_CHUNK = 65_536
_KEPT = 4_096
_SHOWN = 300
_LAST_WORDS = 1.0


class Echo:
    """Copies one descriptor to another in a thread of its own and remembers the end."""

    def __init__(self, source: int, target: int) -> None:
        """Take over `source`, which is closed when its writers are gone; `target` stays open."""
        self._source = source
        self._target = target
        self._end = b""
        self._thread = threading.Thread(target=self._copy, name="echo", daemon=True)
        self._thread.start()

    def last_line(self) -> str:
        """Return the last line that says something, cut to a sentence's length; empty when there was none.

        Waits a second for what is under way: a process left behind may keep the descriptor open for ever.
        """
        self._thread.join(_LAST_WORDS)
        lines = self._end.decode("utf-8", "replace").replace("\r", "\n").splitlines()
        said = [line.strip() for line in lines if line.strip()]
        return "".join(c if c.isprintable() else "?" for c in said[-1][:_SHOWN]) if said else ""

    def _copy(self) -> None:
        with os.fdopen(self._source, "rb", buffering=0) as source:
            while chunk := source.read(_CHUNK):
                self._end = (self._end + chunk)[-_KEPT:]
                _write(self._target, chunk)


def _write(target: int, chunk: bytes) -> None:
    while chunk:
        try:
            chunk = chunk[os.write(target, chunk) :]
        except OSError:
            return
