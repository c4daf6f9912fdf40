"""A formula as a tree, as it was written: nothing is known of columns yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that stands in the formula."""

    value: Any
    at: int


@dataclass(frozen=True, slots=True)
class Named:
    """A column, of this row or of one so many rows away."""

    name: str
    at: int
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """A function or an operator with what it is applied to."""

    name: str
    arguments: tuple[Node, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """The result of the first condition that holds, or the last one."""

    cases: tuple[tuple[Node, Node], ...]
    otherwise: Node
    at: int


Node = Literal | Named | Applied | Chosen
