"""The job kind `command.run`: start an allowed program and wait for it."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import Any, ClassVar

from jobyard.commands import keeping, process
from jobyard.commands.echo import Echo
from jobyard.commands.environment import environment
from jobyard.commands.parameters import CommandParameters
from jobyard.job.errors import CommandFailed
from jobyard.job.record import Resource
from jobyard.kinds import Cancelled, Context, Kind
from jobyard.people.record import Role

_ERROR_OUTPUT = 2


class CommandRun(Kind):
    """Runs one program in the attempt's folder. Its output is the job's log, its exit code decides."""

    name: ClassVar[str] = "command.run"
    title: ClassVar[str] = "Run a command"
    Parameters = CommandParameters
    least_role: ClassVar[Role] = Role.MEMBER

    @classmethod
    def resource(cls, parameters: Any) -> Resource | None:
        """Return the program, so that its jobs are found by it."""
        return Resource(type="command", id=parameters.argv[0], name=Path(parameters.argv[0]).name)

    def run(self, parameters: CommandParameters, context: Context) -> dict[str, Any]:
        """Return {"exit_code": 0, "seconds": ...}. Raises CommandFailed for another end.

        The files it was to leave are kept however it ended; only a good end needs them all.
        """
        command = parameters.argv[0]
        path = context.call("commands.resolve")["path"]
        given = environment(str(context.folder), context.job.id, context.attempt, parameters.environment)
        started = time.monotonic()
        running = process.start(path, parameters.argv, context.folder, given, parameters.stdin)
        echo = Echo(_taken(running), _ERROR_OUTPUT)
        try:
            code = process.wait(running, context)
        except Cancelled:
            keeping.keep(parameters.files, context)
            raise
        seconds = time.monotonic() - started
        complaints = keeping.keep(parameters.files, context)
        process.judge(Path(command).name, code, echo.last_line())
        if complaints:
            raise CommandFailed(command=command, how="; it ".join(complaints))
        return {"exit_code": code, "seconds": round(seconds, 3)}


def _taken(running: subprocess.Popen[bytes]) -> int:
    """Return the pipe's end as our own, so that closing the process object does not close it under the echo."""
    if running.stderr is None:
        raise CommandFailed(command=str(running.args), how="has no error output")
    with running.stderr as pipe:
        return os.dup(pipe.fileno())
