"""What the server hands to the native face."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from jobyard.datasets import Datasets
from jobyard.engine.engine import Engine
from jobyard.settings import Settings


class Surroundings(Struct, frozen=True, kw_only=True):
    """The engine and what stands beside it."""

    engine: Engine
    datasets: Datasets
    settings: Settings
    base_url: Callable[[], str]
    """Returns the address clients use, without a slash at its end."""
    version: str
