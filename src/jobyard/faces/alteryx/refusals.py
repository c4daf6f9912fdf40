"""What only this protocol refuses, in which words. A class is one error; its docstring is the sentence."""

from __future__ import annotations

from jobyard.job.errors import Invalid, Refused, Unauthenticated


class NoToken(Unauthenticated):
    """Sign in first: no bearer token came with the request."""


class WrongToken(Unauthenticated):
    """The bearer token cannot be used: {reason}."""


class WrongKeys(Unauthenticated):
    """The client id and the client secret are not a pair of keys of this house."""


class WrongGrant(Invalid):
    """A token is given for grant_type=client_credentials alone, not for {grant}."""


class CuratorsOnly(Refused):
    """Only Curators can use this."""


class Forbidden(Refused):
    """You do not have permission to {verb}."""


class NotPermitted(Invalid):
    """You do not have permission to cancel this job."""


class NotLive(Invalid):
    """This job is not in 'Queued' or 'Running' state."""


class NoMail(Invalid):
    """No mail is sent from here; an administrator sets a password with `jobyard users password {user}`."""


class NoDirectory(Invalid):
    """This house knows no Active Directory; its groups hold users alone."""


class SchedulesStay(Invalid):
    """A schedule runs with the rights of its owner, with whom it stays; {user} has {count}."""
