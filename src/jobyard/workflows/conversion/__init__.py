"""A file that a run wrote, as a table of another form. No file harms the house that makes it."""

from __future__ import annotations

from jobyard.workflows.conversion.making import MEDIA_TYPES, converted, offered

__all__ = ["MEDIA_TYPES", "converted", "offered"]
