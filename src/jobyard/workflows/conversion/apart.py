"""The process that makes one file of another."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from jobyard.workflows import apart
from jobyard.workflows.refusals import FileUnreadable

_MEMORY = 3 * 1024**3
"""Bytes it may use of its own."""
_ROOM = 2 * 1024**3
"""Bytes of what it makes."""


def main(path: str, name: str, form: str, target: str) -> int:
    """Read the file, write the other, and print that it is there."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (_ROOM, _ROOM))

    def make() -> bool:
        from jobyard.workflows.conversion import tables  # within the bound of memory, too

        try:
            tables.make(Path(path), name, form, Path(target))
        except OSError as error:
            raise FileUnreadable(file=name, reason=f"it cannot be written ({error.strerror or error})") from None
        return True

    return apart.answer(_MEMORY, make)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
