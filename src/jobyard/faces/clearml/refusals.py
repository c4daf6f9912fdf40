"""What only this protocol refuses, in which words. A class is one error; its docstring is the sentence."""

from __future__ import annotations

from jobyard.job.errors import Conflict, Invalid, NotFound, Unauthenticated


class Missing(Unauthenticated):
    """Unauthorized (missing credentials)"""


class WrongScheme(Unauthenticated):
    """Unauthorized (bad authentication header type)"""


class WrongPair(Unauthenticated):
    """Unauthorized (invalid credentials) (failed to locate provided credentials)"""


class WrongToken(Unauthenticated):
    """Invalid token (invalid jwt token): reason={reason}"""


class NoAction(Exception):
    """There is nothing of that name in that version."""


class BadPath(Exception):
    """The address names no action."""


class Missed(Invalid):
    """Missing required fields: missing=({name})"""


class NotBatch(Invalid):
    """{reason}"""


class LastRun(Conflict):
    """Cannot remove all runs of the pipeline {project}: at least one stays."""


class UserNotFound(NotFound):
    """Invalid user id: id={name}"""


class NoStats(NotFound):
    """Worker statistics not found: workers=({names})"""
