"""`jobyard work`: a worker process, on this machine or another one than the server's."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from jobyard import settings as declared
from jobyard.cli.codes import Code, Trouble

_LOOK_EVERY = 0.2
_GENTLE = 2.0
"""Seconds that running work gets when the server is gone; what it does from then on counts for nothing."""


def work(
    *,
    url: str | None = None,
    token_file: str | None = None,
    queues: Annotated[list[str] | None, Parameter(negative=())] = None,
    slots: int = 2,
    name: str | None = None,
    leave_with: Annotated[int | None, Parameter(show=False)] = None,
    kinds_from: Annotated[str, Parameter(show=False)] = "",
) -> int:
    """Take jobs from the server's queues and run them, until Ctrl-C or SIGTERM.

    Sign in with a key of the scope `desk`: `jobyard keys create --scope desk`.

    Parameters
    ----------
    url
        Address of the server (or JOBYARD_URL).
    token_file
        File that holds the key; without it JOBYARD_TOKEN is read.
    queues
        Queue to serve; may be said several times.
    slots
        Jobs to run side by side.
    name
        Name of this worker, unique in the house.
    leave_with
        Leave when the process with this number is no longer our parent.
    kinds_from
        MODULE:ATTRIBUTE of the kinds to run; all that is installed when left out.
    """
    from jobyard.cli import logs

    said = declared.reach()
    address = url or said.url
    if not address:
        raise Trouble("where is the server? Say --url or set JOBYARD_URL.", Code.USAGE)
    if slots < 1:
        raise Trouble("a worker needs at least one slot.", Code.USAGE)
    token = _token(token_file) if token_file else said.token
    if not token:
        raise Trouble("a key is missing; say --token-file or set JOBYARD_TOKEN.", Code.USAGE)
    logs.configure(*_log_form())
    if leave_with is not None:
        threading.Thread(target=_leave_with, args=(leave_with,), name="parent", daemon=True).start()

    from jobyard.worker.loop import run
    from jobyard.worker.options import WorkerOptions

    own_name = name or f"{socket.gethostname()}-{os.getpid()}"
    served = tuple(dict.fromkeys(queues or ["default"]))
    options = WorkerOptions(url=address, token=token, name=own_name, queues=served, slots=slots, registry=kinds_from)
    return run(options)


def _token(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise Trouble(f"the key in {path} cannot be read: {reason}.", Code.USAGE) from None


def _log_form() -> tuple[str, str]:
    """Return in which form and how much to log."""
    try:
        settings = declared.load()
    except ValueError as error:
        raise Trouble(f"{error}.", Code.USAGE) from None
    return settings.log_form, settings.log_level


def _leave_with(parent: int) -> None:
    """End this worker when the server that started it was killed and could not: gently, but soon.

    The server's next start puts its work in line again, so it must not go on here for long.
    """
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GENTLE)
    os.kill(os.getpid(), signal.SIGTERM)
