"""What a workflow in Python says of itself: the file `workflow.toml` at the top of its package."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from jobyard.workflows.document.package import Package
from jobyard.workflows.document.record import Question
from jobyard.workflows.refusals import FileUnreadable, WorkflowBroken

FILE = "workflow.toml"
LONGEST = 64 * 1024
_MOST_DOTS = 500
"""Dots in one line: a key of very many parts takes the parser a time that grows with their square."""
_DRAWN = (".yxmd", ".yxwz")

_Name = Annotated[str, Meta(min_length=1, max_length=200)]
_Text = Annotated[str, Meta(max_length=4_000)]


class Answer(StrEnum):
    """What a question wants."""

    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes-no"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    FILE = "file"


_TYPES = {
    Answer.TEXT: "TextBox",
    Answer.NUMBER: "NumericUpDown",
    Answer.YES_NO: "CheckBox",
    Answer.CHOICE: "DropDown",
    Answer.CHOICES: "ListBox",
    Answer.DATE: "Date",
    Answer.FILE: "FileBrowse",
}
"""What Designer calls the same questions, so that there is one way to ask and to check."""


class Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question as its author writes it."""

    name: _Name
    type: Answer = Answer.TEXT
    description: _Text = ""
    default: _Text = ""
    choices: Annotated[tuple[_Name, ...], Meta(max_length=1_000)] = ()


class Left(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that the script leaves in the folder for outputs."""

    name: _Name
    description: _Text = ""
    optional: bool = False
    """Whether a run is good without it."""


class Written(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    script: _Name = "main.py"
    name: Annotated[str, Meta(max_length=200)] = ""
    description: _Text = ""
    questions: Annotated[tuple[Asked, ...], Meta(max_length=500)] = ()
    outputs: Annotated[tuple[Left, ...], Meta(max_length=200)] = ()


class Declaration(Struct, frozen=True, kw_only=True):
    """What a package declares, checked."""

    script: str
    """The member that is run."""
    name: str
    description: str
    questions: tuple[Question, ...]
    outputs: tuple[Left, ...]


def declared(package: Package) -> Declaration | None:
    """Return what a package declares; None where it is no workflow in Python. Raises WorkflowBroken."""
    names = set(package.names())
    if FILE not in names:
        return None
    drawn = sorted(name for name in names if "/" not in name and name.lower().endswith(_DRAWN))
    if drawn:
        raise _broken(f"the package also holds the workflow {drawn[0]}")
    told = _read(package)
    if told.script not in names or not told.script.endswith(".py"):
        raise _broken(f"the script {told.script!r} is no Python file of the package")
    for what, given in (("question", told.questions), ("output", told.outputs)):
        seen = set[str]()
        for one in given:
            if one.name.casefold() in seen:
                raise _broken(f"the {what} {one.name!r} is declared twice")
            seen.add(one.name.casefold())
    for output in told.outputs:
        if not plain(output.name):
            raise _broken(f"the output {output.name!r} is no plain file name")
    return Declaration(
        script=told.script,
        name=told.name,
        description=told.description,
        questions=tuple(_question(number, asked) for number, asked in enumerate(told.questions, 1)),
        outputs=told.outputs,
    )


def plain(name: str) -> bool:
    """Tell whether a name is a file's own, without a folder."""
    return name.isprintable() and "/" not in name and "\\" not in name and name not in {".", ".."}


def _read(package: Package) -> Written:
    try:
        with package.open(FILE) as file:
            data = file.read(LONGEST + 1)
    except FileUnreadable as unreadable:
        raise _broken(unreadable.data["reason"]) from None
    if len(data) > LONGEST:
        raise _broken(f"it has more than {LONGEST:,} bytes")
    if any(line.count(b".") > _MOST_DOTS for line in data.splitlines()):
        raise _broken(f"a line has more than {_MOST_DOTS} dots")
    try:
        return msgspec.convert(tomllib.loads(data.decode("utf-8")), Written)
    except msgspec.ValidationError as error:
        raise _broken(str(error)) from None
    except (ValueError, RecursionError) as error:  # also for bytes that are no UTF-8 and numbers of too many digits
        raise _broken(f"it is no TOML ({error})") from None


def _question(number: int, asked: Asked) -> Question:
    chosen = asked.type in {Answer.CHOICE, Answer.CHOICES}
    if chosen and not asked.choices:
        raise _broken(f"the question {asked.name!r} offers no choices")
    if asked.choices and not chosen:
        raise _broken(f"the question {asked.name!r} offers choices and is of the type {asked.type.value}")
    if any("," in choice for choice in asked.choices):
        raise _broken(f"a choice of the question {asked.name!r} has a comma in it")
    return Question(
        id=number,
        type=_TYPES[asked.type],
        name=asked.name,
        description=asked.description,
        default=asked.default,
        multiple=asked.type is Answer.CHOICES,
        items=tuple((choice, choice) for choice in asked.choices),
    )


def _broken(reason: str) -> WorkflowBroken:
    return WorkflowBroken(file=FILE, reason=reason.rstrip("."))
