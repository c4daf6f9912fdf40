"""How datasets are judged: the rules that people have set for one, or for the collection it is in. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from jobyard.datasets.consensus.rules import ConsensusRules
from jobyard.datasets.quality.rules import QualityRules

QUALITY, CONSENSUS = "quality", "consensus"
"""Under which names the settings of a dataset or a collection hold them."""

T = TypeVar("T", bound=Struct)


class QualitySettings(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How quality is calculated."""

    rules: QualityRules = QualityRules()
    inherit: bool = True
    """A dataset in a collection is judged by the collection's rules."""
    left_out: tuple[int, ...] = ()
    """Frames of a dataset's ground truth that nothing is compared on."""


def quality_settings(settings: Mapping[str, Any]) -> QualitySettings:
    """Return what is set for quality; the defaults where nothing is."""
    return _read(settings.get(QUALITY, {}), QualitySettings)


def quality_rules(own: Mapping[str, Any], wider: Mapping[str, Any] | None) -> QualityRules:
    """Return the rules for a dataset; `wider` are the settings of the collection it is in."""
    said = quality_settings(own)
    return said.rules if wider is None or not said.inherit else quality_settings(wider).rules


def consensus_rules(settings: Mapping[str, Any]) -> ConsensusRules:
    """Return the rules by which a dataset's replicas are merged; the defaults where nothing is set."""
    return _read(settings.get(CONSENSUS, {}), ConsensusRules)


def with_quality(settings: Mapping[str, Any], said: QualitySettings) -> dict[str, Any]:
    """Return settings with what is set for quality from now on."""
    return {**settings, QUALITY: msgspec.to_builtins(said)}


def with_consensus(settings: Mapping[str, Any], rules: ConsensusRules) -> dict[str, Any]:
    """Return settings with the rules for replicas from now on."""
    return {**settings, CONSENSUS: msgspec.to_builtins(rules)}


def _read(value: Any, shape: type[T]) -> T:
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError:
        return shape()
