"""Copying a database that is in use into one file, and reading such a file back into an empty database.

The file begins with a line of JSON that tells which schema it fits, followed by each table: a line of JSON with its
name and columns, then blocks of PostgreSQL's own copy text, each behind a line with its length, then a line with 0.
The last line says `end`, so that a file that was cut short is known.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import msgspec
import psycopg
from msgspec import Struct
from psycopg import sql

from jobyard.job.errors import Invalid
from jobyard.store.postgres.connection import SCHEMA, Connection

_MAGIC = "jobyard postgres backup 1"
_BLOCK = 1024 * 1024
_END = b"end\n"


class _Head(Struct, kw_only=True):
    magic: str
    migrations: list[tuple[str, int, str]]
    """Room, number and checksum of every schema file the tables fit."""
    tables: int
    rows: int
    """About how many."""


class _Table(Struct, kw_only=True):
    name: str
    columns: list[str]


def copy(connection: Connection, target: Path, progress: Callable[[int, int], None]) -> None:
    """Write the database as it is at this moment into `target`, which appears whole or not at all."""
    aside = target.with_name(f"{target.name}.part")
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "wb") as file, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            _write(connection, file, progress)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)


def restore(connection: Connection, source: Path, progress: Callable[[int, int], None]) -> None:
    """Read a copy into a database whose tables were made by this program and are still empty, whole or not at all.

    Raises Invalid when the file is no such copy, is cut short, or fits another schema.
    """
    with source.open("rb") as file, connection.transaction():
        head = _line(file, _Head)
        if head.magic != _MAGIC:
            raise Invalid(reason="This file is not a backup of this program's database.")
        if head.migrations != _migrations(connection):
            raise Invalid(reason="This backup was made by another version; restore it with that version, then upgrade.")
        for done in range(head.tables):
            _restore_table(connection, file)
            progress(done + 1, head.tables)
        if file.readline() != _END:
            raise Invalid(reason="This backup is cut short.")
        _set_sequences(connection)


def _write(connection: Connection, file: IO[bytes], progress: Callable[[int, int], None]) -> None:
    tables = _tables(connection)
    sizes = [_rows(connection, table) for table in tables]
    head = _Head(magic=_MAGIC, migrations=_migrations(connection), tables=len(tables), rows=sum(sizes))
    file.write(msgspec.json.encode(head) + b"\n")
    done = 0
    progress(0, head.rows)
    for table, size in zip(tables, sizes, strict=True):
        file.write(msgspec.json.encode(table) + b"\n")
        for block in _blocks(connection, table):
            file.write(f"{len(block)}\n".encode() + block)
        file.write(b"0\n")
        done += size
        progress(done, head.rows)
    file.write(_END)


def _tables(connection: Connection) -> list[_Table]:
    rows = connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = %s"
        " AND table_name <> 'migrations' ORDER BY table_name, ordinal_position",
        [SCHEMA],
    ).fetchall()
    tables: dict[str, list[str]] = {}
    for table, column in rows:
        tables.setdefault(table, []).append(column)
    return [_Table(name=name, columns=columns) for name, columns in tables.items()]


def _rows(connection: Connection, table: _Table) -> int:
    query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table.name))
    return int(connection.execute(query).fetchall()[0][0])


def _migrations(connection: Connection) -> list[tuple[str, int, str]]:
    rows = connection.execute("SELECT room, number, checksum FROM migrations ORDER BY room, number").fetchall()
    return [(room, number, checksum) for room, number, checksum in rows]


def _blocks(connection: Connection, table: _Table) -> Iterator[bytes]:
    waiting = bytearray()
    query = sql.SQL("COPY {} ({}) TO STDOUT").format(*_named(table))
    with connection.cursor() as cursor, cursor.copy(query) as out:
        for piece in out:
            waiting += piece
            if len(waiting) >= _BLOCK:
                yield bytes(waiting)
                waiting.clear()
    if waiting:
        yield bytes(waiting)


def _restore_table(connection: Connection, file: IO[bytes]) -> None:
    table = _line(file, _Table)
    query = sql.SQL("COPY {} ({}) FROM STDIN").format(*_named(table))
    if _rows(connection, table):
        raise Invalid(reason="A backup is restored into an empty database only.")
    try:
        with connection.cursor() as cursor, cursor.copy(query) as into:
            while size := int(file.readline() or b"-1"):
                block = file.read(size) if size > 0 else b""
                if size < 0 or len(block) != size:
                    raise Invalid(reason="This backup is cut short.")
                into.write(block)
    except (ValueError, psycopg.DataError) as error:
        raise Invalid(reason="This backup is damaged.") from error


def _named(table: _Table) -> tuple[sql.Identifier, sql.Composed]:
    return sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, table.columns))


def _set_sequences(connection: Connection) -> None:
    """Let every sequence go on behind the highest number that was read back."""
    connection.execute("SELECT setval('event_numbers', (SELECT coalesce(max(number), 0) FROM events))")
    identities = connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = %s AND is_identity = 'YES'",
        [SCHEMA],
    ).fetchall()
    for table, column in identities:
        highest = sql.SQL(
            "SELECT setval(pg_get_serial_sequence({}, {}), (SELECT coalesce(max({}), 0) + 1 FROM {}), false)"
        )
        connection.execute(
            highest.format(
                sql.Literal(f"{SCHEMA}.{table}"), sql.Literal(column), sql.Identifier(column), sql.Identifier(table)
            )
        )


def _line(file: IO[bytes], type_: Any) -> Any:
    try:
        return msgspec.json.decode(file.readline(_BLOCK), type=type_)
    except msgspec.DecodeError as error:
        raise Invalid(reason="This file is not a backup of this program's database.") from error
