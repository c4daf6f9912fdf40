"""Schema files are applied once, in order, whole or not at all, by one at a time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from jobyard.job.errors import WrongDatabase
from jobyard.store.migrate import OWN, Step, migrate, steps
from jobyard.store.postgres import PostgresStore
from jobyard.store.postgres.connection import PostgresDatabase, configure
from jobyard.store.relational.rows import COLUMNS
from jobyard.store.sqlite import SqliteStore
from jobyard.store.sqlite.connection import SqliteDatabase, open_writer
from tests.store.making import Hand

Database = SqliteDatabase | PostgresDatabase

ROOM = {
    "0001_first.sql": "-- The first table.\nCREATE TABLE first (id INTEGER);\nINSERT INTO first VALUES (1);\n",
    "0002_second.sql": """\
CREATE TABLE second (id INTEGER);
INSERT INTO second VALUES (2);
INSERT INTO first VALUES (2);
""",
}


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of either kind."""
    if request.param == "sqlite":
        with closing(open_writer(tmp_path / "empty.sqlite", "NORMAL")) as connection:
            yield SqliteDatabase(connection)
    else:
        address = request.getfixturevalue("bare_postgres_address")
        with psycopg.connect(address, autocommit=True) as connection:
            configure(connection)
            yield PostgresDatabase(connection)


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Make a package that brings a schema; later calls change it."""
    monkeypatch.syspath_prepend(tmp_path / "packages")

    def make(**extra: str) -> str:
        for dialect in ("sqlite", "postgres"):
            folder = tmp_path / "packages" / "made_room" / "sql" / "schema" / dialect
            folder.mkdir(parents=True, exist_ok=True)
            (tmp_path / "packages" / "made_room" / "__init__.py").touch()
            for name, text in (ROOM | {f"{name}.sql": text for name, text in extra.items()}).items():
                (folder / name).write_text(text)
        return "made_room"

    yield make
    sys.modules.pop("made_room", None)


def applied(database: Database) -> list[tuple[str, int]]:
    return [(row[0], row[1]) for row in database.all("applied_migrations", {})]


def rows(database: Database, table: str) -> list[Any]:
    return [row[0] for row in database.rows(f"SELECT id FROM {table} ORDER BY id", {})]


def own(dialect: str) -> list[tuple[str, int]]:
    return [(OWN, step.number) for step in steps(OWN, dialect)]


class Killed(BaseException):
    """The process is gone."""


class Mortal:
    """A database whose process dies before its n-th statement."""

    def __init__(self, database: Database, survives: int) -> None:
        self._database = database
        self._left = survives
        self.dialect = database.dialect
        self.alone = database.alone
        self.all = database.all

    def statement(self, text: str) -> None:
        self._count()
        self._database.statement(text)

    def run(self, name: str, parameters: Any) -> int:
        self._count()
        return self._database.run(name, parameters)

    def _count(self) -> None:
        if self._left == 0:
            raise Killed
        self._left -= 1


def test_every_file_is_applied_once_and_in_order(database: Database, room: Callable[..., str]) -> None:
    for _ in range(2):
        migrate(database, [room()])
        assert applied(database) == [*own(database.dialect), ("made_room", 1), ("made_room", 2)]
        assert rows(database, "first") == [1, 2]
        assert rows(database, "second") == [2]


def test_a_room_that_comes_later_is_added(database: Database, room: Callable[..., str]) -> None:
    migrate(database)
    assert applied(database) == own(database.dialect)
    migrate(database, [room()])
    assert rows(database, "second") == [2]
    # A room that is not asked for any more is left alone.
    migrate(database)
    assert rows(database, "second") == [2]


def test_a_newer_file_is_added_to_what_is_there(database: Database, room: Callable[..., str]) -> None:
    migrate(database, [room()])
    migrate(database, [room(**{"0003_third": "INSERT INTO second VALUES (3);\n"})])
    assert rows(database, "second") == [2, 3]
    assert applied(database)[-1] == ("made_room", 3)


def test_a_changed_file_is_refused(database: Database, room: Callable[..., str]) -> None:
    migrate(database, [room()])
    with pytest.raises(WrongDatabase, match="made_room 1"):
        migrate(database, [room(**{"0001_first": "CREATE TABLE other (id INTEGER);\n"})])


def test_a_database_of_a_newer_program_is_refused(database: Database) -> None:
    migrate(database)
    newer = {"room": OWN, "number": 99, "name": "future", "checksum": "x"}
    database.run("record_migration", newer)
    with pytest.raises(WrongDatabase, match="newer"):
        migrate(database)


def test_killed_before_any_statement_the_next_start_goes_on(database: Database, room: Callable[..., str]) -> None:
    package = room()
    deaths = 0
    while True:
        try:
            # Each start lives a little longer than the last, so every statement is the last one once.
            migrate(Mortal(database, survives=deaths), [package])
            break
        except Killed:
            deaths += 1
            _each_file_is_whole(database)
    assert deaths > 25
    assert rows(database, "first") == [1, 2]
    assert rows(database, "second") == [2]
    assert applied(database) == [*own(database.dialect), ("made_room", 1), ("made_room", 2)]


def _each_file_is_whole(database: Database) -> None:
    tables = {
        "sqlite": "SELECT name FROM sqlite_schema WHERE type = 'table'",
        "postgres": "SELECT tablename FROM pg_tables WHERE schemaname = 'jobyard'",
    }
    there = {row[0] for row in database.rows(tables[database.dialect], {})}
    done = applied(database) if "migrations" in there else []
    assert ("jobs" in there) == ("counters" in there) == ((OWN, 1) in done)
    assert ("queues" in there) == ("settings" in there) == ((OWN, 2) in done)
    assert ("second" in there) == (("made_room", 2) in done)


def test_a_killed_process_leaves_a_database_that_goes_on(tmp_path: Path) -> None:
    program = """
import os, signal, sys
from pathlib import Path
from jobyard.store.sqlite import SqliteStore
from jobyard.store.sqlite.connection import SqliteDatabase
left = int(sys.argv[2])
plain = SqliteDatabase.statement
def statement(self, text):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    plain(self, text)
SqliteDatabase.statement = statement
SqliteStore.open(Path(sys.argv[1])).close()
"""
    for survives in (0, 7, 25):
        died = subprocess.run([sys.executable, "-c", program, str(tmp_path / "data"), str(survives)], check=False)
        assert died.returncode == -9
    store = SqliteStore.open(tmp_path / "data")
    assert Hand(store).submit().number == 1
    assert store.check() == []
    store.close()


def test_many_servers_that_start_at_once_apply_each_file_once(bare_postgres_address: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        stores = list(threads.map(lambda _: PostgresStore.open(bare_postgres_address, threads=1), range(4)))
    assert Hand(stores[0]).submit().number == 1
    assert Hand(stores[3]).submit().number == 2
    for store in stores:
        store.close()


@pytest.mark.parametrize("names", [["0002_a.sql"], ["0001_a.sql", "0003_b.sql"], ["0001_a.sql", "0001_b.sql"]])
def test_files_with_a_gap_or_a_double_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[str]
) -> None:
    folder = tmp_path / f"gap_room_{len(names)}{names[-1][3]}" / "sql" / "schema" / "sqlite"
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text("SELECT 1;\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ValueError, match="numbered"):
        steps(folder.parents[2].name, "sqlite")


def test_a_room_without_a_schema_has_no_steps() -> None:
    assert steps("jobyard.job", "sqlite") == []


def test_statements_end_with_a_semicolon_at_the_end_of_a_line() -> None:
    text = (
        "-- a; b\nCREATE TABLE a (\n    b TEXT DEFAULT ';x',\n    c TEXT\n);\nINSERT INTO a VALUES ('; ');  \n-- end\n"
    )
    step = Step(room="r", number=1, name="n", text=text)
    assert [statement.strip().splitlines()[-1].strip() for statement in step.statements()] == [
        ");",
        "INSERT INTO a VALUES ('; ');",
    ]


# --- the two schemas are one ----------------------------------------------------------------------------------------


def columns(database: Database) -> dict[str, list[str]]:
    queries = {
        "sqlite": "SELECT m.name, p.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS p"
        " WHERE m.type = 'table' ORDER BY m.name, p.cid",
        "postgres": "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'jobyard'"
        " ORDER BY table_name, ordinal_position",
    }
    found: dict[str, list[str]] = {}
    for table, column in database.rows(queries[database.dialect], {}):
        if not table.startswith(("sqlite_", "search")):
            found.setdefault(table, []).append(column)
    return found


def test_a_row_of_jobs_has_the_columns_that_the_program_reads(database: Database) -> None:
    migrate(database)
    assert tuple(columns(database)["jobs"]) == COLUMNS


def test_both_databases_have_the_same_tables_and_columns(bare_postgres_address: str, tmp_path: Path) -> None:
    with closing(open_writer(tmp_path / "empty.sqlite", "NORMAL")) as connection:
        migrate(SqliteDatabase(connection))
        sqlite = columns(SqliteDatabase(connection))
    with psycopg.connect(bare_postgres_address, autocommit=True) as link:
        configure(link)
        migrate(PostgresDatabase(link))
        postgres = columns(PostgresDatabase(link))
    # Counted changes wait in a table of their own only where many write at the same time.
    assert postgres.pop("counter_deltas")[1:] == sqlite["counters"]
    # And how many stand in a block is kept only where one writes after the other.
    assert sqlite.pop("blocks") == ["owner", "block", "kind", "state", "format", "given", "count"]
    assert postgres == sqlite
