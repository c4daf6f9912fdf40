"""What is refused, as clients read it."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType, field


class Problem(Struct, kw_only=True):
    """A refusal. `modelState` names fields that are at fault; the last two are what OAuth2 clients look for."""

    message: str
    model_state: dict[str, list[str]] | UnsetType = field(default=UNSET, name="modelState")
    error: str | UnsetType = UNSET
    error_description: str | UnsetType = UNSET
