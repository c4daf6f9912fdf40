"""What only this protocol refuses, in which words. A class is one error; its docstring is the sentence."""

from __future__ import annotations

from jobyard.job.errors import Fault, NotFound, Refused, Unauthenticated


class NoToken(Unauthenticated):
    """Sign in first: neither X-Auth-Token nor a signature came with the request."""


class WrongToken(Unauthenticated):
    """The token in X-Auth-Token is not one of this house, or its time is over."""


class WrongSignature(Unauthenticated):
    """Incorrect IAM authentication information: {reason}."""


class WrongLogin(Unauthenticated):
    """The name or the password is wrong, or the token is not one of this house."""


class ForeignProject(Refused):
    """The project {project} in the address is not one of yours."""


class NoVersion(NotFound):
    """There is no version {name} of the dataset."""


class WrongPurpose(Fault):
    """A dataset for {purpose} cannot be synchronized: this operation is not supported for texts."""
