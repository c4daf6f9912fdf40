"""The data folder: one server at a time, and only on a disk whose locks and syncs can be trusted."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from jobyard.job.errors import FolderInUse, UnsafeFolder

UNSAFE = frozenset(
    {
        *(
            "nfs",
            "nfs4",
            "cifs",
            "smb",
            "smb2",
            "smb3",
            "smbfs",
            "9p",
            "afs",
            "ceph",
            "glusterfs",
            "lustre",
            "gfs2",
            "ocfs2",
        ),
        *("beegfs", "davfs", "virtiofs", "fuse.sshfs", "fuse.s3fs", "fuse.gcsfuse", "fuse.rclone", "fuse.davfs2"),
        *(
            "fuse.glusterfs",
            "fuse.cephfs",
            "fuse.blobfuse",
            "fuse.blobfuse2",
            "fuse.goofys",
            "fuse.mount-s3",
            "fuse.juicefs",
        ),
    }
)
"""Kinds of file systems on which another machine may hold the same file, or on which a sync promises nothing."""
_MOUNTS = Path("/proc/self/mountinfo")


class Lock:
    """The lock file of a data folder, held until `release` or the end of the process."""

    def __init__(self, folder: Path) -> None:
        """Take the lock. Raises FolderInUse naming the process that holds it."""
        self._file = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._file, 32).decode("ascii", "replace").strip()
            os.close(self._file)
            raise FolderInUse(pid=holder or "unknown", folder=str(folder)) from None
        os.ftruncate(self._file, 0)
        os.write(self._file, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let another server in."""
        os.ftruncate(self._file, 0)
        os.close(self._file)


def require_safe(folder: Path, mounts: str | None = None) -> None:
    """Raise UnsafeFolder when the folder lies on a network file system. `mounts` is Linux's mountinfo."""
    if mounts is None:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape") if _MOUNTS.exists() else ""
    kind = filesystem(folder, mounts)
    if kind in UNSAFE:
        raise UnsafeFolder(folder=str(folder), kind=kind)


def filesystem(folder: Path, mounts: str) -> str:
    """Return the kind of file system a folder lies on; empty when unknown. Of equal mounts the later one counts."""
    place = folder.resolve()
    found, depth = "", -1
    for line in mounts.splitlines():
        left, separator, right = line.partition(" - ")
        fields = left.split(" ")
        if not separator or len(fields) < 5:
            continue
        mounted = Path(_unescaped(fields[4]))
        if place.is_relative_to(mounted) and len(mounted.parts) >= depth:
            found, depth = right.split(" ")[0], len(mounted.parts)
    return found


def _unescaped(text: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, character)
    return text
