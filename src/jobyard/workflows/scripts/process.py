"""One script as a process: in a group of its own, listened to line by line, stopped with all that it started."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from jobyard.workflows.scripts import launch

_LOOK_EVERY = 0.2
"""Seconds between two looks whether the job shall stop; a signal of the worker comes at once."""
_PATIENCE = 3.0
"""Seconds a script gets to end after SIGTERM; below the kind's grace, so that we are still there to see it."""
_LAST_WORDS = 1.0
"""Seconds to hear out what is left in the pipes once the script has ended."""
_CHUNK = 65_536
_LONGEST = 65_536
"""Bytes of one line; a longer one is told in pieces."""

Told = Callable[[str, bool], None]
"""Takes a line, and whether it came from the error output."""


def start(
    folder: Path, script: str, memory: int, room: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start a script of an unpacked package with `room` as its working folder. Its input is empty."""
    # -I: no variable of the environment, no user's packages and no file in the working folder change what it imports.
    interpreter = [sys.executable, "-I", "-B", "-u", "-X", "utf8"]
    return subprocess.Popen(
        [*interpreter, launch.__file__, str(os.getpid()), str(memory), str(folder), script],
        cwd=room,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def follow(process: subprocess.Popen[bytes], told: Told, check: Callable[[], None]) -> int:
    """Hand over each line as it comes, and return the exit code, negative for a signal.

    `check` raises when the job shall stop; whatever it raises ends the script and all that it started.
    """
    try:
        with selectors.DefaultSelector() as selector:
            for stream, bad in ((process.stdout, False), (process.stderr, True)):
                if stream is not None:
                    os.set_blocking(stream.fileno(), False)
                    selector.register(stream, selectors.EVENT_READ, Lines(told, bad=bad))
            _listen(process, selector, check)
        while process.poll() is None:  # it closed its output and goes on
            check()
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=_LOOK_EVERY)
        return process.wait()
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the script, if it runs: SIGTERM, a moment to obey, SIGKILL; and then all that it left behind."""
    if process.poll() is None:
        _signal(process, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_PATIENCE)
    _signal(process, signal.SIGKILL)
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


class Lines:
    """Cuts what comes along a pipe into lines."""

    def __init__(self, told: Told, *, bad: bool) -> None:
        self._told, self._bad, self._rest = told, bad, b""

    def take(self, chunk: bytes) -> None:
        """Take what came; an empty chunk is the end."""
        *lines, self._rest = _cut(self._rest + chunk) if chunk else (self._rest, b"")
        for line in lines:
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            if text.strip():
                self._told(printable(text), self._bad)


def printable(text: str) -> str:
    """Return a text with a question mark for each letter that cannot be shown."""
    return "".join(letter if letter.isprintable() or letter == "\t" else "?" for letter in text)


def _cut(data: bytes) -> Iterator[bytes]:
    *lines, rest = data.split(b"\n")
    for line in lines:
        yield from (line[at : at + _LONGEST] for at in range(0, len(line), _LONGEST))
    while len(rest) > _LONGEST:
        yield rest[:_LONGEST]
        rest = rest[_LONGEST:]
    yield rest


def _listen(process: subprocess.Popen[bytes], selector: selectors.BaseSelector, check: Callable[[], None]) -> None:
    """Listen until both pipes are closed. A process left behind may keep them open, so it ends with the script."""
    ended = False
    while selector.get_map():
        check()
        ready = selector.select(_LAST_WORDS if ended else _LOOK_EVERY)
        if ended and not ready:
            return
        for key, _ in ready:
            try:
                chunk = os.read(key.fd, _CHUNK)
            except BlockingIOError:
                continue
            key.data.take(chunk)
            if not chunk:
                selector.unregister(key.fileobj)
        if not ended and process.poll() is not None:
            ended = True
            _signal(process, signal.SIGKILL)


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    # Its group has its number, which nobody else gets while one of the group lives.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
