"""Brings a database up to date: numbered schema files of several rooms, each applied once, in order, in a transaction.

A room keeps `sql/schema/sqlite/0001_name.sql` and so on, the same numbers for both databases. A file that was applied
must never change again; its checksum is remembered. Killed at any point, the next start goes on where this one ended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib.resources import files
from typing import Any, Protocol

from msgspec import Struct

from jobyard.job.errors import WrongDatabase
from jobyard.store.contract import Row

OWN = "jobyard.store"
"""The room whose schema comes first."""


class Step(Struct, frozen=True, kw_only=True):
    """One numbered schema file."""

    room: str
    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """The SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def statements(self) -> Iterator[str]:
        """Give the statements; each ends with a semicolon at the end of a line."""
        lines: list[str] = []
        for line in self.text.splitlines():
            lines.append(line)
            if line.rstrip().endswith(";"):
                yield "\n".join(lines)
                lines = []


class Migratable(Protocol):
    """What migrating asks of a database."""

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgres`."""

    def alone(self) -> AbstractContextManager[None]:
        """Open a transaction that no other migration shares; end it well, or take it back on an error."""

    def statement(self, text: str) -> None:
        """Run one statement of a schema file."""

    def all(self, name: str, parameters: Mapping[str, Any]) -> list[Row]:
        """Run a named statement and return its rows."""

    def run(self, name: str, parameters: Mapping[str, Any]) -> int:
        """Run a named writing statement."""


def migrate(database: Migratable, packages: Sequence[str] = ()) -> None:
    """Apply what is missing of the store's own schema and of the packages'.

    Raises WrongDatabase when the database was written by a newer program or with other files.
    """
    wanted = [step for package in (OWN, *packages) for step in steps(package, database.dialect)]
    with database.alone():
        database.run("create_migrations", {})
        missing = _missing(database, wanted)
    for step in missing:
        with database.alone():
            # Another process may have been faster between two transactions.
            if step in _missing(database, wanted):
                _apply(database, step)


def steps(package: str, dialect: str) -> list[Step]:
    """Return a room's schema files in order. Raises ValueError when a number is missing or taken twice."""
    folder = files(package) / "sql" / "schema" / dialect
    found = []
    for file in folder.iterdir() if folder.is_dir() else ():
        stem, dot, ending = file.name.partition(".")
        number, _, name = stem.partition("_")
        if dot and ending == "sql":
            text = file.read_text(encoding="utf-8")
            found.append(Step(room=package, number=int(number), name=name, text=text))
    found.sort(key=lambda step: step.number)
    if [step.number for step in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"the schema files of {package} are not numbered from 1 without gaps")
    return found


def _missing(database: Migratable, wanted: Iterable[Step]) -> list[Step]:
    applied = {(row[0], row[1]): (row[2], row[3]) for row in database.all("applied_migrations", {})}
    newest: dict[str, int] = {}
    missing = []
    for step in wanted:
        newest[step.room] = step.number
        there = applied.get((step.room, step.number))
        if there is None:
            missing.append(step)
        elif there[1] != step.checksum:
            raise WrongDatabase(reason=f"its schema {step.room} {step.number} ({there[0]}) was made from another file")
    for room, number in applied:
        if number > newest.get(room, number):
            raise WrongDatabase(reason=f"it was written by a newer version of this program ({room} {number})")
    return missing


def _apply(database: Migratable, step: Step) -> None:
    for statement in step.statements():
        database.statement(statement)
    named = {"room": step.room, "number": step.number, "name": step.name, "checksum": step.checksum}
    database.run("record_migration", named)
