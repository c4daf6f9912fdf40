"""What is refused, as a code, a subcode and a sentence; clients branch on the first two."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from jobyard.experiments.refusals import (
    AgentNotFound,
    AlreadyInLine,
    FolderHasDatasets,
    FolderHasModels,
    FolderHasPipelines,
    FolderInItself,
    FolderIntoOwn,
    FolderMoves,
    FolderName,
    FolderNotEmpty,
    FolderNotFound,
    FolderStays,
    FolderTooDeep,
    LineNotEmpty,
    LineNotFound,
    ModelInUse,
    ModelMade,
    ModelNotFound,
    ModelReady,
    NoDefaultLine,
    NoPart,
    NoScript,
    NotDeletable,
    NothingAdded,
    NotInLine,
    UnknownStanding,
    WrongMove,
    WrongStanding,
    WrongText,
    WrongValue,
)
from jobyard.faces.clearml.asking.conditions import BadValue
from jobyard.faces.clearml.asking.paths import UnknownField
from jobyard.faces.clearml.asking.patterns import BadPattern
from jobyard.faces.clearml.refusals import (
    BadPath,
    Missed,
    Missing,
    NoAction,
    NoStats,
    NotBatch,
    UserNotFound,
    WrongPair,
    WrongScheme,
    WrongToken,
)
from jobyard.faces.clearml.statuses import STATUS
from jobyard.faces.clearml.wire import COMPANY
from jobyard.job.errors import (
    ChangedMeanwhile,
    Conflict,
    Fault,
    Invalid,
    JobNotFound,
    NameTaken,
    NotFound,
    Refused,
    StoreFull,
    TooLarge,
    TooMuch,
    Unauthenticated,
    Unavailable,
)

_log = logging.getLogger("jobyard.faces.clearml")


class Said(NamedTuple):
    """How a refusal is said."""

    code: int
    subcode: int
    text: str


_CODES: Mapping[type[Fault], tuple[int, int]] = MappingProxyType(
    {
        Missing: (401, 20),
        WrongScheme: (401, 10),
        WrongPair: (401, 22),
        WrongToken: (401, 30),
        Unauthenticated: (401, 22),
        Refused: (403, 21),
        Missed: (400, 11),
        NotBatch: (400, 0),
        UnknownField: (400, 14),
        BadValue: (400, 16),
        WrongValue: (400, 16),
        BadPattern: (400, 21),
        WrongText: (400, 800),
        NameTaken: (400, 801),
        JobNotFound: (400, 101),
        WrongMove: (400, 110),
        WrongStanding: (400, 110),
        ChangedMeanwhile: (400, 121),
        NoScript: (400, 122),
        NotDeletable: (400, 123),
        NothingAdded: (400, 131),
        ModelNotFound: (400, 201),
        ModelReady: (400, 203),
        ModelInUse: (400, 205),
        ModelMade: (400, 206),
        UserNotFound: (400, 301),
        FolderNotFound: (400, 401),
        FolderNotEmpty: (400, 402),
        FolderHasModels: (400, 405),
        FolderName: (400, 407),
        FolderMoves: (400, 408),
        FolderTooDeep: (400, 409),
        FolderStays: (400, 410),
        FolderInItself: (400, 411),
        FolderIntoOwn: (400, 412),
        FolderHasDatasets: (400, 413),
        FolderHasPipelines: (400, 414),
        LineNotFound: (400, 701),
        LineNotEmpty: (400, 702),
        NotInLine: (400, 703),
        AlreadyInLine: (400, 706),
        NoDefaultLine: (400, 707),
        AgentNotFound: (400, 1001),
        NoStats: (400, 1005),
        NoPart: (400, 10),
        UnknownStanding: (500, 1),
        Invalid: (400, 12),
        NotFound: (400, 10),
        Conflict: (400, 15),
        TooLarge: (413, 0),
        TooMuch: (429, 0),
        StoreFull: (507, 0),
        # The one code that every client tries again, whatever it sent and however.
        Unavailable: (503, 0),
    }
)
"""The codes of each family; a class that does not stand here has those of its nearest forebear."""


def said(fault: Fault) -> Said:
    """Return how a fault is said."""
    code, subcode = next(_CODES[family] for family in type(fault).__mro__ if family in _CODES)
    return Said(code, subcode, _text(fault))


def of(error: Exception, name: str, version: str, request: str) -> Said:
    """Return how anything that was raised is said; what nobody foresaw is logged, and told as that."""
    if isinstance(error, Fault):
        return said(error)
    if isinstance(error, NoAction):
        return Said(404, 0, f"Unable to find endpoint for name {name} and version {version}")
    if isinstance(error, BadPath):
        return Said(400, 0, f"Invalid request path {error}")
    if isinstance(error, RecursionError):
        return said(Invalid(reason="what was said lies within itself too deeply"))
    _log.error("request %s (%s) broke", request, name, exc_info=error)
    return Said(500, 0, f"General error: the server made a mistake; its log tells of it under {request}")


def refusal(status: int, detail: str) -> tuple[str, bytes]:
    """Return the media type and the body of a refusal that is said before anything of this face is reached."""
    meta = {"result_code": status, "result_subcode": 0, "result_msg": detail, "error_stack": None, "error_data": {}}
    return "application/json", msgspec.json.encode({"meta": meta, "data": {}})


def unfit(error: msgspec.ValidationError) -> Invalid:
    """Return the refusal of a body that has not the shape that is taken."""
    text = str(error)
    what, _, place = text.partition(" - at ")
    path = place.strip("`").removeprefix("$").removeprefix(".")
    if "missing required field" in what:
        field = what.rpartition("field ")[2].strip("`")
        path = f"{path}.{field}" if path else field
        what = "field is required!"
    return Invalid(reason=f"error for field '{path}'. {what}")


def _text(fault: Fault) -> str:
    data: dict[str, Any] = fault.data
    match fault:
        case JobNotFound():
            return f"Invalid task id: id={data.get('id')}, company={COMPANY}"
        case WrongMove():
            before, after = (STATUS.get(data[name], data[name]) for name in ("before", "after"))
            return f"Invalid task status (Invalid status change): current_status={before}, new_status={after}"
        case WrongStanding():
            expected = ", ".join(STATUS[one] for one in data["among"])
            return f"Invalid task status: expected={expected}, status={STATUS[data['standing']]}"
        case UnknownStanding():
            return "Current status unknown not supported by state machine"
        case NotDeletable():
            return (
                f"Task cannot be deleted ({data['reason']}, use force=True): task={data['id']}, "
                f"expected=created, current={STATUS[data['standing']]}"
            )
        case ModelNotFound():
            return f"Invalid model id: id={data.get('name')}, company={COMPANY}"
        case FolderNotFound():
            return f"Invalid project id: id={data.get('name')}, company={COMPANY}"
        case LineNotFound():
            return f"Invalid queue id: id={data.get('name')}, company={COMPANY}"
        case NameTaken():
            return f"Value combination already exists ({fault.sentence}): name={data.get('name')}, company={COMPANY}"
        case WrongText():
            return f"Data validation error: {fault.sentence}"
        case WrongValue():
            return f"Invalid value for fields ({fault.sentence}): id={data.get('id')}, field={data.get('field')}"
        case Refused():
            return f"Forbidden (modification not allowed) ({fault.sentence})"
        case NotBatch() | UnknownField() | BadValue() | BadPattern() | Missed():
            return fault.sentence
        case Invalid():
            return f"Validation error ({fault.sentence})"
    return fault.sentence
