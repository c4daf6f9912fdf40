"""Room of datasets: which files a folder held when it was last looked through, and the job that looks."""

from __future__ import annotations

from jobyard.datasets.capability import DatasetCapability
from jobyard.datasets.catalog import Datasets

__all__ = ["DatasetCapability", "Datasets"]
