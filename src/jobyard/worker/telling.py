"""How the ends of work are told to people: one plain sentence, a reason for programs, and the technical rest."""

from __future__ import annotations

import errno
import signal
import traceback
from types import TracebackType
from typing import Any

import msgspec

from jobyard.job.errors import Fault
from jobyard.job.record import Failure, Reason
from jobyard.kinds.context import Cancelled, Declined

RESULT_LIMIT = 64_000
"""Bytes of a result as JSON."""
MESSAGE_LIMIT = 500
DETAIL_LIMIT = 60_000
"""Characters of a failure's message and detail; of a longer detail the end is kept, where the cause stands."""
_MEBIBYTE = 1024 * 1024


class WrongResult(Fault):
    """What the work gave back is no result: {reason}."""


def clean(text: str) -> str:
    """Return text that every wire and every store takes: without NUL and without half surrogates."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def plain(value: Any) -> Any:
    """Return a work's result as plain JSON data. Raises WrongResult when it is none or larger than 64 kB."""
    if value is None:
        return None
    try:
        encoded = msgspec.json.encode(value)
    except (TypeError, ValueError, RecursionError, NotImplementedError) as error:
        raise WrongResult(reason=f"it cannot be written as JSON ({error})") from None
    if len(encoded) > RESULT_LIMIT:
        raise WrongResult(reason=f"it has {len(encoded):,} bytes as JSON, and {RESULT_LIMIT:,} are allowed")
    decoded = msgspec.json.decode(encoded)
    try:
        msgspec.msgpack.encode(decoded)
    except (OverflowError, ValueError) as error:
        raise WrongResult(reason=f"it holds a number that is too large ({error})") from None
    return decoded


def raised(error: BaseException, limit: int | None) -> Failure:
    """Return the failure of work that raised `error` under this memory limit."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return Failure(reason=Reason.MEMORY, message=_memory(limit), detail=_detail(error))
    if isinstance(error, SystemExit):
        return Failure(reason=Reason.ERROR, message=_exit(error.code), detail=_detail(error))
    if isinstance(error, Cancelled):
        message = "The work said that it was cancelled, but nobody had asked it to stop."
        return Failure(reason=Reason.ERROR, message=message, detail=_detail(error))
    if isinstance(error, Fault):
        # Its sentence was written for people, and where in our own code it was raised helps nobody.
        return Failure(reason=Reason.ERROR, message=_message(error), code=error.code)
    code = error.code if isinstance(error, Declined) else ""
    return Failure(reason=Reason.ERROR, message=_message(error), detail=_detail(error), code=code)


def died(status: int, limit: int | None, *, starved: bool) -> Failure:
    """Return the failure of work whose process ended under it: an exit code, or a signal's number below zero.

    `starved` says that the machine has killed processes for want of memory meanwhile.
    """
    if status >= 0:
        return Failure(reason=Reason.ERROR, message=f"Its process exited with code {status} before the work was done.")
    if status == -signal.SIGKILL and starved:
        return Failure(reason=Reason.MEMORY, message="The machine ran out of memory, and the work was killed for it.")
    name = _signal(-status)
    tail = f"; it had a memory limit of {limit // _MEBIBYTE:,} MiB" if limit and -status == signal.SIGABRT else ""
    return Failure(reason=Reason.SIGNAL, message=f"Its process was killed by {name}{tail}.")


def overdue(seconds: float | None) -> Failure:
    """Return the failure of work that ran longer than its time limit."""
    return Failure(reason=Reason.TIMEOUT, message=f"It ran longer than its time limit of {seconds or 0:g} s.")


def meddled() -> Failure:
    """Return the failure of work that somebody else than its worker asked to end."""
    return Failure(reason=Reason.SIGNAL, message="Its process was sent SIGTERM, and not by its worker.")


def unreadable(fault: Fault) -> Failure:
    """Return the failure of an attempt whose kind or parameters mean nothing to this worker."""
    return Failure(reason=Reason.UNREADABLE, message=clean(fault.sentence)[:MESSAGE_LIMIT])


def _memory(limit: int | None) -> str:
    if limit is None:
        return "It asked for more memory than the machine has."
    return f"It asked for more memory than its limit of {limit // _MEBIBYTE:,} MiB."


def _exit(code: Any) -> str:
    if isinstance(code, int):
        return f"The work exited with code {code}."
    return clean(str(code))[:MESSAGE_LIMIT]


def _signal(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    description = signal.strsignal(number)
    return f"{name} ({description})" if description else name


def _message(error: BaseException) -> str:
    name = type(error).__name__
    try:
        text = error.sentence if isinstance(error, Fault) else str(error)
    except Exception:  # noqa: BLE001 - an error that cannot even say what it is still has a name
        text = ""
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return name
    first = f"{name}: {lines[0]}" if isinstance(error, KeyError) else lines[0].strip()
    return clean(first)[:MESSAGE_LIMIT]


def _detail(error: BaseException) -> str:
    trace: TracebackType | None = error.__traceback__
    while trace is not None and trace.tb_frame.f_globals.get("__package__") == __package__:
        trace = trace.tb_next
    try:
        lines = traceback.format_exception(type(error), error, trace or error.__traceback__)
    except Exception:  # noqa: BLE001 - the work's own classes take part in the formatting
        return type(error).__name__
    text = clean("".join(lines))
    return text if len(text) <= DETAIL_LIMIT else f"…{text[1 - DETAIL_LIMIT :]}"
