"""Jobyard: a self-hosted job server for ML and data teams."""

__version__ = "0.1.0"
