"""The process that reads one file for a preview: prints the preview, or in a sentence why there is none."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import msgspec

from jobyard.workflows.preview.readers import read
from jobyard.workflows.preview.record import Preview
from jobyard.workflows.refusals import FileUnreadable

_MEMORY = 1024**3
"""Bytes it may use of its own."""


def main(path: str, name: str, rows: str) -> int:
    """Read the file and print."""
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
    said: Preview | str
    try:
        said = read(Path(path), name, int(rows))
    except FileUnreadable as unreadable:
        said = str(unreadable.data["reason"])
    except MemoryError:
        said = "it needs too much memory"
    sys.stdout.buffer.write(msgspec.msgpack.encode(said))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
