"""The promise of a tool that runs here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import ClassVar, TypeVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.table import Table
from jobyard.workflows.work import Work

_LOOK = 1_024
_Came = TypeVar("_Came")


class Craft(ABC):
    """How one tool is done. Subclass it in a file of its own and name the class in `registry.py`."""

    plugins: ClassVar[frozenset[str]]
    """The last parts of the plugins' names, such as `Filter`, or names of macro files that it stands for."""
    entries: ClassVar[tuple[str, ...]] = ("Input",)
    """Where tables come in."""
    takes_many: ClassVar[bool] = False
    """Whether several wires may lead into one entry."""
    takes_none: ClassVar[bool] = False
    """Whether it works without anything coming in."""
    optional: ClassVar[frozenset[str]] = frozenset()
    """Entries into which nothing has to lead."""
    aliases: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """What documents also call an entry or a port, and which one it is."""
    any_name: ClassVar[bool] = False
    """Whether its one entry or its one port may be called anything: macros name theirs after their own tools."""
    ports: ClassVar[tuple[str, ...]] = ("Output",)
    """Where tables go out."""

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return what the configuration asks for and is not done here, each as a clause; nothing runs then."""
        return []

    @classmethod
    def formulas(cls, configuration: Element) -> list[str]:
        """Return the formulas in a configuration, so that they are looked at before anything runs."""
        return []

    @abstractmethod
    def run(self, work: Work) -> dict[str, Table]:
        """Return a table for each port. Raises a Fault whose sentence says what is wrong."""


def names(configuration: Element, *path: str, attribute: str = "field") -> list[str]:
    """Return the names of fields that a list in a configuration says; those switched off are left out."""
    return [
        element.attributes.get(attribute, element.attributes.get("name", element.text.strip()))
        for element in configuration.every(*path)
        if element.ticked("selected")
    ]


def input_number(said: str) -> int | None:
    """Return which input a name such as `#3` means, None for what is no such name."""
    digits = said.strip().removeprefix("#")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 and int(digits) else None


def of_each(work: Work, texts: pl.Series, do: Callable[[str], _Came]) -> list[_Came | None]:
    """Return what comes of every text, each different one being looked at once; nothing comes of a null."""
    known = dict[str | None, _Came | None]({None: None})
    values = list[_Came | None]()
    for turn, text in enumerate(texts.to_list()):
        if turn % _LOOK == 0:
            work.check()
        if text not in known:
            known[text] = do(text)
        values.append(known[text])
    return values
