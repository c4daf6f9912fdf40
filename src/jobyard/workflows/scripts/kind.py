"""The job kind `workflow.python`: run the script of a package as a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from jobyard.job.record import Resource
from jobyard.kinds import Context, Kind
from jobyard.workflows.document.package import Package
from jobyard.workflows.files import forms
from jobyard.workflows.messages import Messages, Status
from jobyard.workflows.parameters import WorkflowParameters
from jobyard.workflows.refusals import ScriptFailed, WorkflowBroken
from jobyard.workflows.scripts import process, room
from jobyard.workflows.scripts.declaration import FILE, Declaration, declared

MESSAGES_FILE = "messages.json"
"""The result file with everything that the run told, however it ended."""
_HIDDEN = "***"
"""What stands for a secret in what a script printed."""
_SHOWN = 100
_LONGEST = 300
_DAY = 86_400.0
_PIECE = 1 << 20


class WorkflowPython(Kind):
    """What the script prints are messages, the files that it declares are results; exit code 0 is a good end."""

    name: ClassVar[str] = "workflow.python"
    title: ClassVar[str] = "Run a workflow in Python"
    Parameters = WorkflowParameters
    results_for: ClassVar[float | None] = 30 * _DAY

    @classmethod
    def resource(cls, parameters: Any) -> Resource | None:
        """Return the package, so that its runs are found by it."""
        return Resource(type="workflow", id=parameters.workflow or parameters.package)

    def run(self, parameters: WorkflowParameters, context: Context) -> dict[str, Any]:
        """Return what was written and the first messages.

        Raises WorkflowBroken, WrongAnswer, or ScriptFailed saying how the script ended.
        """
        found = context.call("scripts.find")
        messages = Messages(0)
        with Package(Path(found["package"]), found["file"]) as package:
            script = declared(package)
            if script is None:
                raise WorkflowBroken(file=found["file"], reason=f"it holds no {FILE}, so it is no workflow in Python")
            answers = room.answers(script, parameters.answers)
            places = room.furnished(package, found, answers, context)
        try:
            _run(script, places, parameters.memory, _Teller(messages, context, _secrets(found)))
            files = _left(script, places.outputs, messages, context)
            messages.tell(Status.COMPLETE, f"Finished running {script.script}.")
        except ScriptFailed as failure:
            _left(script, places.outputs, messages, context, all_of_them=False)
            messages.tell(Status.ERROR, failure.sentence)
            raise
        finally:
            _keep(messages, context)
        return _result(messages, files)


class _Teller:
    """Keeps what the script prints, but never a secret that it was given."""

    def __init__(self, messages: Messages, context: Context, secrets: list[str]) -> None:
        self._messages, self.context, self._secrets = messages, context, secrets
        self.last = ""
        """What it said last on its error output."""

    def take(self, line: str, bad: bool) -> None:  # noqa: FBT001 - it is what `follow` hands over
        """Keep a line."""
        for secret in self._secrets:
            line = line.replace(secret, _HIDDEN)
        self.context.log(line)
        self._messages.tell(Status.WARNING if bad else Status.INFO, line)
        self.last = line if bad else self.last


def _secrets(found: dict[str, Any]) -> list[str]:
    """Return the lines that a script's output must not hold: of its password, as it is and as JSON has it."""
    password = str(found.get("credential", {}).get("password", ""))
    written = (json.dumps(password), json.dumps(password, ensure_ascii=False), ascii(password), repr(password))
    forms = {password, *(one[1:-1] for one in written)}
    lines = {process.printable(line) for form in forms for line in form.splitlines()}
    return sorted((line for line in lines if line.strip()), key=len, reverse=True)


def _run(script: Declaration, places: room.Room, memory: int, teller: _Teller) -> None:
    context = teller.context
    environment = places.environment(context.job.id, context.attempt)
    running = process.start(places.package, script.script, memory, places.outputs, environment)
    code = process.follow(running, teller.take, context.check)
    if code < 0:
        context.check()
    if code:
        how = f"exited with code {code}" if code > 0 else f"was killed by signal {-code}"
        last = teller.last[:_LONGEST]
        raise ScriptFailed(script=script.script, how=how + (f": {last}".rstrip(".") if last else ""))


def _left(
    script: Declaration, outputs: Path, messages: Messages, context: Context, *, all_of_them: bool = True
) -> list[dict[str, Any]]:
    """Hand over the declared files that the script left. Raises ScriptFailed where one that must be there is not."""
    kept, missing = list[dict[str, Any]](), list[str]()
    for output in script.outputs:
        if _kept(outputs / output.name, output.name, context):
            form = output.name.rpartition(".")[2].lower()
            kept.append({"name": output.name, "form": form, "tools": [], "records": None})
            messages.tell(Status.FILE_WRITTEN, f"{output.name!r} was written.")
        elif not output.optional:
            missing.append(output.name)
    if missing and all_of_them:
        raise ScriptFailed(script=script.script, how=f"did not write {', '.join(map(repr, missing[:5]))}")
    return kept


def _kept(source: Path, name: str, context: Context) -> bool:
    """Move a regular file of the script's own to the results; nothing that a link points at."""
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return False
    with os.fdopen(descriptor, "rb") as file:
        media = forms.MEDIA_TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")
        with context.result_file(name, media).open("wb") as target:
            shutil.copyfileobj(file, target, _PIECE)
    return True


def _keep(messages: Messages, context: Context) -> None:
    context.result_file(MESSAGES_FILE, "application/json").write_bytes(msgspec.json.encode(messages.told))


def _result(messages: Messages, files: list[dict[str, Any]]) -> dict[str, Any]:
    told = messages.told
    first = told[: _SHOWN - 1] + told[-1:] if len(told) > _SHOWN else told
    return {
        "files": files,
        "records": {},
        "messages": [{"status": one.status, "text": one.text[:_LONGEST], "toolId": one.tool} for one in first],
        "counts": {str(status): count for status, count in messages.counts.items()},
    }
