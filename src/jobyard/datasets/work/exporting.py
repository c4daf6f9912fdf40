"""The job kind `dataset.export`: write what was said of a dataset, a collection or an assignment in a format."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, ClassVar

from jobyard.datasets.formats.facts import Export, Item
from jobyard.datasets.formats.registry import exporter
from jobyard.datasets.formats.vocabulary import Vocabulary
from jobyard.datasets.messages import unpacked
from jobyard.datasets.work.items import Gallery, count, items
from jobyard.datasets.work.messages import Subjects
from jobyard.datasets.work.naming import file_name
from jobyard.datasets.work.parameters import ExportParameters
from jobyard.kinds import Context, Kind

_MEDIA_TYPE = "application/zip"
_DAY = 86_400.0


class DatasetExport(Kind):
    """Writes an archive, a picture at a time."""

    name: ClassVar[str] = "dataset.export"
    title: ClassVar[str] = "Export a dataset"
    Parameters = ExportParameters
    results_for: ClassVar[float | None] = 7 * _DAY

    def run(self, parameters: ExportParameters, context: Context) -> dict[str, Any]:
        """Return what the file is called and what the format could not hold. Raises UnknownFormat, SourceUnreadable."""
        format_ = exporter(parameters.format)
        subjects = unpacked(context.call("work.subjects"), Subjects)
        part = "dataset" if parameters.pictures else "annotations"
        name = file_name(parameters.file, subjects.name, part, parameters.format)
        target = context.result_file(name, _MEDIA_TYPE)
        total, done = count(subjects.datasets, subjects.assignment), 0

        def told(number: int) -> None:
            nonlocal done
            done = number
            context.progress(number, max(total, number), "writing pictures" if parameters.pictures else "writing")

        with ExitStack() as open_things:
            export = Export(
                target=target,
                scratch=context.folder,
                vocabulary=Vocabulary(subjects.labels),
                items=_items(subjects, context, open_things),
                pictures=parameters.pictures,
                name=subjects.name,
                done=told,
            )
            format_.write(export)
        for what, times in sorted(export.left_out.items()):
            context.log(f"Left out, since {parameters.format} has no way to say it: {what}, {times:,} times.")
        context.progress(done, done)
        return {"file": name, "size": target.stat().st_size, "frames": done, "left_out": export.left_out}


def _items(subjects: Subjects, context: Context, open_things: ExitStack) -> Iterator[Item]:
    """Yield the frames of all datasets; those of later ones are numbered behind those of earlier ones."""
    offset = 0
    for subject in subjects.datasets:
        gallery = open_things.enter_context(Gallery(subject, context))
        yield from items(context, subject, gallery, subjects.assignment, offset)
        offset += subject.last + 1
