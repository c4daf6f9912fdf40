"""A formula that knows its columns and its functions: what both ways of computing it start from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jobyard.workflows.formula.kinds import Kind

if TYPE_CHECKING:
    import polars as pl

Signature = Callable[[Sequence[Kind]], "tuple[list[Kind], Kind]"]
"""From the kinds of what is given to the kinds that are wanted and the kind of the result. Raises ValueError."""


VARIES = object()
"""Stands for an argument that is not the same in every row."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function. A null among its arguments makes null of it, unless it `sees_null`."""

    name: str
    signature: Signature
    row: Callable[..., Any]
    """Computes one value."""
    column: Callable[[Sequence[pl.Expr], Sequence[Any]], pl.Expr | None] | None = None
    """Computes a column from columns; what is the same in every row comes beside them, else VARIES.

    Where it is missing or returns None the function is applied row by row.
    """
    sees_null: bool = False
    complaint: str = ""
    """What is told where nothing comes of arguments that are not null; `{0}` is the first of them."""
    wrong: Callable[[Any], bool] | None = None
    """Tells of a first argument whether the complaint is due, for functions that make something of it all the same."""
    pure: bool = True
    """Whether the same arguments always give the same result."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A value known before the first row."""

    value: Any
    kind: Kind


@dataclass(frozen=True, slots=True)
class Column:
    """A column of this row, or of one so many rows away."""

    name: str
    kind: Kind
    row: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments, which have the kinds it wants."""

    function: Function
    arguments: tuple[Bound, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Choice:
    """The result of the first condition that is true, or the last one; all results have one kind."""

    cases: tuple[tuple[Bound, Bound], ...]
    otherwise: Bound
    kind: Kind


Bound = Constant | Column | Call | Choice
Chooser = Callable[[Sequence[Bound]], Function]
"""Picks the function that a name means for these arguments. Raises ValueError."""
