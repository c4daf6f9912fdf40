"""A package: one document, and the files and macros it brings along. Also a document that came alone is one.

Nothing is unpacked to disk under a name that somebody else chose; every size is bounded before it is read.
"""

from __future__ import annotations

import io
import posixpath
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO, Self

from jobyard.workflows.document.markup import LONGEST
from jobyard.workflows.document.reading import document
from jobyard.workflows.document.record import Document, Form
from jobyard.workflows.refusals import FileUnreadable, WorkflowBroken

MOST_MEMBERS = 10_000
MOST_BYTES = 8 * 1024**3
"""Bytes of all members unpacked."""
_RATIO = 200
"""Times by which a package may grow when it is unpacked; up to the next number of bytes it may grow more."""
_SMALL = 64 * 1024 * 1024
_ENCRYPTED = 0x1
_MOST_MACROS = 200
_PIECE = 1 << 20
_MOST_DIRECTORY = 2 * 1024 * 1024
"""Bytes of the list of members, which is read whole before anybody can count them."""


class _Reader(io.BufferedReader):
    """A file of which never much is read at once."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read. Raises BadZipFile for more bytes than a list of members may have."""
        if size is not None and size > _MOST_DIRECTORY:
            raise zipfile.BadZipFile(f"its list of members has {size:,} bytes, more than {_MOST_DIRECTORY:,}")
        return super().read(size)


class Package:
    """What somebody sent. Raises WorkflowBroken when it is not harmless and whole."""

    def __init__(self, path: Path, name: str = "") -> None:
        self._name = name or path.name
        self._path = path
        self._archive: zipfile.ZipFile | None = None
        self._file: _Reader | None = None
        self._members: dict[str, zipfile.ZipInfo] = {}
        if zipfile.is_zipfile(path):
            self._archive = self._opened()
        self._documents: dict[str, Document] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._archive is not None:
            self._archive.close()
        self._close()

    def main(self) -> Document:
        """Return the document that the package is about: the one at its top, else the only one outside of macros."""
        if self._archive is None:
            return self._document(self._name)
        ours = [name for name in self._members if name.lower().endswith((".yxmd", ".yxwz", ".yxmc"))]
        for choice in (
            [name for name in ours if "/" not in name and not name.lower().endswith(".yxmc")],
            [name for name in ours if "_externals/" not in name.lower() and not name.lower().endswith(".yxmc")],
            [name for name in ours if "/" not in name],
        ):
            if len(choice) == 1:
                return self._document(choice[0])
            if choice:
                raise WorkflowBroken(file=self._name, reason=f"it holds several workflows: {', '.join(choice[:5])}")
        raise WorkflowBroken(file=self._name, reason="it holds no workflow")

    def macro(self, named: str, by: Document) -> Document | None:
        """Return the macro that a document names by a path, or None when the package does not hold it."""
        found = self.find(named, by)
        return self._document(found) if found and found.lower().endswith(f".{Form.MACRO}") else None

    def find(self, named: str, by: Document) -> str | None:
        """Return which member a path in a document means, or None. Paths lead from the document's own folder."""
        wanted = posixpath.normpath(named.replace("\\", "/"))
        below = posixpath.normpath(posixpath.join(posixpath.dirname(by.file), wanted))
        folded = {name.casefold(): name for name in self._members}
        for path in (below, wanted):
            if path.casefold() in folded:
                return folded[path.casefold()]
        return None

    def folder(self, named: str, by: Document) -> dict[str, str]:
        """Return the members of the folder in which a path of a document lies, by their own names."""
        wanted = posixpath.dirname(posixpath.normpath(named.replace("\\", "/")))
        below = posixpath.normpath(posixpath.join(posixpath.dirname(by.file), wanted))
        places = {"" if place == "." else place.casefold() for place in (below, wanted)}
        return {
            posixpath.basename(name): name
            for name in self._members
            if posixpath.dirname(name).casefold() in places and not name.endswith("/")
        }

    def open(self, member: str) -> BinaryIO:
        """Open a member for reading. Raises FileUnreadable."""
        if self._archive is None or member not in self._members:
            raise FileUnreadable(file=member, reason="the package does not hold it")
        try:
            with self._archive.open(self._members[member]) as stream:
                return self._whole(stream, member)
        except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError) as error:
            raise FileUnreadable(file=member, reason=str(error) or "it is broken") from None

    def names(self) -> Iterator[str]:
        """Yield the names of all members."""
        return iter(self._members)

    def _whole(self, stream: IO[bytes], member: str) -> BinaryIO:
        import tempfile

        told = self._members[member].file_size
        copy = tempfile.SpooledTemporaryFile(max_size=_SMALL)  # noqa: SIM115 - the reader closes it
        length = 0
        try:
            while piece := stream.read(_PIECE):
                length += len(piece)
                if length > told:
                    raise FileUnreadable(file=member, reason="it is longer than the package says")
                copy.write(piece)
        except BaseException:
            copy.close()
            raise
        copy.seek(0)
        return copy  # type: ignore[return-value]  # it has all that a reader asks for

    def _document(self, name: str) -> Document:
        if name not in self._documents:
            if len(self._documents) >= _MOST_MACROS:
                raise WorkflowBroken(file=name, reason=f"more than {_MOST_MACROS} macros belong to it")
            self._documents[name] = document(self._read(name), name)
        return self._documents[name]

    def _read(self, name: str) -> bytes:
        if self._archive is None:
            with self._path.open("rb") as file:
                return file.read(LONGEST + 1)
        if self._members[name].file_size > LONGEST:
            raise WorkflowBroken(file=name, reason=f"it has more than {LONGEST:,} bytes")
        try:
            with self.open(name) as file:
                return file.read(LONGEST + 1)
        except FileUnreadable as error:
            raise WorkflowBroken(file=name, reason=error.data["reason"]) from None

    def _opened(self) -> zipfile.ZipFile:
        try:
            self._file = _Reader(io.FileIO(self._path))
            archive = zipfile.ZipFile(self._file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            self._close()
            raise WorkflowBroken(file=self._name, reason=f"it is no whole package ({error})") from None
        try:
            self._look(archive)
        except BaseException:
            archive.close()
            self._close()
            raise
        return archive

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _look(self, archive: zipfile.ZipFile) -> None:
        infos = archive.infolist()
        if len(infos) > MOST_MEMBERS:
            raise WorkflowBroken(file=self._name, reason=f"it has more than {MOST_MEMBERS:,} members")
        folded = set[str]()
        for info in infos:
            if info.is_dir():
                continue
            name = self._checked(info)
            if name.casefold() in folded:
                raise WorkflowBroken(file=self._name, reason=f"two members are called {name}, or nearly so")
            folded.add(name.casefold())
            self._members[name] = info
        total = sum(info.file_size for info in infos)
        if total > MOST_BYTES or total > max(_SMALL, self._path.stat().st_size * _RATIO):
            raise WorkflowBroken(file=self._name, reason=f"it would become {total:,} bytes")

    def _checked(self, info: zipfile.ZipInfo) -> str:
        name = info.filename.replace("\\", "/")
        parts = name.split("/")
        mode = stat.S_IFMT(info.external_attr >> 16)
        if not name or name.startswith("/") or ":" in parts[0] or {"..", ".", ""}.intersection(parts):
            raise WorkflowBroken(file=self._name, reason=f"the path {name[:100]!r} leads out of it")
        if "\0" in name or not name.isprintable() or len(name) > 1_000:
            raise WorkflowBroken(file=self._name, reason=f"{name[:100]!r} is no name for a file")
        if info.flag_bits & _ENCRYPTED:
            raise WorkflowBroken(file=self._name, reason=f"{name} is encrypted")
        if mode not in {0, stat.S_IFREG}:
            raise WorkflowBroken(file=self._name, reason=f"{name} is a link or a device")
        return name


def content(file: BinaryIO, most: int) -> io.BytesIO:
    """Return a file's bytes in memory. Raises FileUnreadable when it has more than `most`."""
    data = file.read(most + 1)
    if len(data) > most:
        raise FileUnreadable(file="it", reason=f"it has more than {most:,} bytes")
    return io.BytesIO(data)
