"""Their ten statuses and our standings, one for one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from jobyard.experiments.standing import Standing

STATUS: Mapping[Standing, str] = MappingProxyType(
    {
        Standing.DRAFT: "created",
        Standing.QUEUED: "queued",
        Standing.RUNNING: "in_progress",
        Standing.SUCCEEDED: "completed",
        Standing.FAILED: "failed",
        Standing.CANCELLED: "stopped",
        Standing.CLOSED: "closed",
        Standing.PUBLISHING: "publishing",
        Standing.PUBLISHED: "published",
        Standing.UNKNOWN: "unknown",
    }
)
STANDING: Mapping[str, Standing] = MappingProxyType({status: standing for standing, status in STATUS.items()})
