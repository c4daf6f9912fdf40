"""What both sides write: the same labels, pictures and boxes. Needs nothing but Python."""

from __future__ import annotations

from pathlib import Path

LABELS, BOXES = 10, 10
WIDTH, HEIGHT = 640, 480
WARM = 10
"""Pictures of the turn that warms up."""


def name(number: int) -> str:
    """Return what a picture is called."""
    return f"picture_{number:06d}.jpg"


def highest(pid: int | str = "self") -> int:
    """Return the KiB that a process has held at its highest."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def box(number: int, place: int) -> tuple[int, float, float, float, float]:
    """Return one of a picture's boxes: the place of its label, left, top, width and height."""
    seed = number * 31 + place * 17
    return seed % LABELS, seed % 500 + 0.25, seed * 7 % 350 + 0.5, 10 + seed % 90 + 0.25, 5 + seed % 60 + 0.5
