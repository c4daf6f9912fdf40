"""How passwords are kept and checked: argon2id, slow on purpose, so never called on the event loop."""

from __future__ import annotations

from base64 import b64encode

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

_ROUNDS, _LANES, _SALT, _DIGEST = 3, 4, 16, 32


class Passwords:
    """Hashes passwords, each in so many MiB of memory; what was hashed with another amount is still known."""

    def __init__(self, memory: int) -> None:
        self._hasher = PasswordHasher(
            time_cost=_ROUNDS, memory_cost=memory * 1024, parallelism=_LANES, salt_len=_SALT, hash_len=_DIGEST
        )
        # No password has this hash, and to find that out takes as long as for any other.
        cost = f"m={memory * 1024},t={_ROUNDS},p={_LANES}"
        self._nobody = f"$argon2id$v=19${cost}${_text(bytes(_SALT))}${_text(bytes(_DIGEST))}"

    def hash(self, password: str) -> str:
        """Return the argon2id hash of a password. Takes about a tenth of a second with 64 MiB."""
        return self._hasher.hash(password)

    def fits(self, stored: str, given: str) -> bool:
        """Tell whether `given` is the password behind `stored`.

        An empty `stored` (no such user, or no password set) costs as much time as a wrong password.
        """
        try:
            self._hasher.verify(stored or self._nobody, given)
        except (Argon2Error, InvalidHashError):
            return False
        return bool(stored)


def _text(content: bytes) -> str:
    return b64encode(content).decode("ascii").rstrip("=")
