"""Signing in and out, and access tokens."""

from __future__ import annotations

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from msgspec.structs import replace

from jobyard.faces.cvat import login, paging, people, taking
from jobyard.faces.cvat.gate import PUBLIC
from jobyard.faces.cvat.surroundings import KEYS, Ask
from jobyard.faces.cvat.wire import DetailOut, LoginIn, LoginOut, PageOut, TokenIn, TokenOut
from jobyard.faces.cvat.words import accounts
from jobyard.faces.cvat.words.times import micros
from jobyard.job.errors import Invalid, NotFound
from jobyard.people.record import Key, KeyForm, KeyScope

FACE = "cvat"


@post("/auth/login", opt={PUBLIC: True}, status_code=200)
async def log_in(request: Ask) -> ASGIResponse:
    """Sign in with name and password; the session comes as two cookies and as a key."""
    said = await taking.body(request, LoginIn)
    name = said.username or said.email.partition("@")[0]
    if not name:
        raise Invalid(reason='Must include "username" or "email" and "password".')
    _, token = await request.engine.people.sign_in(name, said.password, request.address)
    return _answer(request, LoginOut(key=token), token, int(request.house.settings.session_days * 86_400))


@post("/auth/logout", status_code=200)
async def log_out(request: Ask) -> ASGIResponse:
    """End the session this came with; a token stays good until it is revoked."""
    if request.auth.session:
        await request.engine.people.sign_out(request.user)
    return _answer(request, DetailOut(detail="Successfully logged out."), "", 0)


@get("/auth/access_tokens")
async def list_tokens(request: Ask) -> PageOut:
    """Return your tokens, without what they prove themselves with."""
    asked = request.asked
    which = paging.wanted(asked)
    keys = await _tokens(request)
    shown = [await _token_out(request, key) for key in which.cut(keys)]
    return paging.page(request.link("auth/access_tokens"), asked, which, shown, len(keys))


@post("/auth/access_tokens", status_code=201)
async def add_token(request: Ask) -> TokenOut:
    """Make a token; its value is shown this once."""
    said = await taking.body(request, TokenIn)
    if not 1 <= len(said.name.strip()) <= 50 or not said.name.isprintable():
        message = "A token's name has 1 to 50 printable characters."
        raise Invalid(reason=message, fields=[{"path": "name", "message": message}])
    wish = Key(
        id="",
        user=request.user.name,
        form=KeyForm.TOKEN,
        scope=KeyScope.READ if said.read_only else KeyScope.FULL,
        label=said.name.strip(),
        face=FACE,
        expires_at=None if said.expiry_date is None else _later(request, said.expiry_date),
    )
    key, secret = await request.engine.people.add_key(request.user, wish)
    shown = await _token_out(request, key)
    return replace(shown, value=secret)


@get("/auth/access_tokens/self")
async def get_own_token(request: Ask) -> TokenOut:
    """Return the token this came with."""
    return await _token_out(request, await _token(request, request.user.key))


@get("/auth/access_tokens/{number:str}")
async def get_token(request: Ask, number: FromPath[str]) -> TokenOut:
    """Return one of your tokens."""
    return await _token_out(request, await _numbered(request, number))


@delete("/auth/access_tokens/{number:str}", status_code=204)
async def revoke_token(request: Ask, number: FromPath[str]) -> None:
    """Revoke one of your tokens; whoever comes with it next is turned away."""
    key = await _numbered(request, number)
    await request.engine.people.revoke_key(request.user, key.id)


@patch("/auth/access_tokens/{number:str}")
async def change_token(request: Ask, number: FromPath[str]) -> TokenOut:
    """Refuse to change a token: what it is good for stays as it was made."""
    await _numbered(request, number)
    raise Invalid(reason="A token stays as it was made; make another one and revoke this one.")


async def _tokens(request: Ask) -> list[Key]:
    keys = await request.engine.people.keys(request.user)
    return [key for key in keys if key.form is KeyForm.TOKEN]


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


def _later(request: Ask, text: str) -> int:
    until = micros(text, "expiry_date")
    if until <= request.engine.ledger.now():
        message = "Expiry date must be in the future."
        raise Invalid(reason=message, fields=[{"path": "expiry_date", "message": message}])
    return until


def _answer(request: Ask, content: LoginOut | DetailOut, token: str, seconds: int) -> ASGIResponse:
    """Return an answer with both cookies; only this class of the framework sends two headers of one name in order."""
    secure = request.scope["scheme"] == "https" or request.house.settings.public_url.lower().startswith("https:")
    headers = login.cookie_headers(token, seconds=seconds, secure=secure)
    return ASGIResponse(body=msgspec.json.encode(content), headers=headers, status_code=200)


HANDLERS = (
    log_in,
    log_out,
    list_tokens,
    add_token,
    get_own_token,
    get_token,
    revoke_token,
    change_token,
)
