"""The words of this protocol and ours, in both directions."""

from __future__ import annotations
