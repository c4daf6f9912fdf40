"""The work that every engine is given: one record of 16 bytes with the moment it began. Nothing but Python is needed.

The records tell how many jobs began and when, without asking the engine.
"""

from __future__ import annotations

import os
import struct
import time
from pathlib import Path

VARIABLE = "BENCH_RECORDS"
"""The environment variable that says which file the records go to."""
_RECORD = struct.Struct("<qd")


def append(number: int) -> None:
    """Note that this job's work began now. Appending is safe from any number of processes and costs microseconds."""
    record = _RECORD.pack(number, time.monotonic())
    file = os.open(os.environ[VARIABLE], os.O_WRONLY | os.O_APPEND)
    os.write(file, record)
    os.close(file)


class Records:
    """The file of records as the bench reads it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_bytes(b"")

    def count(self) -> int:
        """Return how many jobs have begun."""
        return self.path.stat().st_size // _RECORD.size

    def begun(self) -> list[tuple[int, float]]:
        """Return each job's number with the moment it began, in the order of the file."""
        return list(_RECORD.iter_unpack(self.path.read_bytes()))

    def wait(self, count: int, seconds: float) -> None:
        """Return when so many jobs have begun. Raises TimeoutError."""
        until = time.monotonic() + seconds
        while self.count() < count:
            if time.monotonic() > until:
                raise TimeoutError(f"{self.count()} of {count} jobs began within {seconds:.0f} s")
            time.sleep(0.005)
