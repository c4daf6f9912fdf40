"""How often a property is tried where one example costs more than a few milliseconds."""

from __future__ import annotations

from hypothesis import settings


def at_most(examples: int) -> settings:
    """Return settings for no more examples than this, however many the profile asks for."""
    profile = settings.default or settings()
    return settings(max_examples=min(profile.max_examples, examples))
