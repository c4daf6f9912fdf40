"""A backup as one .tar file: packed with private modes, unpacked member by member with every name checked."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from jobyard.cli.codes import Trouble
from jobyard.engine.upkeep import DATABASE, PACKAGES, PICTURES, TASK_FILES
from jobyard.job.ids import is_id

_CHUNK = 1024 * 1024
KEY = "master.key"
_BLOBS = ("blobs", TASK_FILES, PACKAGES)
"""The folders of blobs."""


def aside(target: Path) -> Path:
    """Return the folder beside `target` in which something is made before it is put in place."""
    return target.with_name(f".{target.name}.{os.getpid()}")


def remove(folder: Path) -> None:
    """Remove a folder and what is in it, if it is there."""
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)


def belongs(name: str) -> bool:
    """Tell whether a path relative to a backup is one that a backup has."""
    parts = name.split("/")
    if len(parts) == 1:
        return name in (DATABASE, KEY)
    if parts[0] == PICTURES:
        return len(parts) > 2 and is_id(parts[1]) and not {"", ".", ".."}.intersection(parts) and "\0" not in name
    return len(parts) == 3 and parts[0] in _BLOBS and is_id(parts[2]) and parts[1] == parts[2][-2:]


def pack(folder: Path, target: Path) -> None:
    """Write a backup folder into the new file `target`, whole or not at all."""
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.tar")
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                for path in sorted(folder.rglob("*")):
                    if path.is_file():
                        tar.add(path, arcname=path.relative_to(folder).as_posix(), recursive=False, filter=_private)
            file.flush()
            os.fsync(handle)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def unpack(source: Path, folder: Path) -> None:
    """Write a backup's files into a new private folder. Raises Trouble for anything that no backup has."""
    folder.mkdir(mode=0o700)
    if source.is_dir():
        for name, path in _files(source):
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
                _write(folder / name, file)
        return
    try:
        with tarfile.open(source, mode="r:") as tar:
            for member in tar:
                if not member.isreg() or not belongs(member.name):
                    raise Trouble(f"{source} holds {member.name!r}, which no backup has.")
                content = tar.extractfile(member)
                if content is not None:
                    _write(folder / member.name, content)
    except tarfile.TarError:
        raise Trouble(f"{source} is neither a backup's folder nor a whole .tar file.") from None


def _files(source: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        if path.is_dir() and not path.is_symlink():
            continue
        if path.is_symlink() or not path.is_file() or not belongs(name):
            raise Trouble(f"{source} holds {name!r}, which no backup has.")
        yield name, path


def _write(target: Path, source: IO[bytes]) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        shutil.copyfileobj(source, file, _CHUNK)
        file.flush()
        os.fsync(handle)


def _private(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member
