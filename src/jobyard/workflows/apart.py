"""A file that somebody sent, in a process of its own: what makes a library stop or swell takes nobody else along."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from jobyard.workflows.refusals import FileUnreadable

T = TypeVar("T")


def ask(module: str, words: Sequence[str], file: str, within: float, shape: type[T]) -> T:
    """Return what a module made of a file, run with these words for so many seconds at most.

    Raises FileUnreadable with the reason that it gave, or where it took too long or came to no end of its own.
    """
    command = [sys.executable, "-I", "-m", module, *words]
    try:
        ended = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=within, env={}, check=False
        )
    except subprocess.TimeoutExpired:
        raise FileUnreadable(file=file, reason="it took too long") from None
    reason: str
    made: T | None
    try:
        reason, made = msgspec.msgpack.decode(ended.stdout, type=tuple[str, shape | None])  # type: ignore[valid-type]
    except msgspec.DecodeError:
        raise FileUnreadable(file=file, reason="it is damaged, or needs too much memory") from None
    if made is None:
        raise FileUnreadable(file=file, reason=reason)
    return made


def answer(memory: int, act: Callable[[], object]) -> int:
    """In that process: print what `act` makes within so many bytes of its own, or why it makes nothing; return 0."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    reason, made = "", None
    try:
        made = act()
    except FileUnreadable as unreadable:
        reason = str(unreadable.data["reason"])
    except MemoryError:
        reason = "it needs too much memory"
    sys.stdout.buffer.write(msgspec.msgpack.encode((reason, made)))
    return 0
