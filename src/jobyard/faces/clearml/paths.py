"""Which addresses belong to this face; known before anything else of it is needed."""

from __future__ import annotations

Version = tuple[int, int]
"""A version of the protocol, such as 2.13."""
FILES = "files"
"""How the addresses of the server of files begin."""
PAGES = frozenset({"pipelines", "projects"})
"""How the addresses begin that clients print for people to look at."""
DATASETS = "/datasets/simple/"
"""How those of datasets begin; what else begins with their first part is no address of this face."""
SERVICES = frozenset(
    {
        *("auth", "datasets", "debug", "events", "login", "models", "organization", "pipelines", "projects", "queues"),
        *("reports", "server", "serving", "storage", "tasks", "users", "workers"),
    }
)
"""Services whose names an address of this face may begin with; not all of them are there."""
BODY_LIMIT = 64 * 1024 * 1024
"""The largest body in bytes: clients cut theirs at 15 MiB, and a script may be as long as it likes."""
COUNTS_ITSELF = ("/files",)
"""Addresses at which bodies are bounded by who reads them."""


def takes(first: str) -> bool:
    """Tell whether an address that begins so belongs to this face."""
    service, dot, action = first.partition(".")
    if first == FILES or first in PAGES or (dot and action and service in SERVICES):
        return True
    return first.startswith("v") and "." in first and version_of(first[1:]) is not None


def version_of(text: str) -> Version | None:
    """Return a version of the protocol such as `2.13`; None for what is none."""
    major, dot, minor = text.partition(".")
    if not all(part.isascii() and part.isdecimal() and len(part) <= 6 for part in (major, minor or "0")):
        return None
    return int(major), int(minor) if dot else 0
