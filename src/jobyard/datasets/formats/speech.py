"""How a name or a number from a foreign file is told in a sentence."""

from __future__ import annotations

import math

from jobyard.datasets.paths import shown
from jobyard.job.errors import FileBroken

_TOLD = 120


def told(text: str) -> str:
    """Return a foreign text as one short line."""
    return shown(text.encode("utf-8", "surrogatepass"), _TOLD)


def number(text: object, file: str, what: str) -> float:
    """Return a finite number. Raises FileBroken naming what should have been one."""
    try:
        value = float(text)  # type: ignore[arg-type]  # whatever is none is refused
    except (TypeError, ValueError, OverflowError):
        value = math.nan
    if not math.isfinite(value) or isinstance(text, bool):
        raise FileBroken(file=file, reason=f"{what} is no number: {told(str(text))}")
    return value


def whole(text: object, file: str, what: str) -> int:
    """Return a whole number. Raises FileBroken naming what should have been one."""
    value = number(text, file, what)
    if value != int(value):
        raise FileBroken(file=file, reason=f"{what} is no whole number: {told(str(text))}")
    return int(value)
