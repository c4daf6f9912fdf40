"""Which programs may be started: the server-side half of `command.run`."""

from __future__ import annotations

import os.path
import shutil
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from jobyard.commands.environment import SEARCH_PATH
from jobyard.job.errors import CommandNotAllowed, NotFound
from jobyard.job.record import Job, Resource
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View

_TOLD = 100
"""Characters of a refused command that are repeated to its submitter."""


class Commands:
    """The capability `commands`: admits allowed programs and tells running work where they are.

    `allowed` holds plain names, looked up once on a fixed PATH, and absolute paths. A job must spell its program
    exactly as it stands there: no relative path, no other path to the same file. Whoever may start an interpreter or
    a shell may start everything, so allow those only where all members are trusted with the worker's account.
    """

    name = "commands"
    kinds = frozenset({"command.run"})

    def __init__(self, allowed: Iterable[str]) -> None:
        """Look the names up. Raises ValueError for one that is no program on the PATH and no plain absolute path."""
        self._paths = {command: _located(command) for command in allowed}

    def admit(self, view: View, actor: Actor, kind: str, parameters: Any) -> Resource | None:
        """Let a submission pass when its program is allowed. Raises CommandNotAllowed."""
        command = parameters.argv[0]
        self._path(command)
        return Resource(type="command", id=command, name=PurePath(command).name)

    def call(self, transaction: Transaction, job: Job, verb: str, payload: Any, now: int) -> Any:
        """Answer `resolve` with the absolute path of the job's program, so that only the allowed file is started.

        Raises CommandNotAllowed when it was taken off the list since, NotFound for another verb.
        """
        if verb != "resolve":
            raise NotFound(what="verb", name=f"commands.{verb}")
        return {"path": self._path(str(job.parameters["argv"][0]))}

    def _path(self, command: str) -> str:
        try:
            return self._paths[command]
        except KeyError:
            raise CommandNotAllowed(command=repr(command[:_TOLD])) from None


def _located(command: str) -> str:
    if command.startswith("/"):
        plain = os.path.normpath(command) == command and command.isprintable() and not command.startswith("//")
        path = command if plain and command != "/" else None
    else:
        path = None if "/" in command or not command else shutil.which(command, path=SEARCH_PATH)
    if path is None:
        raise ValueError(f"the allowed command {command!r} is neither a program on {SEARCH_PATH} nor an absolute path")
    return path
