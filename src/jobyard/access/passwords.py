"""How passwords are kept and checked: argon2id, slow on purpose, so never called on the event loop."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash("a password that nobody has")


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password. Takes about a tenth of a second."""
    return _HASHER.hash(password)


def check_password(stored: str, given: str) -> bool:
    """Tell whether `given` is the password behind `stored`.

    An empty `stored` (no such user, or no password set) costs as much time as a wrong password.
    """
    try:
        _HASHER.verify(stored or _NOBODY, given)
    except (Argon2Error, InvalidHashError):
        return False
    return bool(stored)
