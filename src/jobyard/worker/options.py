"""What a worker is told at its start; the command line fills it."""

from __future__ import annotations

from msgspec import Struct

MEBIBYTE = 1024 * 1024


class WorkerOptions(Struct, frozen=True, kw_only=True):
    """How one worker behaves. Lengths of time are seconds."""

    url: str
    """The house's address, such as `http://127.0.0.1:8080`."""
    token: str
    """What it signs in with; a key of the scope `desk` is enough. Never reaches a child."""
    name: str
    """Its name, unique in the house."""
    queues: tuple[str, ...] = ("default",)
    """The lines it serves."""
    slots: int = 2
    """Jobs it runs side by side."""
    beat: float = 1.0
    """Time between two beats; a fifth of the lease where that is shorter."""
    wait: float = 20.0
    """How long a claim may wait for work."""
    ahead: int = 16
    """The most jobs a slot holds, the running one included, while jobs are short; 1 never claims ahead."""
    leave: float = 5.0
    """The longest grace of running work when the worker is asked to stop."""
    registry: str = ""
    """`MODULE:ATTRIBUTE` of the kinds it runs; empty for all that installed packages declare."""
    scratch: str = ""
    """The folder for scratch folders; empty for the system's own."""
    log_limit: int = 100_000
    """Lines kept of one attempt; the rest is counted and dropped."""
    log_size: int = 64 * MEBIBYTE
    """Characters kept of one attempt; the rest is counted and dropped."""
    recycle_after: int = 1_000
    """Attempts after which a child process is replaced by a fresh one."""
    recycle_above: int = 512 * MEBIBYTE
    """Bytes of memory at which a child process is replaced when its attempt is over."""

    def __repr__(self) -> str:
        """Name the worker and its house, never the token."""
        return f"WorkerOptions(name={self.name!r}, url={self.url!r}, queues={self.queues!r}, slots={self.slots})"
