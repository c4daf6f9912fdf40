"""How running work is brought to its end: asked, asked again, killed."""

from __future__ import annotations

import asyncio
import signal

from jobyard.worker.hand import Cause
from jobyard.worker.warm import WarmChild


class Stopper:
    """Ends the attempt that a child runs. SIGTERM at once and after half the grace, SIGKILL at its end."""

    def __init__(self, child: WarmChild, grace: float, leave: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._child = child
        self._grace = grace
        self._leave = min(grace, leave)
        self._timers: list[asyncio.TimerHandle] = []
        self._asked = False

    def react(self, cause: Cause) -> None:
        """Act on a cause to end the work."""
        if cause is Cause.DROP:
            self.kill()
        elif not self._asked and cause is not Cause.NONE:
            self._asked = True
            grace = self._leave if cause is Cause.LEAVE else self._grace
            self._child.slate.stop()
            self._child.signal(signal.SIGTERM)
            self._timers.append(self._loop.call_later(grace / 2, self._child.signal, signal.SIGTERM))
            self._timers.append(self._loop.call_later(grace, self._child.signal, signal.SIGKILL))

    def kill(self) -> None:
        """End the work without asking."""
        self._child.signal(signal.SIGKILL)

    def close(self) -> None:
        """Ask no more; the work is over."""
        for timer in self._timers:
            timer.cancel()
