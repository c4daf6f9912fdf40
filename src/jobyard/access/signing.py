"""How what we send is signed, so that its receiver knows that it came from this house, whole and lately.

The scheme is that of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, and secrets that begin with `whsec_`.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode, urlsafe_b64decode

from jobyard.job.ids import new_secret

PREFIX = "whsec_"


def new_signing_secret() -> str:
    """Return a fresh secret of 32 random bytes; show it once and keep it sealed."""
    return PREFIX + b64encode(urlsafe_b64decode(new_secret(32) + "=")).decode()


def signature(secret: str, id_: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a message as its header has it, `v1,` and the HMAC in base64."""
    content = f"{id_}.{timestamp}.".encode() + body
    told = hmac.digest(b64decode(secret.removeprefix(PREFIX)), content, "sha256")
    return f"v1,{b64encode(told).decode()}"
