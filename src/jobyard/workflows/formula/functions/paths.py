"""Functions on paths of files, which are those of Windows. No file is looked at."""

from __future__ import annotations

from jobyard.workflows.formula.bound import Chooser, Function
from jobyard.workflows.formula.kinds import Kind
from jobyard.workflows.formula.signatures import fixed

_STEP = "\\"
_TEXT = Kind.TEXT


def _joined(first: str, second: str) -> str:
    return f"{first.rstrip(_STEP)}{_STEP}{second.lstrip(_STEP)}"


def _parted(path: str) -> tuple[str, str]:
    """Return a file's name without its ending, and the ending with its point."""
    name = path[max(path.rfind(mark) for mark in "\\/:") + 1 :]
    stem, point, ending = name.rpartition(".")
    return (stem, point + ending) if point else (name, "")


FUNCTIONS: dict[str, Function | Chooser] = {
    "FILEADDPATHS": Function("FileAddPaths", fixed(_TEXT, _TEXT, gives=_TEXT), _joined),
    "FILEGETEXT": Function("FileGetExt", fixed(_TEXT, gives=_TEXT), lambda path: _parted(path)[1]),
    "FILEGETFILENAME": Function("FileGetFileName", fixed(_TEXT, gives=_TEXT), lambda path: _parted(path)[0]),
}
