"""Which files of a finished command become results: regular files of its own folder, and nothing a link points at."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path

from jobyard.kinds.context import Context

_PIECE = 1024 * 1024


def keep(names: Sequence[str], context: Context) -> list[str]:
    """Hand over those of the files that may be kept; return for each other one what is wrong with it."""
    complaints = [_kept(context.folder / name, name, context) for name in names]
    return [complaint for complaint in complaints if complaint]


def _kept(source: Path, name: str, context: Context) -> str:
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return f"did not write {name!r}"
    except OSError as error:
        if error.errno == errno.ELOOP:
            return f"left {name!r}, which is a symbolic link"
        return f"left {name!r}, which cannot be read: {error.strerror}"
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        return f"left {name!r}, which is not a regular file"
    with os.fdopen(descriptor, "rb") as file:
        target = context.result_file(name)
        if target.exists() and os.path.samestat(found, target.stat()):
            return ""
        if not _moved(source, target, found):
            with target.open("wb") as copy:
                shutil.copyfileobj(file, copy, _PIECE)
    return ""


def _moved(source: Path, target: Path, found: os.stat_result) -> bool:
    """Rename, which costs nothing; False when the folders lie on two file systems or somebody swapped the file."""
    try:
        source.replace(target)
    except OSError:
        return False
    if os.path.samestat(found, target.lstat()):
        return True
    target.unlink()
    return False
