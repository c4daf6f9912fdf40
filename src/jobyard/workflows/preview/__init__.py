"""The first records of a file that a run wrote, as texts for people. No file harms the house that shows it."""

from __future__ import annotations

from jobyard.workflows.preview.record import Preview
from jobyard.workflows.preview.showing import preview

__all__ = ["Preview", "preview"]
