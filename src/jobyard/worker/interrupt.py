"""How SIGTERM reaches running work: as Cancelled in its main thread, but never in the middle of a message of ours."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from jobyard.kinds.context import Cancelled

IDLE_EXIT = 128 + signal.SIGTERM
"""The exit code of a child that got SIGTERM while it ran nothing."""


class Interrupt:
    """The SIGTERM handler of one child process.

    Work that asks `cancelled` is trusted to end by itself and is interrupted only by the second SIGTERM; other work by
    the first. Either way Cancelled is raised once. Other threads and other processes of the work never see it.
    """

    def __init__(self) -> None:
        self._process = os.getpid()
        self._thread = threading.get_ident()
        self._guards = 0
        self._owed = False
        self._raised = False
        self._count = 0
        self._busy = False
        self._open = False
        self.noticed = False
        """Whether the work learned that it shall stop."""
        self.looks = False
        """Whether the work asks by itself."""
        signal.signal(signal.SIGTERM, self._caught)

    @property
    def signalled(self) -> bool:
        """Whether SIGTERM came. A child that got it runs nothing more, so this never becomes false again."""
        return self._count > 0

    def begin(self) -> None:
        """Note that an attempt is in hand; install the handler again, since the last work may have replaced it."""
        signal.signal(signal.SIGTERM, self._caught)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        self._busy = True
        self.noticed = self.looks = False

    def end(self) -> None:
        """Note that no attempt is in hand. A process that got SIGTERM meanwhile ends here."""
        self._busy = False
        if self._count:
            os._exit(IDLE_EXIT)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Let SIGTERM raise Cancelled in here: the work's own code runs."""
        self._open = True
        try:
            yield
        finally:
            self._open = False

    def shut(self) -> None:
        """Raise nothing from here on, even if the last raise came at the very end of the work."""
        self._open = False

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Hold Cancelled back until a message is written whole."""
        if threading.get_ident() != self._thread:
            yield
            return
        self._guards += 1
        try:
            yield
        finally:
            self._guards -= 1
        if self._owed and not self._guards:
            self._raise()

    def notice(self) -> Cancelled:
        """Return what to raise in the work, and note that it knows."""
        self.noticed = True
        return Cancelled("the job was asked to stop")

    def _caught(self, number: int, frame: FrameType | None) -> None:
        if os.getpid() != self._process:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTERM)
            return
        self._count += 1
        if not self._busy:
            os._exit(IDLE_EXIT)
        if not self._open or self._raised or (self.looks and self._count == 1):
            return
        if self._guards:
            self._owed = True
            return
        self._raise()

    def _raise(self) -> None:
        self._owed = False
        if not self._open or self._raised:
            return
        self._raised = True
        raise self.notice()
