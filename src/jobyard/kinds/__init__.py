"""What a kind of work is, for those who write one and those who run one."""

from __future__ import annotations

from jobyard.kinds.context import Cancelled, Context, Declined
from jobyard.kinds.kind import Kind
from jobyard.kinds.registry import Registry

__all__ = ["Cancelled", "Context", "Declined", "Kind", "Registry"]
