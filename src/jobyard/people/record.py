"""Frozen records of people and what they hold. Times are microseconds since 1970, UTC."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Role(StrEnum):
    """What a user may do in the whole house, or in one project."""

    VIEWER = "viewer"
    """Sees, and changes nothing."""
    MEMBER = "member"
    """Submits jobs and acts on their own and their projects' jobs."""
    OPERATOR = "operator"
    """Sees every job and acts on every job; runs the queues."""
    ADMINISTRATOR = "administrator"
    """May do everything, users and keys included."""


class Right(StrEnum):
    """What no role brings along: an administrator grants it to one person after another, themselves included."""

    PYTHON = "python"
    """Runs workflows in plain Python: code of their own, with what the worker's account may read and reach."""


class User(Struct, frozen=True, kw_only=True):
    """Somebody who may sign in."""

    id: str
    name: str
    """The login name: 1 to 64 characters of a-z, 0-9, dot, dash, underscore; never changes."""
    role: Role
    password_hash: str = ""
    """An argon2id hash; empty where no password is set (keys only)."""
    disabled: bool = False
    created_at: int = 0
    generation: int = 1
    """Grows when password, role or state changes; sessions of an older generation are void."""
    rights: frozenset[Right] = frozenset()


class KeyForm(StrEnum):
    """How a key proves itself."""

    TOKEN = "token"
    """One secret sent as it is (Bearer, Basic password, X-Auth-Token); only its hash is stored."""
    PAIR = "pair"
    """An access key with a secret key; the secret is stored encrypted, since some protocols sign with it."""
    SESSION = "session"
    """A signed-in browser's cookie; only its hash is stored; expires."""


class KeyScope(StrEnum):
    """What a key is good for."""

    FULL = "full"
    """Whatever its user may do."""
    READ = "read"
    """Only seeing."""
    DESK = "desk"
    """Only a worker's six verbs."""


class Key(Struct, frozen=True, kw_only=True):
    """A key of a user, without its secret."""

    id: str
    user: str
    """The user's name."""
    form: KeyForm
    scope: KeyScope = KeyScope.FULL
    label: str = ""
    """What people call it, such as `laptop`."""
    face: str = ""
    """The client family it was made for, if any."""
    access: str = ""
    """For tokens and sessions: the SHA-256 of the secret. For pairs: the access key, which is no secret."""
    sealed: bytes = b""
    """For pairs: the secret key, encrypted."""
    created_at: int = 0
    expires_at: int | None = None
    used_at: int | None = None
    """Last use, exact to a minute."""
    generation: int = 0
    """For sessions: the user's generation when they signed in."""


class Project(Struct, frozen=True, kw_only=True):
    """A group of jobs and datasets that people share."""

    id: str
    name: str
    """1 to 100 characters, unique."""
    owner: str
    created_at: int = 0


class Membership(Struct, frozen=True, kw_only=True):
    """A user's place in a project."""

    project: str
    user: str
    role: Role


class Actor(Struct, frozen=True, kw_only=True):
    """Who asks, as one request sees them."""

    name: str
    role: Role
    scope: KeyScope = KeyScope.FULL
    projects: dict[str, Role] = {}
    """The projects they belong to, by id, with their role in each."""
    key: str = ""
    """The id of the key they came with."""
    rights: frozenset[Right] = frozenset()
    """What they may do beyond their role."""


HOUSE = Actor(name="jobyard", role=Role.ADMINISTRATOR)
"""The house itself: the keeper's rounds and the first start."""
