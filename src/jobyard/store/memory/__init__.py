"""The store in plain dicts: what every other store is compared with, and what quick tests use. Nothing is durable."""

from __future__ import annotations

from jobyard.store.memory.store import MemoryStore

__all__ = ["MemoryStore"]
