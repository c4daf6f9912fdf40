"""Signing in and out, and another password."""

from __future__ import annotations

import msgspec
from litestar import post
from litestar.response.base import ASGIResponse

from jobyard.faces.cvat import login, taking
from jobyard.faces.cvat.gate import PUBLIC
from jobyard.faces.cvat.surroundings import Ask
from jobyard.faces.cvat.wire import DetailOut, LoginIn, LoginOut
from jobyard.faces.cvat.wire.house import PasswordChanges
from jobyard.job.errors import Invalid, Unauthenticated

_SHORTEST, _LONGEST = 8, 1_024
"""How many characters a password has."""


@post("/auth/login", opt={PUBLIC: True}, status_code=200)
async def log_in(request: Ask) -> ASGIResponse:
    """Sign in with name and password; the session comes as two cookies and as a key."""
    said = await taking.body(request, LoginIn)
    name = said.username or said.email.partition("@")[0]
    if not name:
        raise Invalid(reason='Must include "username" or "email" and "password".')
    try:
        _, token = await request.engine.people.sign_in(name, said.password, request.address)
    except Unauthenticated:
        raise taking.wrong("non_field_errors", "Unable to log in with provided credentials.") from None
    return _answer(request, LoginOut(key=token), token, int(request.house.settings.session_days * 86_400))


@post("/auth/logout", status_code=200)
async def log_out(request: Ask) -> ASGIResponse:
    """End the session this came with; a token stays good until it is revoked."""
    if request.auth.session:
        await request.engine.people.sign_out(request.user)
    return _answer(request, DetailOut(detail="Successfully logged out."), "", 0)


@post("/auth/password/change", status_code=200)
async def change_password(request: Ask) -> DetailOut:
    """Set another password for oneself, who proves it by the one that was; all one's sessions end."""
    said = await taking.body(request, PasswordChanges)
    if said.new_password1 != said.new_password2:
        raise taking.wrong("new_password2", "The two new passwords are not the same.")
    if not _SHORTEST <= len(said.new_password1) <= _LONGEST:
        raise taking.wrong("new_password2", f"A password has {_SHORTEST} to {_LONGEST:,} characters.")
    try:
        await request.engine.people.check(request.user.name, said.old_password, request.address)
    except Unauthenticated:
        raise taking.wrong("old_password", "This is not the password that was.") from None
    await request.engine.people.set_password(request.user, request.user.name, said.new_password1)
    return DetailOut(detail="The new password is kept.")


def _answer(request: Ask, content: LoginOut | DetailOut, token: str, seconds: int) -> ASGIResponse:
    """Return an answer with both cookies; only this class of the framework sends two headers of one name in order."""
    secure = request.scope["scheme"] == "https" or request.house.settings.public_url.lower().startswith("https:")
    headers = login.cookie_headers(token, seconds=seconds, secure=secure)
    return ASGIResponse(body=msgspec.json.encode(content), headers=headers, status_code=200)


HANDLERS = (log_in, log_out, change_password)
