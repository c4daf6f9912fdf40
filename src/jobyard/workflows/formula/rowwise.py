"""Computing a formula one row at a time: for tools whose rows hang on each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jobyard.workflows.formula.bound import Bound, Call, Choice, Constant

Lookup = Callable[[str, int], Any]
"""Returns the value of a column in the row so many away."""


def compute(node: Bound, lookup: Lookup, tell: Callable[[str], None] = lambda _: None) -> Any:
    """Return the formula's value for a row; what is lost on the way is told."""
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, Choice):
        for condition, result in node.cases:
            if compute(condition, lookup, tell):
                return compute(result, lookup, tell)
        return compute(node.otherwise, lookup, tell)
    if isinstance(node, Call):
        return _called(node, [compute(argument, lookup, tell) for argument in node.arguments], tell)
    return lookup(node.name, node.row)


def _called(node: Call, values: list[Any], tell: Callable[[str], None]) -> Any:
    function = node.function
    if None in values and not function.sees_null:
        return None
    found = function.row(*values)
    if function.complaint and values[0] is not None:
        wrong = function.wrong(values[0]) if function.wrong else found is None and values[0] != ""
        if wrong:
            tell(function.complaint.format(values[0]))
    return found
