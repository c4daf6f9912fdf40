"""What may be refused, and in which words. A class is one error; its docstring with its data is what people read.

Every face turns the same few families into its own bodies: Invalid, Unauthenticated, Refused, NotFound, Conflict,
TooLarge, TooMuch, Unavailable. Nothing here knows a status code.
"""

from __future__ import annotations

from typing import Any


class Fault(Exception):
    """Something was not done."""

    def __init__(self, **data: Any) -> None:
        self.data = data
        super().__init__(self.sentence)

    @property
    def code(self) -> str:
        """The stable name of this error for programs: the class name in snake case."""
        name = type(self).__name__
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")

    @property
    def sentence(self) -> str:
        """One sentence for people: the docstring's first line with the data filled in."""
        first = (type(self).__doc__ or "").strip().splitlines()[0]
        return first.format_map(_Blank(self.data))


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


class Invalid(Fault):
    """{reason}"""

    @property
    def fields(self) -> list[dict[str, str]]:
        """The offending places, each {"path", "message"}; empty when the whole request is meant."""
        found = self.data.get("fields", [])
        return list(found)


class Unauthenticated(Fault):
    """Sign in first: no valid credentials came with the request."""


class Refused(Fault):
    """You are not allowed to {verb}."""


class NotFound(Fault):
    """There is no {what} {name}."""

    @property
    def unseen(self) -> bool:
        """It is there, but not for who asks; only a protocol that tells the two apart may say so."""
        return bool(self.data.get("unseen"))


class Conflict(Fault):
    """{reason}"""


class TooLarge(Fault):
    """{what} is larger than the {limit} that are allowed."""


class TooMuch(Fault):
    """{reason}; try again in {retry_after} s."""


class Unavailable(Fault):
    """The server cannot answer this right now: {reason}."""


class UnknownKind(Invalid):
    """There is no job kind {kind}; known are: {known}."""


class WrongParameters(Invalid):
    """The parameters do not fit {kind}: {reason}"""


class WrongCursor(Invalid):
    """The cursor was not made by this list; start again without it."""


class SourceNotAllowed(Invalid):
    """{path} is not inside a folder that an administrator allowed as a source."""


class TargetNotAllowed(Invalid):
    """A webhook cannot be sent there: {reason}."""


class CommandNotAllowed(Invalid):
    """The command {command} is not among those an administrator allowed."""


class CommandFailed(Fault):
    """The command {command} {how}."""


class AlreadySynchronizing(Conflict):
    """The dataset {name} is being synchronized by job {job} already."""


class SourceEmptied(Conflict):
    """No file was found in {path}, but the dataset holds {samples}; say allow_empty to remove them all."""


class SourceUnreadable(Fault):
    """{path} cannot be listed: {cause}; nothing behind it was touched."""


class SourceMissing(SourceUnreadable):
    """{path} is not there: {cause}; nothing was deleted."""


class BucketMissing(SourceUnreadable):
    """There is no bucket {bucket} at {endpoint}, so {path} cannot be listed; nothing was deleted."""


class SourceForbidden(SourceUnreadable):
    """{path} may not be read: {cause}; nothing behind it was touched."""


class SourceUnreachable(SourceUnreadable):
    """{path} cannot be reached: {cause}; nothing behind it was touched."""


class TooManyGone(Conflict):
    """More than {limit} of {samples} samples are gone from {path}; raise delete_limit to remove them all the same."""


class ArchiveRefused(Invalid):
    """The archive cannot be taken: {reason}."""


class FileBroken(Invalid):
    """{file} cannot be read: {reason}."""


class UnknownFormat(Invalid):
    """There is no format {name} to {verb}; known are: {known}."""


class UnknownFrame(Invalid):
    """{file} speaks of {name}, which is not among the pictures here."""


class UnknownLabel(Invalid):
    """{file} uses the label {name}, which does not exist here."""


class JobNotFound(NotFound):
    """There is no job {id}."""


class WrongState(Conflict):
    """A job that is {state} cannot be asked to {verb}."""


class StaleAttempt(Conflict):
    """Attempt {attempt} of job {id} is over: the job is {state} and its newest attempt is {newest}."""


class ChangedMeanwhile(Conflict):
    """Job {id} changed while it was being changed; read it again."""


class UniqueTaken(Conflict):
    """Another job with the same unique key is queued or running already: {job}."""


class NeededFailed(Conflict):
    """Job {id}, which this one would wait for, is {state} already."""


class LimitReached(TooMuch):
    """{subject} has {count} {what}, and {limit} are allowed; try again in {retry_after} s."""


class RunsOverlap(Conflict):
    """Job {job} of this schedule is still {state}, and its runs must not overlap."""


class OwnerGone(Conflict):
    """The schedule's owner {owner} {how}."""


class WorkerDoubled(Conflict):
    """Another worker called {name} is at work already{where}; give this one a name of its own."""


class KeyReused(Conflict):
    """The idempotency key {key} was used before with another request (job {id})."""


class NameTaken(Conflict):
    """The {what} {name} exists already."""


class ResultGone(NotFound):
    """The results of job {id} expired; the record is kept."""


class StoreFull(Unavailable):
    """There is no space left to store this; nothing was changed."""


class FolderInUse(Fault):
    """Another server (process {pid}) uses the data folder {folder}; stop it first or choose another folder."""


class UnsafeFolder(Fault):
    """{folder} is on a network file system ({kind}), where SQLite is not safe; use a local disk or PostgreSQL."""


class WrongDatabase(Fault):
    """The database cannot be used: {reason}."""
