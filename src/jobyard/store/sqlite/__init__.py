"""The store inside one data folder: SQLite with one writer thread that commits whatever waits in one go."""

from __future__ import annotations

from jobyard.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
