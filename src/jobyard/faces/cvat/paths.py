"""Which addresses belong to this face; known before anything else of it is needed."""

from __future__ import annotations

PLACE = "api"
"""How the addresses of this face begin."""
COUNTS_ITSELF = ("/api/",)
"""Addresses at which bodies are bounded by who reads them: files come in at many of them."""
