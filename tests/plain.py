"""For clients of plain HTTP: reading the certificates of the machine takes longer than most of what they ask."""

from __future__ import annotations

import ssl

NO_TRUST = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody, and costs nothing."""
