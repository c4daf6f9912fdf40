"""Access tokens: made, listed, looked at, changed and revoked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import delete, get, patch, post
from litestar.params import FromPath
from msgspec import UNSET
from msgspec.structs import replace

from jobyard.faces.cvat import people, taking
from jobyard.faces.cvat.listing import Sort, listed
from jobyard.faces.cvat.surroundings import KEYS, Ask
from jobyard.faces.cvat.wire import PageOut, TokenIn, TokenOut
from jobyard.faces.cvat.wire.house import TokenChanges
from jobyard.faces.cvat.words import accounts
from jobyard.faces.cvat.words.times import micros, moment, some_moment
from jobyard.job.errors import NotFound
from jobyard.people.record import Key, KeyForm, KeyScope

FACE = "cvat"
_SORT = Sort(
    fields=frozenset({"id", "name", "created_date", "updated_date", "expiry_date", "last_used_date", "read_only"}),
    searched=("name",),
    default="-created_date",
)


@get("/auth/access_tokens")
async def list_tokens(request: Ask) -> PageOut:
    """Return your tokens, without what they prove themselves with."""
    keys = await _tokens(request)
    numbers = await request.engine.numbers.of(KEYS, (key.id for key in keys))

    def facts(key: Key) -> dict[str, Any]:
        return {
            "id": numbers[key.id],
            "name": key.label,
            "created_date": moment(key.created_at),
            "updated_date": moment(key.created_at),
            "expiry_date": some_moment(key.expires_at),
            "last_used_date": some_moment(key.used_at),
            "read_only": key.scope is not KeyScope.FULL,
        }

    async def shown(page: Sequence[Key]) -> list[Any]:
        return [await _token_out(request, key) for key in page]

    return await listed(request, "auth/access_tokens", keys, _SORT, facts, shown)


@post("/auth/access_tokens", status_code=201)
async def add_token(request: Ask) -> TokenOut:
    """Make a token; its value is shown this once."""
    said = await taking.body(request, TokenIn)
    wish = Key(
        id="",
        user=request.user.name,
        form=KeyForm.TOKEN,
        scope=_scope(read_only=said.read_only),
        label=_name(said.name),
        face=FACE,
        expires_at=None if said.expiry_date is None else _later(request, said.expiry_date),
    )
    key, secret = await request.engine.people.add_key(request.user, wish)
    return replace(await _token_out(request, key), value=secret)


@get("/auth/access_tokens/self")
async def get_own_token(request: Ask) -> TokenOut:
    """Return the token this came with."""
    return await _token_out(request, await _token(request, request.user.key))


@get("/auth/access_tokens/{number:str}")
async def get_token(request: Ask, number: FromPath[str]) -> TokenOut:
    """Return one of your tokens."""
    return await _token_out(request, await _numbered(request, number))


@patch("/auth/access_tokens/{number:str}")
async def change_token(request: Ask, number: FromPath[str]) -> TokenOut:
    """Say anew what one of your tokens is called, until when it is good, and whether it only sees."""
    said = await taking.body(request, TokenChanges)
    key = await _numbered(request, number)
    if said.name is not UNSET:
        key = replace(key, label=_name(said.name))
    if said.read_only is not UNSET:
        key = replace(key, scope=_scope(read_only=said.read_only))
    if said.expiry_date is not UNSET:
        key = replace(key, expires_at=None if said.expiry_date is None else _later(request, said.expiry_date))
    return await _token_out(request, await request.engine.people.change_key(request.user, key))


@delete("/auth/access_tokens/{number:str}", status_code=204)
async def revoke_token(request: Ask, number: FromPath[str]) -> None:
    """Revoke one of your tokens; whoever comes with it next is turned away."""
    key = await _numbered(request, number)
    await request.engine.people.revoke_key(request.user, key.id)


async def _tokens(request: Ask) -> list[Key]:
    """Return the tokens that are good for something still."""
    now, keys = request.engine.ledger.now(), await request.engine.people.keys(request.user)
    return [key for key in keys if key.form is KeyForm.TOKEN and (key.expires_at is None or key.expires_at > now)]


async def _token(request: Ask, id_: str) -> Key:
    found = next((key for key in await _tokens(request) if key.id == id_), None)
    if found is None:
        raise NotFound(what="access token", name="of that number")
    return found


async def _numbered(request: Ask, number: str) -> Key:
    return await _token(request, await request.engine.numbers.named(KEYS, int(number)) or "")


async def _token_out(request: Ask, key: Key) -> TokenOut:
    number = await request.engine.numbers.one(KEYS, key.id)
    return accounts.token_out(key, number, await people.ref(request, key.user))


def _name(text: str) -> str:
    if not 1 <= len(text.strip()) <= 50 or not text.isprintable():
        raise taking.wrong("name", "A token's name has 1 to 50 printable characters.")
    return text.strip()


def _scope(*, read_only: bool) -> KeyScope:
    return KeyScope.READ if read_only else KeyScope.FULL


def _later(request: Ask, text: str) -> int:
    until = micros(text, "expiry_date")
    if until <= request.engine.ledger.now():
        raise taking.wrong("expiry_date", "Expiry date must be in the future.")
    return until


HANDLERS = (list_tokens, add_token, get_own_token, get_token, change_token, revoke_token)
