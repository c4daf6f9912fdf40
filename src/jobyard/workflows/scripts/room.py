"""What a script finds when it begins: its package, its answers, files that were handed in, a folder to leave others."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from jobyard.job.errors import Invalid
from jobyard.kinds import Context
from jobyard.workflows import apps
from jobyard.workflows.document.package import Package
from jobyard.workflows.document.record import Question
from jobyard.workflows.refusals import FileUnreadable, WorkflowBroken
from jobyard.workflows.scripts.declaration import Declaration, plain

_PATH = "/usr/local/bin:/usr/bin:/bin"
_PIECE = 1 << 20


class Room(Struct, frozen=True, kw_only=True):
    """The folders of one run, all below the attempt's own."""

    package: Path
    """The package, unpacked."""
    inputs: Path
    outputs: Path
    """Where the script starts, and where its outputs are looked for."""
    scratch: Path
    questions: Path
    """The answers, as JSON."""
    credential: Path
    """The name and the password that the run is given, as JSON; there only where it is given one."""

    def environment(self, job: str, attempt: int) -> dict[str, str]:
        """Return all that the script finds in its environment; nothing of the server's or the worker's is in it."""
        return {
            "LANG": "C.UTF-8",
            "PATH": _PATH,
            "HOME": str(self.scratch),
            "TMPDIR": str(self.scratch),
            "JOBYARD_JOB": job,
            "JOBYARD_ATTEMPT": str(attempt),
            "JOBYARD_QUESTIONS": str(self.questions),
            "JOBYARD_INPUTS": str(self.inputs),
            "JOBYARD_OUTPUTS": str(self.outputs),
            **({"JOBYARD_CREDENTIAL": str(self.credential)} if self.credential.exists() else {}),
        }


def answers(script: Declaration, given: Mapping[str, str]) -> dict[str, Any]:
    """Return the answers by the questions' names, each in its own type. Raises WrongAnswer."""
    values = apps.checked(script.questions, given)
    return {question.name: _typed(question, values[question.id]) for question in script.questions}


def furnished(package: Package, found: Mapping[str, Any], told: Mapping[str, Any], context: Context) -> Room:
    """Lay out the folders of a run, with the files and the credential that the house found for it.

    Raises WorkflowBroken for a package that cannot be unpacked, Invalid for a file's name that leads elsewhere.
    """
    folder = context.folder
    room = Room(
        package=folder / "package",
        inputs=folder / "inputs",
        outputs=folder / "outputs",
        scratch=folder / "scratch",
        questions=folder / "questions.json",
        credential=folder / "credential.json",
    )
    for one in (room.package, room.inputs, room.outputs, room.scratch):
        one.mkdir()
    _unpack(package, room.package, context)
    for name, path in found["files"].items():
        if not plain(name):
            raise Invalid(reason=f"{name[:100]!r} is no plain file name")
        context.check()
        shutil.copyfile(path, room.inputs / name)
    room.questions.write_bytes(msgspec.json.encode(told))
    if "credential" in found:
        room.credential.touch(mode=0o600)
        room.credential.write_bytes(msgspec.json.encode(found["credential"]))
    return room


def _unpack(package: Package, folder: Path, context: Context) -> None:
    for name in package.names():
        context.check()
        target = folder / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with package.open(name) as source, target.open("xb") as copy:
                shutil.copyfileobj(source, copy, _PIECE)
        except FileUnreadable as unreadable:
            raise WorkflowBroken(file=name, reason=unreadable.data["reason"]) from None
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            raise WorkflowBroken(file=name, reason="a file and a folder of the package have one name") from None


def _typed(question: Question, answer: str) -> Any:
    if question.type == "CheckBox":
        return answer == "True"
    if question.type == "NumericUpDown":
        if not answer:
            return None
        return float(answer) if "." in answer else int(answer)
    if question.multiple:
        return [one for one in answer.split(",") if one]
    return answer
