"""The token, as OAuth2 has it."""

from __future__ import annotations

from msgspec import Struct


class TokenIn(Struct, kw_only=True):
    """A wish for a token. The pair may come in the Authorization header instead."""

    grant_type: str = ""
    client_id: str = ""
    client_secret: str = ""


class TokenOut(Struct, kw_only=True):
    """A token."""

    access_token: str
    token_type: str
    expires_in: int
    """Seconds. Clients renew 300 seconds before that, so it is far more."""
