"""Pictures on their way in: single files, members of archives, and files of allowed folders of this machine."""

from __future__ import annotations

import errno
import os
import posixpath
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from jobyard.datasets.formats.archive.reading import Archive, is_archive
from jobyard.datasets.formats.pictures import ENDINGS, ending, size_of
from jobyard.datasets.formats.speech import told
from jobyard.datasets.sources.folder import open_file, open_folder
from jobyard.datasets.uploads import Uploads
from jobyard.datasets.work.messages import Brought
from jobyard.datasets.work.options import Options
from jobyard.job.errors import FileBroken, Invalid

_PIECE = 1 << 20
_NAME_BYTES = 255


class Incoming(Struct, frozen=True, kw_only=True):
    """One picture that may be taken in."""

    name: str
    """What it will be called: a path with `/` between folders."""
    size: int
    open: Callable[[], BinaryIO]
    linkable: Path | None = None
    """A file of the house itself, which need not be copied."""

    def bring(self, folder: Path) -> Brought:
        """Put the picture in its place. Raises FileBroken when it is none."""
        target = folder / self.name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._linked(target):
            with self.open() as source, target.open("xb") as copy:
                shutil.copyfileobj(source, copy, _PIECE)
        with target.open("rb") as file:
            width, height = size_of(file, self.name)
            found = os.fstat(file.fileno())
        path = os.fsencode(self.name)
        return Brought(path, found.st_size, found.st_mtime_ns, width, height)

    def _linked(self, target: Path) -> bool:
        if self.linkable is None:
            return False
        try:
            os.link(self.linkable, target)
        except OSError as error:
            if error.errno == errno.EEXIST:
                raise
            return False
        return True


@contextmanager
def gathered(sent: Path, roots: Sequence[str], options: Options) -> Iterator[list[Incoming]]:
    """Give out everything that may be taken in. Raises ArchiveRefused, FileBroken or Invalid naming the offender."""
    with ExitStack() as open_things:
        found = [*_sent(sent, open_things), *_served(roots, options, open_things)]
        seen = dict[str, Incoming]()
        for one in found:
            _check_name(one.name)
            if one.name in seen:
                raise Invalid(reason=f"Two pictures are called {told(one.name)}.")
            seen[one.name] = one
        yield found


def _sent(folder: Path, open_things: ExitStack) -> Iterator[Incoming]:
    for upload in Uploads(folder.parent, 0).files(folder.name):
        name, path = upload.told.name, folder / upload.id
        if ending(name) in ENDINGS:
            yield Incoming(name=name, size=upload.offset, open=_opener(path), linkable=path)
        elif is_archive(path):
            yield from _members(open_things.enter_context(Archive(path)))
        else:
            raise FileBroken(file=told(name), reason="it is neither a picture nor a zip archive")


def _members(archive: Archive) -> Iterator[Incoming]:
    for name in archive:
        if ending(name) in ENDINGS and not name.startswith("__MACOSX/"):
            yield Incoming(name=name, size=archive.size(name), open=_member(archive, name))


def _member(archive: Archive, name: str) -> Callable[[], BinaryIO]:
    return lambda: archive.open(name)


def _opener(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")


def _served(roots: Sequence[str], options: Options, open_things: ExitStack) -> Iterator[Incoming]:
    """Yield pictures of allowed folders of this machine; folders among them with all that is below."""
    left_out = {name.strip("/") for name in options.server_files_exclude}
    for name in options.server_files:
        wanted = posixpath.normpath(name.strip("/"))
        if wanted in {"", "."} or ".." in wanted.split("/") or "\0" in wanted:
            raise Invalid(reason=f"{told(name)} is no path below an allowed folder.")
        root = next((root for root in roots if os.path.lexists(os.path.join(root, wanted))), None)  # noqa: PTH118
        if root is None:
            raise Invalid(reason=f"There is no {told(name)} below a folder that an administrator allowed as a source.")
        descriptor = open_folder(root)
        open_things.callback(os.close, descriptor)
        for path in _below(root, wanted):
            if path not in left_out and not any(path.startswith(f"{one}/") for one in left_out):
                yield _served_one(descriptor, path)


def _served_one(root: int, path: str) -> Incoming:
    def opened() -> BinaryIO:
        try:
            return open_file(root, os.fsencode(path))
        except OSError as error:
            raise FileBroken(file=told(path), reason=f"it cannot be read: {error.strerror}") from None

    size = 0
    with suppress(OSError):
        size = os.stat(path, dir_fd=root, follow_symlinks=False).st_size
    return Incoming(name=path, size=size, open=opened)


def _below(root: str, wanted: str) -> Iterator[str]:
    whole = Path(root) / wanted
    if not whole.is_dir() or whole.is_symlink():
        yield wanted
        return
    for folder, folders, files in os.walk(whole, followlinks=False):
        folders.sort()
        for name in sorted(files):
            if ending(name) in ENDINGS:
                yield os.path.relpath(Path(folder) / name, root)


def _check_name(name: str) -> None:
    parts = name.split("/")
    long = any(len(os.fsencode(part)) > _NAME_BYTES for part in parts)
    if long or {"", ".", ".."}.intersection(parts) or "\0" in name:
        raise Invalid(reason=f"No picture can be called {told(name)}.")
