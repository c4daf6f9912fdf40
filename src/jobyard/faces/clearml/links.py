"""The addresses that clients print for people lead to the same task on this house's page."""

from __future__ import annotations

from urllib.parse import quote

from jobyard.faces.clearml.paths import DATASETS, PAGES

_TASKS = frozenset({"experiments", "tasks"})
_LONGEST = 200


def page_of(path: str) -> str | None:
    """Return where the page shows a task, told the address that a client printed for it; None for any other address."""
    parts = path.replace(DATASETS, "/projects/", 1).strip("/").split("/")
    if len(parts) < 4 or parts[0] not in PAGES or parts[2] not in _TASKS or not 0 < len(parts[3]) <= _LONGEST:
        return None
    return f"/jobs/{quote(parts[3], safe='')}"
