"""Jobyard: a self-hosted job server for ML and data teams."""

from __future__ import annotations

__version__ = "0.1.0"
