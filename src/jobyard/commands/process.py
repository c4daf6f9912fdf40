"""One command as a process: started without a shell, watched, stopped, and its end told in plain words."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from jobyard.commands import launch
from jobyard.job.errors import CommandFailed
from jobyard.kinds.context import Context

_LOOK_EVERY = 0.2
"""Seconds between two looks whether the job shall stop; a signal of the worker comes at once."""
_PATIENCE = 3.0
"""Seconds a command gets to end after SIGTERM; below the kind's grace, so that we are still there to see it."""


def start(
    path: str, argv: Sequence[str], folder: Path, environment: Mapping[str, str], stdin: str | None
) -> subprocess.Popen[bytes]:
    """Start the program at `path` in `folder`, in our process group, with our output, tied to our life.

    What it writes to its error output comes through a pipe: hand it to an Echo.

    Raises CommandFailed when the operating system refuses to start it.
    """
    read_end, write_end = os.pipe()
    try:
        with _input(stdin, folder) as source:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), str(write_end), path, *argv],
                cwd=folder,
                env=dict(environment),
                stdin=source,
                stderr=subprocess.PIPE,
                pass_fds=(write_end,),
            )
    except BaseException:
        os.close(read_end)
        raise
    finally:
        os.close(write_end)
    try:
        with os.fdopen(read_end, "rb") as report:
            reason = os.fsdecode(report.read())
        if reason:
            process.wait()
            _drop(process)
            raise CommandFailed(command=argv[0], how=f"could not be started: {reason}")
    except BaseException:
        stop(process)
        raise
    return process


def wait(process: subprocess.Popen[bytes], context: Context) -> int:
    """Wait for the end and return the exit code, negative for a signal. Stops the command when the job shall stop."""
    try:
        while True:
            try:
                code = process.wait(timeout=_LOOK_EVERY)
            except subprocess.TimeoutExpired:
                context.check()
                continue
            if code < 0:
                context.check()
            return code
    except BaseException:
        stop(process)
        raise


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the command: SIGTERM, a moment to obey, SIGKILL."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def judge(command: str, code: int, complaint: str = "") -> None:
    """Raise CommandFailed in plain words, with what it complained about last, unless the code is 0."""
    said = f": {complaint}" if complaint else ""
    if code > 0:
        raise CommandFailed(command=command, how=f"exited with code {code}{said}")
    if code < 0:
        raise CommandFailed(command=command, how=f"was killed by {_signal_name(-code)}{said}")


def _drop(process: subprocess.Popen[bytes]) -> None:
    if process.stderr is not None:
        process.stderr.close()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _input(text: str | None, folder: Path) -> IO[bytes]:
    source = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - the caller closes it
    source.write((text or "").encode())
    source.seek(0)
    return source
