"""Reads from the source what Python forgets at run time: the sentence under each field of a class."""

from __future__ import annotations

import ast
import inspect
from types import ModuleType


def under(module: ModuleType, class_name: str) -> dict[str, str]:
    """Return the sentence that stands under each field of a class, in order; empty where there is none."""
    tree = ast.parse(inspect.getsource(module))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == class_name:
            return _fields(node)
    raise LookupError(f"{module.__name__} has no class {class_name}")


def first(text: str | None) -> str:
    """Return the first paragraph of a docstring on one line."""
    return " ".join((text or "").strip().split("\n\n")[0].split())


def _fields(node: ast.ClassDef) -> dict[str, str]:
    found: dict[str, str] = {}
    last = ""
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            last = part.target.id
            found[last] = ""
        elif isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
            last = part.targets[0].id
            found[last] = ""
        elif isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant) and isinstance(part.value.value, str):
            if last:
                found[last] = " ".join(part.value.value.split())
            last = ""
        else:
            last = ""
    return found
