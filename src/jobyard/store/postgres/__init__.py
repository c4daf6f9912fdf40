"""The store for several machines: the same promises on PostgreSQL. Needs the extra `postgres`."""

from __future__ import annotations

from jobyard.job.errors import WrongDatabase

try:
    from jobyard.store.postgres.store import PostgresStore
except ImportError as error:
    if (error.name or "").partition(".")[0] not in {"psycopg", "psycopg_pool", ""}:
        raise
    raise WrongDatabase(reason="PostgreSQL needs an extra; run: pip install 'jobyard[postgres]'") from error

__all__ = ["PostgresStore"]
