"""The client: `Jobyard(url, token)` for programs that use a house. Needs nothing of the server but its address."""

from __future__ import annotations

from jobyard.client.errors import (
    Broken,
    Cancelled,
    Conflict,
    Damaged,
    Forbidden,
    Invalid,
    JobyardError,
    Lost,
    NotFinished,
    NotFound,
    NotJobyard,
    Refusal,
    TooLarge,
    TooMuch,
    Unauthenticated,
    Unavailable,
    Unreachable,
)
from jobyard.client.jobyard import Jobyard
from jobyard.client.running import Run
from jobyard.client.shapes import Bulk, Dataset, Event, Job, Limit, LimitUse, LogLine, Progress, ResultFile, Waiting

__all__ = [
    "Broken",
    "Bulk",
    "Cancelled",
    "Conflict",
    "Damaged",
    "Dataset",
    "Event",
    "Forbidden",
    "Invalid",
    "Job",
    "Jobyard",
    "JobyardError",
    "Limit",
    "LimitUse",
    "LogLine",
    "Lost",
    "NotFinished",
    "NotFound",
    "NotJobyard",
    "Progress",
    "Refusal",
    "ResultFile",
    "Run",
    "TooLarge",
    "TooMuch",
    "Unauthenticated",
    "Unavailable",
    "Unreachable",
    "Waiting",
]
