"""Room of sources: the folders and buckets that an administrator allowed, and how each is listed and read."""

from __future__ import annotations

from jobyard.datasets.sources.folder import Sources, open_folder, real_folder

__all__ = ["Sources", "open_folder", "real_folder"]
