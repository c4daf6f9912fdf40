"""Work that leaves a trace: each run writes one line to the ledger of effects, synced, at the very end."""

from __future__ import annotations

import os
import time
from typing import Any

from msgspec import Struct

from jobyard.kinds.context import Context
from jobyard.kinds.kind import Kind
from jobyard.kinds.registry import Registry


class MarkParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the trace goes and how long the work takes."""

    effects: str
    seconds: float = 0.0
    again: float | None = None
    """How long every attempt after the first takes; as long as the first where None."""
    steps: int = 1


class Mark(Kind):
    """Sleeps a little, then appends `job attempt` to a file."""

    name = "storm.mark"
    title = "Leave a mark"
    Parameters = MarkParameters
    tries = 1_000
    pause = 0.05
    longest_pause = 0.2
    grace = 0.5

    def run(self, parameters: Any, context: Context) -> Any:
        later = context.attempt > 1 and parameters.again is not None
        lasts = parameters.again if later else parameters.seconds
        for step in range(parameters.steps):
            context.progress(step, parameters.steps)
            time.sleep(lasts / parameters.steps)
        context.check()
        handle = os.open(parameters.effects, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, f"{context.job.id} {context.attempt}\n".encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        return context.attempt


REGISTRY = Registry([Mark])
