"""Formats in this protocol's words."""

from __future__ import annotations

from collections.abc import Sequence

from jobyard.datasets.formats.registry import EXPORTERS, IMPORTERS, Exporter, Importer
from jobyard.faces.cvat.wire import FormatOut, FormatsOut


def formats_out() -> FormatsOut:
    """Return what can be read and what can be written."""
    return FormatsOut(importers=_listed(IMPORTERS), exporters=_listed(EXPORTERS))


def _listed(formats: Sequence[Exporter | Importer]) -> list[FormatOut]:
    return [
        FormatOut(name=one.name, ext=one.ext, version=one.version, enabled=True, dimension=one.dimension)
        for one in formats
    ]
