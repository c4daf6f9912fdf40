"""Our records in the protocol's words, and back. Total in both directions; decides nothing."""

from __future__ import annotations

from jobyard.faces.modelarts.words.datasets import changes, dataset_filter, dataset_out, draft
from jobyard.faces.modelarts.words.kinds import TEXTS
from jobyard.faces.modelarts.words.labels import changed, label_in, label_out, numbers_of, policy, stats_out, tag_in
from jobyard.faces.modelarts.words.samples import batch_out, sample_filter, sample_out
from jobyard.faces.modelarts.words.syncs import sync_out
from jobyard.faces.modelarts.words.telling import asked, told

__all__ = [
    "TEXTS",
    "asked",
    "batch_out",
    "changed",
    "changes",
    "dataset_filter",
    "dataset_out",
    "draft",
    "label_in",
    "label_out",
    "numbers_of",
    "policy",
    "sample_filter",
    "sample_out",
    "stats_out",
    "sync_out",
    "tag_in",
    "told",
]
