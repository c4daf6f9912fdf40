"""What may go wrong between a client and its house. One class a family, so that callers catch what they can act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobyard.client.shapes import FieldFault, Job


class JobyardError(Exception):
    """Something was not done; its text is one sentence for people."""


class Unreachable(JobyardError, ConnectionError):
    """The house did not answer, or the connection broke, for longer than the client's patience."""


class NotJobyard(JobyardError):
    """Something answered at the address, but not in the native protocol."""


class Damaged(JobyardError):
    """A downloaded file did not have the checksum the house promised; nothing was kept of it."""


class NotGenuine(JobyardError):
    """A letter to a webhook's receiver did not come from the house, or not as it was written, or not lately."""


class NotFinished(JobyardError, TimeoutError):
    """The job had not ended when the time to wait was over."""

    def __init__(self, job: Job) -> None:
        self.job = job
        """The job as it was then."""
        super().__init__(f"Job {job.number} is still {job.state}.")


class Cancelled(JobyardError):
    """Somebody asked this running job to stop."""


class Lost(JobyardError):
    """This client no longer holds the job it was running: it stayed silent too long, or the job was taken from it."""


class Refusal(JobyardError):
    """The house answered, and said no."""

    def __init__(self, status: int, code: str, detail: str, errors: Sequence[FieldFault] = ()) -> None:
        self.status = status
        """The HTTP status."""
        self.code = code
        """The error's stable name for programs, such as `wrong_state`."""
        self.detail = detail
        """One sentence for people."""
        self.errors = list(errors)
        """The offending places of bad input, each with `path` and `message`."""
        self.retry_after: float | None = None
        """Seconds after which asking again makes sense, where the house said so."""
        self.job: str | None = None
        """Id of the job that stands in the way, where one does."""
        super().__init__(detail)


class Invalid(Refusal):
    """What was sent is not what the house takes (400, 422)."""


class Unauthenticated(Refusal):
    """The token is missing, wrong, expired or revoked (401)."""


class Forbidden(Refusal):
    """You are known, but may not do this (403)."""


class NotFound(Refusal):
    """There is no such thing that you may see (404), or it is gone for good (410)."""


class Conflict(Refusal):
    """It does not fit the present state (409)."""


class TooLarge(Refusal):
    """What was sent is larger than the house takes (413)."""


class TooMuch(Refusal):
    """Too many requests, or a limit is reached; see `retry_after` (429)."""


class Unavailable(Refusal):
    """The house cannot answer this right now (502, 503, 504, 507)."""


class Broken(Refusal):
    """The house made a mistake of its own (500)."""


_FAMILIES: Mapping[int, type[Refusal]] = MappingProxyType(
    {
        400: Invalid,
        401: Unauthenticated,
        403: Forbidden,
        404: NotFound,
        405: Invalid,
        409: Conflict,
        410: NotFound,
        412: Conflict,
        413: TooLarge,
        416: Invalid,
        422: Invalid,
        429: TooMuch,
        500: Broken,
        502: Unavailable,
        503: Unavailable,
        504: Unavailable,
        507: Unavailable,
    }
)


def refusal(
    status: int,
    code: str,
    detail: str,
    errors: Sequence[FieldFault] = (),
    retry_after: float | None = None,
    job: str | None = None,
) -> Refusal:
    """Return the error of the family that `status` stands for."""
    fallback = Broken if status >= 500 else Invalid
    error = _FAMILIES.get(status, fallback)(status, code, detail, errors)
    error.retry_after = retry_after
    error.job = job
    return error
