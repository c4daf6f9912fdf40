"""Guides and their pictures as they are stored."""

from __future__ import annotations

from jobyard.datasets.guide import Asset, Guide
from jobyard.store.contract import Row, Transaction, View
from jobyard.store.queries import Queries

QUERIES = Queries("jobyard.datasets")


def one(view: View, number: int) -> Guide | None:
    """Return a guide by its number."""
    return next((_guide(row) for row in view.rows(QUERIES["guide"], {"number": number})), None)


def of(view: View, home: str) -> Guide | None:
    """Return the guide of a dataset or a collection, by its id."""
    return next((_guide(row) for row in view.rows(QUERIES["guide_of"], {"home": home})), None)


def insert(transaction: Transaction, made: Guide) -> int | None:
    """Write a guide and return its number; None where its home has one."""
    parameters = {"home": made.home, "body": made.body, "now": made.created_at}
    rows = transaction.rows(QUERIES["insert_guide"], parameters)
    return int(rows[0][0]) if rows else None


def update(transaction: Transaction, changed: Guide) -> None:
    """Write what a guide says now."""
    parameters = {"number": changed.number, "body": changed.body, "now": changed.updated_at}
    transaction.run(QUERIES["update_guide"], parameters)


def delete(transaction: Transaction, number: int) -> None:
    """Forget a guide with its pictures."""
    transaction.run(QUERIES["drop_assets"], {"guide": number})
    transaction.run(QUERIES["delete_guide"], {"number": number})


def drop(transaction: Transaction, home: str) -> None:
    """Forget the guide of a dataset or a collection that is deleted."""
    found = of(transaction, home)
    if found is not None:
        delete(transaction, found.number)


def asset(view: View, id_: str) -> Asset | None:
    """Return a picture of a guide by its id, without its content."""
    return next((_asset(row) for row in view.rows(QUERIES["asset"], {"id": id_})), None)


def assets(view: View, guide: int) -> int:
    """Return how many pictures a guide has."""
    return int(view.rows(QUERIES["assets_of"], {"guide": guide})[0][0])


def content(view: View, id_: str) -> bytes:
    """Return what a picture of a guide holds."""
    return bytes(view.rows(QUERIES["asset_content"], {"id": id_})[0][0])


def insert_asset(transaction: Transaction, made: Asset, held: bytes) -> None:
    """Write a picture of a guide."""
    parameters = {
        "id": made.id,
        "guide": made.guide,
        "name": made.name,
        "media_type": made.media_type,
        "owner": made.owner,
        "now": made.created_at,
        "content": held,
    }
    transaction.run(QUERIES["insert_asset"], parameters)


def delete_asset(transaction: Transaction, id_: str) -> None:
    """Forget a picture of a guide."""
    transaction.run(QUERIES["delete_asset"], {"id": id_})


def _guide(row: Row) -> Guide:
    number, home, body, created_at, updated_at = row
    return Guide(number=number, home=home, body=body, created_at=created_at, updated_at=updated_at)


def _asset(row: Row) -> Asset:
    id_, guide, name, media_type, owner, created_at = row
    return Asset(id=id_, guide=guide, name=name, media_type=media_type, owner=owner, created_at=created_at)
