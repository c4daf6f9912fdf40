"""How quality is calculated and replicas are merged, in this protocol's words, and back.

Settings of tasks have even numbers and those of projects odd ones, so that neither needs a list of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, Struct

from jobyard.datasets.collection import Collection
from jobyard.datasets.consensus.rules import ConsensusRules
from jobyard.datasets.labels import Label
from jobyard.datasets.quality.rules import QualityRules
from jobyard.datasets.record import Dataset
from jobyard.datasets.rulebook import QualitySettings, consensus_rules, quality_settings
from jobyard.faces.cvat.wire.judging import (
    ConsensusSettingsIn,
    ConsensusSettingsOut,
    QualitySettingsIn,
    RequirementIn,
    RequirementOut,
)
from jobyard.faces.cvat.words.times import moment
from jobyard.job.errors import Invalid

T = TypeVar("T", bound=Struct)

_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "metric": "target_metric",
        "required_score": "target_metric_threshold",
        "iou_threshold": "iou_threshold",
        "point_size": "oks_sigma",
        "point_size_base": "point_size_base",
        "line_thickness": "line_thickness",
        "match_orientation": "compare_line_orientation",
        "line_orientation_threshold": "line_orientation_threshold",
        "match_groups": "compare_groups",
        "group_match_threshold": "group_match_threshold",
        "check_covered_annotations": "check_covered_annotations",
        "object_visibility_threshold": "object_visibility_threshold",
        "panoptic_comparison": "panoptic_comparison",
    }
)
"""What the fields of a requirement are called in our rules."""
_BASE = "Base requirement"


def settings_number(thing: Dataset | Collection) -> int:
    """Return the number of the settings of a task or a project."""
    return thing.number * 2 + isinstance(thing, Collection)


def meant(number: int) -> tuple[str, int]:
    """Return whose settings a number means: `tasks` or `projects`, and its number."""
    return ("projects" if number % 2 else "tasks", number // 2)


def quality_out(thing: Dataset | Collection, labels: Iterable[Label]) -> dict[str, Any]:
    """Return how the quality of a task or a project is calculated."""
    said = quality_settings(thing.settings)
    whole = requirement_out(thing, labels)
    flat = {name: value for name, value in msgspec.to_builtins(said.rules).items() if name != "ignored_attributes"}
    return {
        "id": whole.settings_id,
        "task_id": whole.task_id,
        "project_id": whole.project_id,
        "job_filter": "",
        "inherit": said.inherit,
        "max_validations_per_job": 0,
        "requirements": [listed(whole)],
        "created_date": whole.created_date,
        "updated_date": whole.updated_date,
        **flat,
    }


def requirement_out(thing: Dataset | Collection, labels: Iterable[Label]) -> RequirementOut:
    """Return the rules of a task or a project as the requirement that all of it has to meet."""
    rules = quality_settings(thing.settings).rules
    number, project = settings_number(thing), isinstance(thing, Collection)
    fields = {name: msgspec.to_builtins(getattr(rules, own)) for name, own in _FIELDS.items()}
    return RequirementOut(
        id=number,
        settings_id=number,
        task_id=None if project else thing.number,
        project_id=thing.number if project else None,
        name=_BASE,
        is_base=True,
        sort_order=0,
        filter="",
        enabled=True,
        annotation_type=None,
        parent_requirement=None,
        attribute_comparison=_attributes_out(rules, labels),
        effective=fields,
        created_date=moment(thing.created_at),
        updated_date=moment(thing.updated_at or thing.created_at),
        **fields,
    )


def listed(whole: RequirementOut) -> dict[str, Any]:
    """Return a requirement as it stands in lists."""
    facts: dict[str, Any] = msgspec.to_builtins(whole)
    return {name: value for name, value in facts.items() if name != "effective"}


def with_requirement(said: RequirementIn, now: QualitySettings, labels: Iterable[Label]) -> QualitySettings:
    """Return settings with what a requirement says. Raises Invalid naming the field."""
    for name, only in (("filter", ""), ("enabled", True), ("annotation_type", None)):
        if getattr(said, name) not in {UNSET, None, only}:
            raise _refused(name, "All annotations are measured by the same rules here.")
    changes = {own: getattr(said, name) for name, own in _FIELDS.items() if getattr(said, name) not in (UNSET, None)}
    if isinstance(said.attribute_comparison, dict):
        changes |= _attributes_in(said.attribute_comparison, labels)
    return msgspec.structs.replace(now, rules=_changed(now.rules, changes))


def with_settings(said: QualitySettingsIn, now: QualitySettings) -> QualitySettings:
    """Return settings with what was said. Raises Invalid naming the field."""
    if said.job_filter:
        raise _refused("job_filter", "All jobs are compared here.")
    if said.max_validations_per_job:
        raise _refused("max_validations_per_job", "Jobs are not judged when they are completed here.")
    own = QualityRules.__struct_fields__
    changes = {name: value for name in own if (value := getattr(said, name, UNSET)) is not UNSET}
    inherit = now.inherit if said.inherit is UNSET else said.inherit
    return msgspec.structs.replace(now, rules=_changed(now.rules, changes), inherit=inherit)


def consensus_out(task: Dataset) -> ConsensusSettingsOut:
    """Return how the replicas of a task are merged."""
    rules = consensus_rules(task.settings)
    return ConsensusSettingsOut(
        id=task.number,
        task_id=task.number,
        iou_threshold=rules.iou_threshold,
        quorum=rules.quorum,
        oks_sigma=rules.oks_sigma,
        line_thickness=rules.line_thickness,
        agreement_score_threshold=rules.agreement_score_threshold,
    )


def with_consensus(said: ConsensusSettingsIn, now: ConsensusRules) -> ConsensusRules:
    """Return rules with what was said. Raises Invalid naming the field."""
    changes = {name: getattr(said, name) for name in said.__struct_fields__}
    return _changed(now, {name: value for name, value in changes.items() if value is not UNSET})


def _changed(rules: T, changes: Mapping[str, Any]) -> T:
    try:
        return msgspec.convert({**msgspec.to_builtins(rules), **changes}, type(rules))
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `")
        raise _refused(path.rstrip("`").removeprefix("$").removeprefix("."), message) from None


def _attributes_out(rules: QualityRules, labels: Iterable[Label]) -> dict[str, Any]:
    ignored = set(rules.ignored_attributes)
    return {
        "default": {"enabled": rules.compare_attributes, "comparator": None, "threshold": None},
        "rules": [
            {"spec_id": number, "enabled": False, "comparator": None, "threshold": None}
            for number, name in _specs(labels).items()
            if name in ignored
        ],
    }


def _attributes_in(said: Mapping[str, Any], labels: Iterable[Label]) -> dict[str, Any]:
    changes, default = dict[str, Any](), said.get("default")
    if isinstance(default, dict) and default.get("enabled") is not None:
        changes["compare_attributes"] = default["enabled"]
    if isinstance(said.get("rules"), list):
        known, ignored = _specs(labels), set[str]()
        for one in said["rules"]:
            number = one.get("spec_id") if isinstance(one, dict) else None
            if number not in known:
                raise _refused("attribute_comparison", f"There is no attribute {number}.")
            if one.get("enabled") is False:
                ignored.add(known[number])
        changes["ignored_attributes"] = sorted(ignored)
    return changes


def _specs(labels: Iterable[Label]) -> dict[int, str]:
    """Return the names of all attributes by their numbers."""
    found = dict[int, str]()
    for label in labels:
        found |= {one.number: one.name for one in label.attributes} | _specs(label.parts)
    return found


def _refused(field: str, message: str) -> Invalid:
    return Invalid(reason=message, fields=[{"path": field, "message": message}])
