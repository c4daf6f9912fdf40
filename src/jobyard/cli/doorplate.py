"""The doorplate `DATA/server.json`: how commands on this machine find the running server and are let in.

It holds a token, so only its owner may read it. The token is good for as long as the server runs.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

import msgspec
from msgspec import Struct

NAME = "server.json"
_ANSWER_WITHIN = 15.0
"""Seconds; a server that is busy is there all the same, and one that is not refuses the connection at once."""


class Doorplate(Struct, frozen=True, kw_only=True):
    """Where the server is."""

    url: str
    """Where commands on this machine reach it."""
    pid: int
    token: str
    """An administrator's, made fresh at every start."""

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Return the folder's doorplate, or None where there is none or it cannot be read as one."""
        try:
            return msgspec.json.decode((folder / NAME).read_bytes(), type=cls)
        except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
            return None

    def hang(self, folder: Path) -> None:
        """Write it, readable by its owner only, whole or not at all."""
        write_private(folder / NAME, msgspec.json.encode(self))

    @staticmethod
    def take_down(folder: Path) -> None:
        """Remove it, if it is there."""
        (folder / NAME).unlink(missing_ok=True)

    def answers(self) -> bool:
        """Tell whether the server lives and lets us in."""
        from jobyard.client import Jobyard, JobyardError

        if not _alive(self.pid):
            return False
        try:
            with Jobyard(self.url, self.token, timeout=_ANSWER_WITHIN, patience=0.0) as client:
                client.session()
        except (JobyardError, ValueError):
            return False
        return True


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(handle)
    aside.replace(path)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
