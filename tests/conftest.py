"""What all tests share: how hard Hypothesis tries."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("fast", max_examples=200, deadline=None, derandomize=True, print_blob=True)
settings.register_profile(
    "storm", max_examples=10_000, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("fast")
