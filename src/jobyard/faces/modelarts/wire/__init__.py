"""The shapes of the protocol, as its documents tell them. Fields that are not named here are passed over."""

from __future__ import annotations

from jobyard.faces.modelarts.wire.datasets import (
    DatasetChangeIn,
    DatasetIn,
    DatasetMade,
    DatasetOut,
    DatasetsAsked,
    DatasetsOut,
    DataSourceOut,
    SyncOut,
    SyncState,
)
from jobyard.faces.modelarts.wire.faults import Problem
from jobyard.faces.modelarts.wire.labels import (
    DeletionAsked,
    LabelIn,
    LabelOut,
    LabelsIn,
    LabelsOut,
    LabelStat,
    SampleStats,
    StatsOut,
)
from jobyard.faces.modelarts.wire.samples import (
    BatchOut,
    OutcomeOut,
    SampleLabelIn,
    SampleLabelOut,
    SampleOut,
    SamplesAsked,
    SamplesGone,
    SamplesIn,
    SamplesOut,
)

__all__ = [
    "BatchOut",
    "DataSourceOut",
    "DatasetChangeIn",
    "DatasetIn",
    "DatasetMade",
    "DatasetOut",
    "DatasetsAsked",
    "DatasetsOut",
    "DeletionAsked",
    "LabelIn",
    "LabelOut",
    "LabelStat",
    "LabelsIn",
    "LabelsOut",
    "OutcomeOut",
    "Problem",
    "SampleLabelIn",
    "SampleLabelOut",
    "SampleOut",
    "SampleStats",
    "SamplesAsked",
    "SamplesGone",
    "SamplesIn",
    "SamplesOut",
    "StatsOut",
    "SyncOut",
    "SyncState",
]
