"""Messages about which frames of a task are compared with its ground truth."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType


class TaskLayoutOut(Struct, kw_only=True):
    """Which frames of a task are compared. No frame of a ground truth stands in other jobs a second time."""

    mode: str | None
    """`gt`; None where there is no ground truth."""
    frames_per_job_count: int | None
    validation_frames: list[int]
    disabled_frames: list[int]
    honeypot_count: int
    honeypot_frames: list[int]
    honeypot_real_frames: list[int]


class JobLayoutOut(Struct, kw_only=True):
    """Which frames of a job repeat frames of the ground truth: none."""

    honeypot_count: int
    honeypot_frames: list[int]
    honeypot_real_frames: list[int]


class LayoutChanges(Struct, kw_only=True):
    """What shall be different about which frames are compared."""

    disabled_frames: list[int] | UnsetType | None = UNSET
    frame_selection_method: str | UnsetType | None = UNSET
    honeypot_real_frames: list[int] | UnsetType | None = UNSET
