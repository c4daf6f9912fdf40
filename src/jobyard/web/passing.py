"""web: which request is being answered, so that whatever is logged meanwhile can say so."""

from __future__ import annotations

from contextvars import ContextVar

REQUEST: ContextVar[str] = ContextVar("request", default="")
"""The id of the request; empty where none is answered."""
