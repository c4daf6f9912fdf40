"""What the relational half asks of a database connection. One adapter for each database keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from jobyard.store.contract import Row
from jobyard.store.queries import Queries

QUERIES = Queries("jobyard.store")
"""The statements of this room."""


class Database(Protocol):
    """One connection inside one transaction. Statements are named; those made up at run time come as text."""

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgres`."""

    def array(self, values: Iterable[Any]) -> Any:
        """Return values in the form in which the database takes a list as one parameter."""

    def all(self, name: str, parameters: Mapping[str, Any]) -> list[Row]:
        """Run a named statement and return its rows. A parameter that no text can equal finds nothing."""

    def each(self, asked: Sequence[tuple[str, Mapping[str, Any]]]) -> list[list[Row]]:
        """Run several reading texts, in one go where the database can, and return the rows of each.

        A text with a parameter that no text can equal is left out.
        """

    def run(self, name: str, parameters: Mapping[str, Any]) -> int:
        """Run a named writing statement and return how many rows it touched. Raises Invalid for text it cannot keep."""

    def returning(self, name: str, parameters: Mapping[str, Any]) -> list[Row]:
        """Run a named writing statement and return its rows. Raises Invalid for text it cannot keep."""

    def post(self, name: str, *parameters: Mapping[str, Any]) -> None:
        """Run a named writing statement, once for each set of parameters, whose answer nobody needs.

        It happens in order, but may wait until the next statement that is answered, or the end. Raises Invalid for text
        it cannot keep.
        """

    def rows(self, text: str, parameters: Mapping[str, Any]) -> list[Row]:
        """Run a capability's text and return its rows."""

    def execute(self, text: str, parameters: Mapping[str, Any]) -> int:
        """Run a capability's writing text and return how many rows it touched."""

    def execute_many(self, text: str, parameters: Sequence[Mapping[str, Any]]) -> None:
        """Run a capability's writing text once for each set of parameters."""
