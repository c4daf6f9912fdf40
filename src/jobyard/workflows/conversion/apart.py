"""The process that makes one file of another: prints nothing that is said, or in a sentence why there is none."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import msgspec

from jobyard.workflows.refusals import FileUnreadable

_MEMORY = 3 * 1024**3
"""Bytes it may use of its own."""
_ROOM = 2 * 1024**3
"""Bytes of what it makes."""


def main(path: str, name: str, form: str, target: str) -> int:
    """Read the file, write the other, and print why not where that is so."""
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_ROOM, _ROOM))
    from jobyard.workflows.conversion.tables import make

    said = ""
    try:
        make(Path(path), name, form, Path(target))
    except FileUnreadable as unreadable:
        said = str(unreadable.data["reason"])
    except MemoryError:
        said = "it needs too much memory"
    except OSError as error:
        said = f"it cannot be written ({error.strerror or error})"
    sys.stdout.buffer.write(msgspec.msgpack.encode(said))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
