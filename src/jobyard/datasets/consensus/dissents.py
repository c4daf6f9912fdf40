"""On what replicas may not agree. Apart from the merging, which calculates."""

from __future__ import annotations

from enum import StrEnum


class DissentType(StrEnum):
    """Why something was left out or is in doubt."""

    NO_QUORUM = "no_matching_annotation"
    """Too few replicas have it."""
    LABEL = "failed_label_voting"
    """Enough have it, but they do not agree on what it is."""
    ATTRIBUTE = "failed_attribute_voting"
    """No value of an attribute has more than half of the votes; the most frequent one was taken."""
    LOW_SCORE = "low_agreement_score"
    """It has a quorum, and agrees too little."""
