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
    NotGenuine,
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
from jobyard.client.shapes import (
    Bulk,
    Dataset,
    Event,
    Job,
    JobLetter,
    Limit,
    LimitUse,
    LogLine,
    PingLetter,
    Progress,
    ResultFile,
    Schedule,
    Waiting,
)
from jobyard.client.webhooks import verify
from jobyard.job.shapes import learn

learn(__name__)

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
    "JobLetter",
    "Jobyard",
    "JobyardError",
    "Limit",
    "LimitUse",
    "LogLine",
    "Lost",
    "NotFinished",
    "NotFound",
    "NotGenuine",
    "NotJobyard",
    "PingLetter",
    "Progress",
    "Refusal",
    "ResultFile",
    "Run",
    "Schedule",
    "TooLarge",
    "TooMuch",
    "Unauthenticated",
    "Unavailable",
    "Unreachable",
    "Waiting",
    "verify",
]
