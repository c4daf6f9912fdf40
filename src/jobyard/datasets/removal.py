"""Removing files from a source: regular ones below a folder, no link followed on the way, or objects of a bucket."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence

from jobyard.datasets.messages import Reach
from jobyard.datasets.paths import shown
from jobyard.datasets.sources import open_folder, real_folder
from jobyard.datasets.sources.bucket import Bucket
from jobyard.job.clock import Clock
from jobyard.job.errors import Fault, SourceUnreachable, SourceUnreadable

_STEP = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_TOLD = 200


def remove_files(source: str, roots: Sequence[str], paths: Sequence[bytes]) -> list[str]:
    """Remove files below a folder; return for each path why it could not be, empty where it is gone.

    The folder must lie in one of `roots` (real paths). A path that is not there counts as removed.
    """
    try:
        folder = open_folder(real_folder(source, roots))
    except Fault as fault:
        return [fault.sentence] * len(paths)
    except OSError as error:
        return [f"{source} cannot be opened: {error.strerror}."] * len(paths)
    try:
        return [_remove(folder, path) for path in paths]
    finally:
        os.close(folder)


def remove_objects(way: Reach, clock: Clock, paths: Sequence[bytes]) -> list[str]:
    """Remove objects below a stretch of a bucket; return for each path why it could not be, empty where it is gone.

    An object that is not there counts as removed. Once the endpoint does not answer, it is not asked for the rest.
    """
    causes = list[str]()
    with Bucket(way, clock) as bucket:
        for path in paths:
            try:
                bucket.remove(path)
                causes.append("")
            except SourceUnreachable as fault:
                return causes + [_told_of(bucket, path, fault)] * (len(paths) - len(causes))
            except SourceUnreadable as fault:
                causes.append(_told_of(bucket, path, fault))
    return causes


def _told_of(bucket: Bucket, path: bytes, fault: SourceUnreadable) -> str:
    return f"{bucket.told(path)} cannot be removed: {fault.data.get('cause', '?')}."


def _remove(folder: int, path: bytes) -> str:
    told = shown(path, _TOLD)
    parts = path.split(b"/")
    if {b"", b".", b".."}.intersection(parts):
        return f"{told} is not a path below the source."
    current = os.dup(folder)
    try:
        for part in parts[:-1]:
            deeper = os.open(part, _STEP, dir_fd=current)
            os.close(current)
            current = deeper
        status = os.stat(parts[-1], dir_fd=current, follow_symlinks=False)
        if not stat.S_ISREG(status.st_mode):
            return f"{told} is not a regular file."
        os.unlink(parts[-1], dir_fd=current)
    except FileNotFoundError:
        return ""
    except OSError as error:
        return f"{told} cannot be removed: {error.strerror}."
    finally:
        os.close(current)
    return ""
