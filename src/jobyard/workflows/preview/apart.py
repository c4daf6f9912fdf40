"""The process that reads one file for a preview."""

from __future__ import annotations

import sys
from pathlib import Path

from jobyard.workflows import apart
from jobyard.workflows.preview.readers import read

_MEMORY = 1024**3
"""Bytes it may use of its own."""


def main(path: str, name: str, rows: str) -> int:
    """Read the file and print."""
    return apart.answer(_MEMORY, lambda: read(Path(path), name, int(rows)))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
