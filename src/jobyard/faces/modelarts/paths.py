"""Which addresses belong to this face; known before anything else of it is needed."""

from __future__ import annotations

PLACE, LOGIN_PLACE = "v2", "v3"
"""How the addresses of the datasets and of the login begin."""
