from __future__ import annotations

from tests.every_store import every_store, postgres_rooms, postgres_rooms_address

__all__ = ["every_store", "postgres_rooms", "postgres_rooms_address"]
