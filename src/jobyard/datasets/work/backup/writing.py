"""The job kind `backup.export`: put everything about a dataset or a collection into one archive."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, ClassVar

import msgspec
from msgspec.structs import replace

from jobyard.datasets.annotations import Annotations, Track
from jobyard.datasets.assignment import Assignment
from jobyard.datasets.formats.archive.writing import ArchiveWriter
from jobyard.datasets.formats.pictures import PACKED, ending
from jobyard.datasets.messages import unpacked
from jobyard.datasets.work.backup.layout import (
    MANIFEST,
    SHORT,
    VERSION,
    Kept,
    Line,
    Manifest,
    Part,
    Spoken,
    picture_name,
    short,
)
from jobyard.datasets.work.items import Gallery, name_of, stretches
from jobyard.datasets.work.messages import Subject, Subjects
from jobyard.datasets.work.naming import file_name
from jobyard.datasets.work.parameters import BackupParameters
from jobyard.kinds import Context, Kind

_DAY = 86_400.0


class BackupExport(Kind):
    """Writes a picture at a time."""

    name: ClassVar[str] = "backup.export"
    title: ClassVar[str] = "Back up a dataset"
    Parameters = BackupParameters
    results_for: ClassVar[float | None] = 7 * _DAY

    def run(self, parameters: BackupParameters, context: Context) -> dict[str, Any]:
        """Return what the file is called. Raises SourceUnreadable naming a picture that cannot be read."""
        subjects = unpacked(context.call("work.subjects"), Subjects)
        what = "dataset" if parameters.collection is None else "collection"
        name = file_name(parameters.file, subjects.name, "backup")
        target = context.result_file(name, "application/zip")
        writing = _Writing(context, subjects, lightweight=parameters.lightweight)
        with ArchiveWriter(target, context.folder) as archive:
            datasets = tuple(writing.dataset(archive, place) for place in range(1, len(subjects.datasets) + 1))
            manifest = Manifest(
                jobyard=VERSION,
                what=what,
                name=subjects.name,
                description=subjects.description,
                settings=subjects.settings,
                labels=subjects.labels,
                datasets=datasets,
            )
            archive.add(SHORT[what], msgspec.json.encode(short(manifest)))
            archive.add(MANIFEST, msgspec.json.encode(manifest))
        writing.end()
        return {"file": name, "size": target.stat().st_size, "frames": sum(one.frames for one in datasets)}


class _Writing:
    """Goes through the datasets."""

    def __init__(self, context: Context, subjects: Subjects, *, lightweight: bool) -> None:
        self._context = context
        self._subjects = subjects
        self._lightweight = lightweight
        self._total = sum(subject.last + 1 for subject in subjects.datasets)
        self._done = 0

    def dataset(self, archive: ArchiveWriter, place: int) -> Kept:
        """Write one dataset and return what the manifest says of it."""
        subject = self._subjects.datasets[place - 1]
        # Pictures that were sent in lie nowhere else, so they always go along.
        pictures = not (self._lightweight and subject.folder is None)
        frames = self._frames(archive, place, subject, pictures=pictures)
        parts = subject.assignments
        with archive.spooled(f"{place}/said.jsonl", self._context.folder) as out:
            for spoken in self._said(subject, parts):
                out.write(msgspec.json.encode(spoken) + b"\n")
        return Kept(
            name=subject.name,
            purpose=subject.purpose,
            description=subject.description,
            settings=subject.settings,
            frames=frames,
            parts=tuple(_part(part, parts) for part in parts),
            source=None if pictures else subject.source,
        )

    def end(self) -> None:
        """Tell that everything is written."""
        self._context.progress(self._done, self._done)

    def _frames(self, archive: ArchiveWriter, place: int, subject: Subject, *, pictures: bool) -> int:
        count = 0
        with (
            Gallery(subject, self._context) as gallery,
            archive.spooled(f"{place}/frames.jsonl", self._context.folder) as out,
        ):
            for said in stretches(self._context, subject, bare=True):
                for framed in said.frames:
                    name = name_of(framed.path)
                    size = 0
                    if pictures:
                        with gallery.picture(framed.path)() as stream:
                            member = picture_name(place, framed.number, PurePosixPath(name).suffix)
                            size = archive.add_stream(member, stream, packed=ending(name) not in PACKED)
                    path = b64encode(framed.path).decode("ascii")
                    out.write(msgspec.json.encode(Line(framed.number, path, framed.width, framed.height, size)) + b"\n")
                    count += 1
                    self._done += 1
                    self._context.progress(self._done, max(self._total, self._done), name[-80:])
        return count

    def _said(self, subject: Subject, parts: tuple[Assignment, ...]) -> Iterator[Spoken]:
        """Yield what was said, the dataset's own first; a track through several stretches comes once."""
        layers = [(0, 0), *((place, part.layer) for place, part in enumerate(parts, 1) if part.layer)]
        for place, layer in layers:
            seen = set[int]()
            for said in stretches(self._context, subject, layer=layer):
                self._context.check()
                fresh = _fresh(said.said.annotations(), seen)
                if fresh != Annotations():
                    yield Spoken(layer=place, said=fresh)


def _fresh(said: Annotations, seen: set[int]) -> Annotations:
    tracks: list[Track] = [track for track in said.tracks if track.number not in seen]
    seen.update(track.number for track in tracks)
    return replace(said, tracks=tuple(tracks))


def _part(part: Assignment, parts: tuple[Assignment, ...]) -> Part:
    parent = next((place for place, one in enumerate(parts, 1) if one.number == part.parent), None)
    return Part(
        kind=part.kind.value,
        first=part.first,
        last=part.last,
        parent=parent,
        frames=part.frames,
        stage=part.stage.value,
        state=part.state.value,
    )
