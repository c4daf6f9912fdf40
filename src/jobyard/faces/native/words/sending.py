"""Files on their way in, and formats, in the native protocol's words."""

from __future__ import annotations

from collections.abc import Sequence

from jobyard.datasets.formats.registry import EXPORTERS, IMPORTERS, Exporter, Importer
from jobyard.datasets.uploads import Upload
from jobyard.datasets.work.sendings import Wish
from jobyard.faces.native.wire.sending import FormatOut, FormatsOut, UploadIn, UploadOut


def sending(said: UploadIn) -> Wish:
    """Return the file that somebody wants to send in."""
    return Wish(
        purpose=said.purpose,
        name=said.name,
        length=said.length,
        dataset=said.dataset,
        collection=said.collection,
        assignment=said.assignment,
    )


def upload_out(upload: Upload) -> UploadOut:
    """Return how far a file is."""
    return UploadOut(
        upload=f"{upload.group}/{upload.id}", name=upload.told.name, length=upload.told.length, offset=upload.offset
    )


def formats_out() -> FormatsOut:
    """Return what can be written and what can be read."""
    return FormatsOut(exports=_listed(EXPORTERS), imports=_listed(IMPORTERS))


def _listed(formats: Sequence[Exporter | Importer]) -> list[FormatOut]:
    return [FormatOut(name=one.name, version=one.version, ending=one.ext) for one in formats]
