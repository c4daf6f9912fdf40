"""The room the tables take, and how they are written anew without free room in them."""

from __future__ import annotations

from jobyard.store.postgres.connection import Connection, PostgresDatabase
from jobyard.store.rows import Sizes


def sizes(connection: Connection) -> Sizes:
    """Return what our tables take, their indexes included; how much of it is free only PostgreSQL knows."""
    return Sizes(database=sum(int(row[1]) for row in PostgresDatabase(connection).all("own_tables", {})))


def compact(connection: Connection) -> None:
    """Write each table anew, one after the other; whoever wants to use one meanwhile waits."""
    for name, _ in PostgresDatabase(connection).all("own_tables", {}):
        # The name comes quoted from the database's own catalogue.
        connection.execute(f"VACUUM (FULL, ANALYZE) {name}".encode())
