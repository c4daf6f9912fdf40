"""The job kind `backup.import`: make everything anew that is in a backup. It is seen when it is whole."""

from __future__ import annotations

import os
import shutil
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, TypeVar

import msgspec

from jobyard.datasets import packing
from jobyard.datasets.assignment import Assignment, AssignmentKind, Stage, Work
from jobyard.datasets.formats.archive.reading import Archive
from jobyard.datasets.formats.pictures import size_of
from jobyard.datasets.formats.speech import told
from jobyard.datasets.messages import packed, unpacked
from jobyard.datasets.relabelling import Renumbering, renumbered
from jobyard.datasets.work.backup.layout import (
    LINE_LIMIT,
    MANIFEST,
    MANIFEST_LIMIT,
    VERSION,
    Kept,
    Line,
    Manifest,
    Part,
    picture_name,
)
from jobyard.datasets.work.backup.layout import Spoken as SpokenLine
from jobyard.datasets.work.clearing import clear
from jobyard.datasets.work.importing import forget
from jobyard.datasets.work.messages import (
    Brought,
    Hidden,
    Made,
    Make,
    Numbered,
    Placed,
    Publish,
    Spoken,
    Subjects,
    Wanted,
)
from jobyard.datasets.work.parameters import RestoreParameters
from jobyard.job.errors import FileBroken, Invalid, UnknownLabel
from jobyard.kinds import Context, Kind

T = TypeVar("T")
_BATCH = 2_000


class BackupImport(Kind):
    """Takes in a picture at a time."""

    name: ClassVar[str] = "backup.import"
    title: ClassVar[str] = "Restore a backup"
    Parameters = RestoreParameters

    def run(self, parameters: RestoreParameters, context: Context) -> dict[str, Any]:
        """Return the number of what was restored. Raises ArchiveRefused, FileBroken or Invalid naming the offender."""
        sent = unpacked(context.call("work.subjects"), Subjects).sent
        if sent is None:
            raise Invalid(reason="No backup was sent in.")
        clear(context)
        with Archive(Path(sent)) as archive:
            manifest = _manifest(archive, parameters.what)
            _check(archive, manifest)
            restoring = _Restoring(context, archive, manifest)
            try:
                shown = restoring.run()
            except BaseException as error:
                restoring.drop()
                if isinstance(error, Exception):  # who is stopped may ask for nothing more
                    clear(context)
                raise
        forget(Path(sent))
        return shown


class _Restoring:
    """Goes through the datasets of a backup."""

    def __init__(self, context: Context, archive: Archive, manifest: Manifest) -> None:
        self._context = context
        self._archive = archive
        self._manifest = manifest
        self._total = sum(one.frames for one in manifest.datasets)
        self._done = 0
        self._folders = list[Path]()

    def run(self) -> dict[str, Any]:
        """Make everything and show it."""
        manifest = self._manifest
        single = manifest.what == "dataset"
        wanted = Make(
            datasets=[_wanted(one) for one in manifest.datasets], labels=manifest.labels, collection=not single
        )
        made = unpacked(self._context.call("work.make", packed(wanted)), Made)
        self._folders = [Path(one.folder) for one in made.datasets if one.folder is not None]
        for place, (kept, hidden) in enumerate(zip(manifest.datasets, made.datasets, strict=True), 1):
            self._pictures(place, kept, hidden)
            self._said(place, hidden, made.numbers)
        os.sync()
        publish = Publish() if single else _collection(manifest)
        self._context.progress(self._done, self._done)
        # From here on it is seen, so nothing may stop the work any more.
        shown = self._context.call("work.publish", packed(publish))
        self._context.log(f"Restored {manifest.name} with {self._done:,} pictures.")
        return {"number": shown["number"], "name": manifest.name, "frames": self._done}

    def drop(self) -> None:
        """Remove the pictures that were taken in; the house forgets the rest when the job has ended."""
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)

    def _pictures(self, place: int, kept: Kept, hidden: Hidden) -> None:
        batch, last = list[Numbered](), -1
        for line in _lines(self._archive, f"{place}/frames.jsonl", Line):
            if not last < line.number < 2**31 - 1:
                raise FileBroken(file=f"{place}/frames.jsonl", reason="its frames do not come in order")
            last = line.number
            batch.append(Numbered(line.number, self._brought(place, kept, hidden, line)))
            self._done += 1
            self._context.progress(self._done, max(self._total, self._done), kept.name)
            if len(batch) == _BATCH:
                self._context.call("work.place", packed(Placed(dataset=hidden.number, pictures=batch)))
                batch = []
        if batch:
            self._context.call("work.place", packed(Placed(dataset=hidden.number, pictures=batch)))

    def _brought(self, place: int, kept: Kept, hidden: Hidden, line: Line) -> Brought:
        path = _path(line)
        if hidden.folder is None:
            return Brought(path, line.size, 0, line.width, line.height)
        name = os.fsdecode(path)
        target = Path(hidden.folder) / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        member = picture_name(place, line.number, PurePosixPath(name).suffix)
        if member not in self._archive:
            raise FileBroken(file=MANIFEST, reason=f"the picture {told(name)} of {told(kept.name)} is missing")
        with self._archive.open(member) as source, target.open("xb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
        with target.open("rb") as file:
            width, height = size_of(file, name)
            found = os.fstat(file.fileno())
        return Brought(path, found.st_size, found.st_mtime_ns, width, height)

    def _said(self, place: int, hidden: Hidden, numbers: dict[int, int]) -> None:
        file = f"{place}/said.jsonl"
        for line in _lines(self._archive, file, SpokenLine):
            try:
                said = renumbered(line.said, Renumbering(labels=numbers, attributes=numbers))
            except KeyError as error:
                raise UnknownLabel(file=file, name=f"number {error.args[0]}") from None
            spoken = Spoken(dataset=hidden.number, part=line.layer, said=packing.packed(said))
            self._context.call("work.say", packed(spoken))


def _manifest(archive: Archive, what: str) -> Manifest:
    if MANIFEST not in archive:
        raise FileBroken(file=MANIFEST, reason="it is missing, so this is no backup")
    try:
        manifest = msgspec.json.decode(archive.read(MANIFEST, MANIFEST_LIMIT), type=Manifest)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise FileBroken(file=MANIFEST, reason=told(str(error))) from None
    if manifest.jobyard != VERSION:
        raise FileBroken(file=MANIFEST, reason=f"its layout has the version {manifest.jobyard}, and {VERSION} is known")
    if manifest.what != what:
        raise Invalid(reason=f"This is the backup of a {manifest.what}, and not of a {what}.")
    if what == "dataset" and len(manifest.datasets) != 1:
        raise FileBroken(file=MANIFEST, reason="the backup of a dataset holds one")
    return manifest


def _check(archive: Archive, manifest: Manifest) -> None:
    """Look everything over before anything is taken in. Raises FileBroken."""
    for place, kept in enumerate(manifest.datasets, 1):
        file = f"{place}/frames.jsonl"
        for name in (file, f"{place}/said.jsonl"):
            if name not in archive:
                raise FileBroken(file=name, reason="it is missing")
        count, paths = 0, set[str]()
        for line in _lines(archive, file, Line):
            _path(line)
            if line.path in paths:
                raise FileBroken(file=file, reason="it speaks of one picture twice")
            paths.add(line.path)
            count += 1
        if count != kept.frames:
            raise FileBroken(file=file, reason=f"it tells of {count:,} pictures, and the manifest of {kept.frames:,}")
        for _ in _lines(archive, f"{place}/said.jsonl", SpokenLine):
            pass


def _lines(archive: Archive, name: str, type_: type[T]) -> Iterator[T]:
    decoder = msgspec.json.Decoder(type_)
    with archive.open(name) as stream:
        while line := stream.readline(LINE_LIMIT):
            try:
                yield decoder.decode(line)
            except (msgspec.DecodeError, msgspec.ValidationError) as error:
                raise FileBroken(file=name, reason=told(str(error))) from None


def _path(line: Line) -> bytes:
    """Return a picture's path. Raises FileBroken for one that would lead elsewhere."""
    try:
        path = b64decode(line.path, validate=True)
    except ValueError:
        path = b""
    parts = path.split(b"/")
    if not path or b"\0" in path or {b"", b".", b".."}.intersection(parts):
        raise FileBroken(file="frames.jsonl", reason=f"frame {line.number} has a path that is none")
    return path


def _wanted(kept: Kept) -> Wanted:
    return Wanted(
        name=kept.name,
        purpose=kept.purpose,
        description=kept.description,
        settings=kept.settings,
        source=kept.source,
        parts=tuple(_assignment(part) for part in kept.parts),
    )


def _assignment(part: Part) -> Assignment:
    try:
        return Assignment(
            dataset=0,
            kind=AssignmentKind(part.kind),
            parent=part.parent,
            first=part.first,
            last=part.last,
            frames=part.frames,
            stage=Stage(part.stage),
            state=Work(part.state),
        )
    except ValueError as error:
        raise FileBroken(file=MANIFEST, reason=told(str(error))) from None


def _collection(manifest: Manifest) -> Publish:
    return Publish(
        name=manifest.name,
        description=manifest.description,
        settings=manifest.settings,
        labels=() if manifest.datasets else manifest.labels,
    )
