"""Which group of files that were sent in belongs to what. Pure."""

from __future__ import annotations

from hashlib import blake2b


def documents(dataset: int, assignment: int | None) -> str:
    """Return where files of annotations for a dataset, or for one of its assignments, lie."""
    return f"task-{dataset}-annotations" if assignment is None else f"job-{assignment}-annotations"


def archives(collection: int) -> str:
    """Return where archives lie that shall become datasets of a collection."""
    return f"project-{collection}-dataset"


def pictures(dataset: int) -> str:
    """Return where pictures for a dataset lie; all of them belong together."""
    return f"task-{dataset}-data"


def backups(user: str) -> str:
    """Return where backups lie that a user wants to restore."""
    return f"backups-{blake2b(user.encode('utf-8'), digest_size=16).hexdigest()}"
