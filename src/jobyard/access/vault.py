"""Secret keys at rest.

Some protocols sign with the secret itself, so it cannot be hashed: it is sealed with AES-256-GCM.
"""

from __future__ import annotations

import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_SIZE = 32


class BrokenSeal(Exception):
    """The sealed secret was not made with this house's key, or was changed since."""


class Vault:
    """Seals and opens secrets with one master key."""

    def __init__(self, key: bytes) -> None:
        if len(key) != _SIZE:
            raise ValueError(f"the master key must have {_SIZE} bytes, not {len(key)}")
        self._cipher = AESGCM(key)
        self._key = key

    @classmethod
    def in_file(cls, path: Path) -> Vault:
        """Open the master key kept in `path`, made on the first call with mode 0600.

        Raises PermissionError when others may read the file, ValueError when it is not a master key.
        """
        if not path.exists():
            _create(path)
        if path.stat().st_mode & 0o077:
            raise PermissionError(f"{path} can be read by others; set its mode to 0600 and change every secret key")
        return cls(path.read_bytes())

    def derived(self, purpose: str) -> bytes:
        """Return a secret of this house for one purpose: always the same, and good for no other."""
        return hmac.digest(self._key, f"jobyard {purpose}".encode(), "sha256")

    def seal(self, secret: str, owner: str) -> bytes:
        """Return `secret` sealed for `owner` (the access key it belongs to)."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), owner.encode())

    def open(self, sealed: bytes, owner: str) -> str:
        """Return the secret that was sealed for `owner`. Raises BrokenSeal."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], owner.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise BrokenSeal from error


def _create(path: Path) -> None:
    # Written aside and linked, so that two first starts at once agree on one key and nobody reads half of it.
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, os.urandom(_SIZE))
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
