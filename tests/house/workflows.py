"""What the reference says of workflows: the tools, the functions of formulas and the files, drawn from the code."""

from __future__ import annotations

import sys

from jobyard.workflows.fields.record import FieldType
from jobyard.workflows.files import forms
from jobyard.workflows.formula.functions import arithmetic, calendar, dictionary, numerals, paths, patterns, wording
from jobyard.workflows.formula.functions.catalog import CHOICES, functions
from jobyard.workflows.toolbox.registry import CRAFTS
from tests.house import sentences
from tests.house.shapes import table
from tests.workflows.drawing import NOW

_GROUPS = {
    "on texts": wording,
    "with patterns": patterns,
    "on numbers": arithmetic,
    "between numbers and texts, and tests": numerals,
    "in dictionary order": dictionary,
    "on paths of files": paths,
    "on dates": calendar,
}


def tool_list() -> str:
    """Return each tool that runs: how documents call it, what it does, and what to know of it."""
    rows = []
    for craft in sorted(CRAFTS, key=lambda craft: min(craft.plugins).lower()):
        module = sys.modules[craft.__module__]
        plugins = ", ".join(f"`{plugin}`" for plugin in sorted(craft.plugins))
        does = sentences.first(module.__doc__).partition(": ")[2] or sentences.first(module.__doc__)
        rows.append([plugins, does[:1].upper() + does[1:], sentences.first(craft.__doc__)])
    return table(["tool", "what it does", "to know"], rows)


def function_list() -> str:
    """Return the names of all functions by what they work on."""
    known = functions(NOW)
    named = {name for name in known if name.isidentifier() and name.isupper()} - {"AND", "OR", "NOT", "IN"}
    rows, seen = [["choices", _names(CHOICES)]], set(CHOICES)
    for group, module in _GROUPS.items():
        ours = {name for name in named if name in module.FUNCTIONS}
        ours |= {name for name in named - seen if name.startswith("DATETIME") and module is calendar}
        seen |= ours
        rows.append([group, _names(ours)])
    return table(["functions", "names, whatever their case"], rows)


def _names(names: set[str] | frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def form_list() -> str:
    """Return which files are read and which are written."""
    rows = [
        [f"`.{form}`", "yes" if form in forms.READ else "no", "yes" if form in forms.WRITTEN else "no"]
        for form in sorted(forms.READ | forms.WRITTEN)
    ]
    return table(["file", "read", "written"], rows)


def type_list() -> str:
    """Return the types that a field may have."""
    return ", ".join(f"`{type_}`" for type_ in FieldType) + "."
