"""Guides as people ask for them. Who sees a dataset or a collection reads its guide; who may change it writes one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.datasets import rows, sight
from jobyard.datasets.catalog import ground
from jobyard.datasets.catalog.ground import Ground
from jobyard.datasets.collection import Collection
from jobyard.datasets.guide import Asset, Guide
from jobyard.datasets.record import Dataset
from jobyard.datasets.tables import collections
from jobyard.datasets.tables import guides as table
from jobyard.job.errors import Conflict, Invalid, NotFound, Refused, TooLarge
from jobyard.job.ids import is_id, new_id
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View

BODY_LIMIT = 256 * 1024
"""Characters of one guide."""
ASSET_LIMIT = 10 * 1024 * 1024
"""Bytes of one picture or document."""
ASSETS = 30
"""Pictures and documents of one guide."""
_SIGNS: Mapping[str, bytes] = MappingProxyType(
    {
        "image/png": b"\x89PNG\r\n\x1a\n",
        "image/jpeg": b"\xff\xd8\xff",
        "image/gif": b"GIF8",
        "image/bmp": b"BM",
        "application/pdf": b"%PDF-",
    }
)
"""With what a file of each type begins; what a file is called or said to be does not count."""
_LARGEST = 2**63


class Guides(Ground):
    """Write guides, and show things in them."""

    async def numbers(self, actor: Actor, home: str, around: str | None) -> tuple[int | None, int | None]:
        """Return the number of a dataset's own guide, and of the one by which it is annotated: its collection's first.

        Raises NotFound.
        """

        def work(view: View) -> tuple[int | None, int | None]:
            _home(view, actor, home)
            own = table.of(view, home)
            other = table.of(view, around) if around is not None else own
            return _number(own), _number(other)

        return await self._read(work)

    async def get(self, actor: Actor, number: int) -> tuple[Guide, Dataset | Collection]:
        """Return a guide by its number, with what it belongs to. Raises NotFound."""
        return await self._read(lambda view: _found(view, actor, number))

    async def make(self, actor: Actor, home: str, body: str) -> Guide:
        """Write the guide of a dataset or a collection. Raises NotFound, Refused, Invalid, and Conflict for another."""
        ground.check_text("markdown", body, BODY_LIMIT)

        def work(transaction: Transaction) -> Guide:
            _lock(transaction, _home(transaction, actor, home))
            # Again, since it may have gone or changed hands meanwhile.
            _require(actor, _home(transaction, actor, home))
            now = self._clock.now()
            made = Guide(home=home, body=body, created_at=now, updated_at=now)
            number = table.insert(transaction, made)
            if number is None:
                raise Conflict(reason="There is a guide already.")
            return replace(made, number=number)

        return await self._write(work)

    async def change(self, actor: Actor, number: int, body: str) -> Guide:
        """Write a guide anew. Raises NotFound, Refused, Invalid."""
        ground.check_text("markdown", body, BODY_LIMIT)

        def work(transaction: Transaction) -> Guide:
            changed = replace(_held(transaction, actor, number), body=body, updated_at=self._clock.now())
            table.update(transaction, changed)
            return changed

        return await self._write(work)

    async def delete(self, actor: Actor, number: int) -> None:
        """Forget a guide with all that it shows. Raises NotFound or Refused."""
        await self._write(lambda transaction: table.delete(transaction, _held(transaction, actor, number).number))

    async def bring(self, actor: Actor, number: int, name: str, content: bytes) -> Asset:
        """Keep a picture or a document for a guide. Raises NotFound, Refused, TooLarge, Conflict for one too many.

        Raises Invalid for what is no picture and no PDF.
        """
        if len(content) > ASSET_LIMIT:
            raise TooLarge(what="What a guide shows", limit=f"{ASSET_LIMIT:,} bytes")
        media_type = _type(content)
        ground.check_text("filename", name, 1_000)

        def work(transaction: Transaction) -> Asset:
            guide = _held(transaction, actor, number)
            if table.assets(transaction, guide.number) >= ASSETS:
                raise Conflict(reason=f"A guide shows at most {ASSETS} pictures and documents.")
            made = Asset(
                id=new_id(),
                guide=guide.number,
                name=name,
                media_type=media_type,
                owner=actor.name,
                created_at=self._clock.now(),
            )
            table.insert_asset(transaction, made, content)
            return made

        return await self._write(work)

    async def asset(self, actor: Actor, id_: str) -> tuple[Asset, bytes]:
        """Return a picture or a document of a guide. Raises NotFound."""

        def work(view: View) -> tuple[Asset, bytes]:
            found = _asset(view, actor, id_)
            return found, table.content(view, id_)

        return await self._read(work)

    async def remove(self, actor: Actor, id_: str) -> None:
        """Forget a picture or a document of a guide. Raises NotFound or Refused."""

        def work(transaction: Transaction) -> None:
            _held(transaction, actor, _asset(transaction, actor, id_).guide)
            table.delete_asset(transaction, id_)

        await self._write(work)


def _home(view: View, actor: Actor, id_: str) -> Dataset | Collection:
    found = (rows.dataset(view, id_) or collections.one(view, id_)) if is_id(id_) else None
    if found is None or not sight.knows_home(view, actor, found):
        raise NotFound(what="dataset", name=id_)
    return found


def _found(view: View, actor: Actor, number: int) -> tuple[Guide, Dataset | Collection]:
    found = table.one(view, number) if 0 < number < _LARGEST else None
    home = (rows.dataset(view, found.home) or collections.one(view, found.home)) if found is not None else None
    if found is None or home is None or not sight.knows_home(view, actor, home):
        raise NotFound(what="guide", name=str(number), unseen=home is not None)
    return found, home


def _held(transaction: Transaction, actor: Actor, number: int) -> Guide:
    """Return a guide that the actor may change, and keep others from changing it."""
    _lock(transaction, _found(transaction, actor, number)[1])
    # Again, since it may have been written anew, or its home may have changed hands meanwhile.
    found, home = _found(transaction, actor, number)
    _require(actor, home)
    return found


def _lock(transaction: Transaction, home: Dataset | Collection) -> None:
    if isinstance(home, Dataset):
        rows.lock(transaction, home.id)
    else:
        collections.lock(transaction, home.id)


def _require(actor: Actor, home: Dataset | Collection) -> None:
    if not rules.may(actor, Verb.EDIT, home):
        raise Refused(verb="change this guide")


def _asset(view: View, actor: Actor, id_: str) -> Asset:
    found = table.asset(view, id_) if is_id(id_) else None
    if found is None:
        raise NotFound(what="picture of a guide", name=id_[:100])
    _found(view, actor, found.guide)
    return found


def _number(guide: Guide | None) -> int | None:
    return guide.number if guide is not None else None


def _type(content: bytes) -> str:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    for media_type, sign in _SIGNS.items():
        if content.startswith(sign):
            return media_type
    message = "A guide shows PNG, JPEG, GIF, BMP, WebP and PDF, and this file is none of them."
    raise Invalid(reason=message, fields=[{"path": "file", "message": message}])
