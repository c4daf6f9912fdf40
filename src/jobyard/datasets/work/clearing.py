"""How work forgets what it, or an earlier attempt of it, has left half made."""

from __future__ import annotations

import shutil

from jobyard.kinds import Context


def clear(context: Context) -> None:
    """Remove what this job is making, in small steps. Raises Cancelled between two of them."""
    while (folder := context.call("work.abandon")) is not None:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
