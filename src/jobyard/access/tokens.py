"""How keys prove themselves. Tokens are 256 random bits with a prefix, sessions 216; only their SHA-256 is stored."""

from __future__ import annotations

import hashlib
import hmac

from jobyard.job.ids import new_secret

TOKEN_PREFIX = "jy_"
SESSION_PREFIX = "js_"
SESSION_SIZE = 27
"""Random bytes of a session: with its prefix it has 39 letters, and CVAT's clients refuse a key of more than 40."""
ACCESS_PREFIX = "JYAK"


def new_token(prefix: str = TOKEN_PREFIX, size: int = 32) -> str:
    """Return a fresh token of `size` random bytes; show it once and keep only its fingerprint."""
    return prefix + new_secret(size)


def new_access_key() -> str:
    """Return a fresh access key: 24 upper-case letters and digits, no secret by itself."""
    alphabet = new_secret(40).upper().replace("-", "").replace("_", "")
    return (ACCESS_PREFIX + alphabet)[:24]


def new_secret_key() -> str:
    """Return a fresh secret key: 256 random bits, which no face takes for a token or a session."""
    secret = new_secret()
    while secret.startswith((TOKEN_PREFIX, SESSION_PREFIX)):
        secret = new_secret()
    return secret


def fingerprint(token: str) -> str:
    """Return what is stored of a token: its SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def same(stored: str, given: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(stored.encode("utf-8", "surrogatepass"), given.encode("utf-8", "surrogatepass"))
