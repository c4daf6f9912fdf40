"""The folder in which a worker's attempts have their scratch folders. What killed workers left is removed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "jobyard-worker-"
_LOCK = ".lock"


class Scratch:
    """A private folder that is locked while its worker lives."""

    def __init__(self, parent: str) -> None:
        where = Path(parent or tempfile.gettempdir()).absolute()
        where.mkdir(parents=True, exist_ok=True)
        for left in where.glob(f"{_PREFIX}*"):
            _remove_if_dead(left)
        self.folder, self._lock = _locked(where)

    def close(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)


def _locked(where: Path) -> tuple[Path, int]:
    """Make a folder and lock it."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=where))
        lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        # A worker that started at the same moment may have been quicker, and removed it as nobody's.
        if folder.exists():
            return folder, lock
        os.close(lock)


def _remove_if_dead(folder: Path) -> None:
    """Remove a worker's folder whose lock nobody holds, if it is of the same user."""
    with contextlib.suppress(OSError):
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            return
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)
