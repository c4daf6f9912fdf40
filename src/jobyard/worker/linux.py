"""The few things a worker asks of the Linux kernel that Python has no words for."""

from __future__ import annotations

import ctypes
import os
import signal
from pathlib import Path

_PDEATHSIG = 1
_DUMPABLE = 4
_CAPBSET_DROP = 24
_CHILD_SUBREAPER = 36
_SPYING = (16, 17, 19, 21, 38, 39, 40)
"""Capabilities that open other processes' memory or the kernel: SYS_MODULE, SYS_RAWIO, SYS_PTRACE, SYS_ADMIN, PERFMON,
BPF, CHECKPOINT_RESTORE."""
_CAPABILITY_VERSION = 0x20080522


def die_with(parent: int) -> None:
    """Let the kernel kill this process when its parent dies; end it now when the parent is dead already."""
    _prctl(_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies, so that none of them gets away."""
    _prctl(_CHILD_SUBREAPER, 1)


def hide() -> None:
    """Keep this process's memory and environment from other processes of the same user."""
    _prctl(_DUMPABLE, 0)


def renounce_spying() -> None:
    """Give up, for ever and for all descendants, root's powers to read other processes. Does nothing for others."""
    if os.geteuid() != 0:
        return
    for capability in _SPYING:
        _prctl(_CAPBSET_DROP, capability)
    library = _library()
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    data = (ctypes.c_uint32 * 6)()
    if library.capget(header, data) != 0:
        return
    for capability in _SPYING:
        for word in range(3):
            data[capability // 32 * 3 + word] &= ~(1 << capability % 32) & 0xFFFFFFFF
    library.capset(header, data)


def be_killed_first() -> None:
    """Let the kernel, when memory runs out, kill this process rather than those that watch over it."""
    try:
        Path("/proc/self/oom_score_adj").write_bytes(b"500")
    except OSError:
        return


def starved() -> int:
    """Return how many processes the kernel has killed for want of memory since it started; 0 where it does not say."""
    try:
        lines = Path("/proc/vmstat").read_bytes().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(b"oom_kill ")), 0)


def private_memory() -> int:
    """Return the bytes of private, writable memory that this process has mapped, as RLIMIT_DATA counts them."""
    return int(Path("/proc/self/statm").read_bytes().split()[5]) * os.sysconf("SC_PAGESIZE")


def descendants() -> list[int]:
    """Return the process ids of this process's children."""
    own = os.getpid()
    found: list[int] = []
    for thread in Path("/proc/self/task").iterdir():
        path = thread / "children"
        if not path.exists():
            return [pid for pid in _processes() if _parent(pid) == own]
        found += [int(word) for word in path.read_bytes().split()]
    return found


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _parent(pid: int) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return 0
    return int(stat.rpartition(b")")[2].split()[1])


def _prctl(option: int, value: int) -> None:
    _library().prctl(option, ctypes.c_ulong(value), 0, 0, 0)


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
