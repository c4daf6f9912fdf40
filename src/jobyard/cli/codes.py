"""How commands end: the exit codes, and every error as one sentence on standard error."""

from __future__ import annotations

import sys
from enum import IntEnum

from jobyard.cli.escape import visible


class Code(IntEnum):
    """What a command's exit code says."""

    OK = 0
    """It was done; for commands that wait: the job succeeded."""
    ENDED_BADLY = 1
    """The job that was waited for failed or was cancelled, or the doctor found something."""
    USAGE = 2
    """The command or a setting was written wrongly; nothing was asked."""
    REFUSED = 3
    """The house said no: not signed in, not allowed, not found, or it does not fit."""
    UNREACHABLE = 4
    """No house answered, or it cannot answer right now."""
    NOT_FINISHED = 5
    """The time to wait was over before the job had ended."""
    HERE = 6
    """Something on this machine was in the way: a file, a folder, a port, a wrong checksum."""
    UNEXPECTED = 70
    """A mistake of ours; `python -X dev -m jobyard ...` shows where."""
    INTERRUPTED = 130
    """Ctrl-C, or a question was answered with no."""


class Trouble(Exception):
    """A command cannot go on; its text is the sentence for people."""

    def __init__(self, sentence: str, code: Code = Code.HERE) -> None:
        self.code = code
        super().__init__(sentence)


def told(error: BaseException) -> Code:
    """Print one sentence about an error to standard error and return the exit code that belongs to it."""
    code, sentence = _judged(error)
    if code is Code.UNEXPECTED and sys.flags.dev_mode:
        raise error
    if sentence:
        print(f"jobyard: {visible(sentence)}", file=sys.stderr)
    return code


def _judged(error: BaseException) -> tuple[Code, str]:
    if isinstance(error, Trouble):
        return error.code, str(error)
    if isinstance(error, KeyboardInterrupt):
        return Code.INTERRUPTED, ""
    for judge in (_of_client, _of_house):
        found = judge(error)
        if found is not None:
            return found
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return Code.HERE, f"{place}{error.strerror or error}."
    return Code.UNEXPECTED, f"something unexpected happened: {type(error).__name__}: {error}"


def _of_client(error: BaseException) -> tuple[Code, str] | None:
    if "jobyard.client.errors" not in sys.modules:
        return None
    from jobyard.client import errors

    if isinstance(error, (errors.Unavailable, errors.Unreachable, errors.NotJobyard, errors.Broken)):
        return Code.UNREACHABLE, str(error)
    if isinstance(error, errors.Refusal):
        places = "".join(f" ({one.path}: {one.message})" for one in error.errors[:5])
        return Code.REFUSED, error.detail + (places if len(error.errors) > 1 else "")
    if isinstance(error, errors.NotFinished):
        return Code.NOT_FINISHED, str(error)
    if isinstance(error, errors.JobyardError):
        return Code.HERE, str(error)
    return None


def _of_house(error: BaseException) -> tuple[Code, str] | None:
    from jobyard.job.errors import Fault, Unavailable

    if isinstance(error, Unavailable):
        return Code.UNREACHABLE, error.sentence
    if isinstance(error, Fault):
        return Code.HERE, error.sentence
    return None
