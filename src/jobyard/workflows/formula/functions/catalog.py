"""Every function by its name in capitals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from jobyard.workflows.formula.bound import Chooser, Function
from jobyard.workflows.formula.functions import (
    arithmetic,
    calendar,
    dictionary,
    numerals,
    operators,
    paths,
    patterns,
    wording,
)

CHOICES = frozenset({"IIF", "SWITCH"})
"""Functions that compute only what they choose; `binding.py` makes choices of them."""
FUNCTIONS: Mapping[str, Function | Chooser] = {
    **operators.FUNCTIONS,
    **patterns.FUNCTIONS,
    **wording.FUNCTIONS,
    **arithmetic.FUNCTIONS,
    **numerals.FUNCTIONS,
    **dictionary.FUNCTIONS,
    **paths.FUNCTIONS,
    **calendar.FUNCTIONS,
}


def functions(now: datetime) -> dict[str, Function | Chooser]:
    """Return all functions of a run that began at a moment."""
    return {**FUNCTIONS, **calendar.now_functions(now)}
