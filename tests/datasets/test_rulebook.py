"""By which rules a dataset is judged: its own, or those of the collection it is in."""

from __future__ import annotations

from jobyard.datasets import rulebook
from jobyard.datasets.consensus.rules import ConsensusRules
from jobyard.datasets.quality.rules import QualityRules
from jobyard.datasets.rulebook import QualitySettings

STRICT, LOOSE = QualityRules(iou_threshold=0.9), QualityRules(iou_threshold=0.1)


def kept(rules: QualityRules, *, inherit: bool = True) -> dict[str, object]:
    """Return settings as a dataset keeps them."""
    return rulebook.with_quality({"cvat": {"name": "x"}}, QualitySettings(rules=rules, inherit=inherit))


def test_what_was_set_is_read_and_what_lies_beside_stays() -> None:
    settings = rulebook.with_consensus(kept(STRICT), ConsensusRules(quorum=0.75))
    assert rulebook.quality_settings(settings).rules == STRICT
    assert rulebook.consensus_rules(settings) == ConsensusRules(quorum=0.75)
    assert settings["cvat"] == {"name": "x"}


def test_a_dataset_goes_by_its_collection_until_it_says_otherwise() -> None:
    assert rulebook.quality_rules(kept(STRICT), None) == STRICT
    assert rulebook.quality_rules(kept(STRICT), kept(LOOSE)) == LOOSE
    assert rulebook.quality_rules(kept(STRICT, inherit=False), kept(LOOSE)) == STRICT
    assert rulebook.quality_rules({}, kept(LOOSE)) == LOOSE
    assert rulebook.quality_rules({}, {}) == QualityRules()


def test_settings_that_nobody_can_read_are_the_defaults() -> None:
    for broken in ({"quality": 5, "consensus": []}, {"quality": {"rules": {"iou_threshold": 7}}}, {}):
        assert rulebook.quality_settings(broken) == QualitySettings()
        assert rulebook.consensus_rules(broken) == ConsensusRules()
