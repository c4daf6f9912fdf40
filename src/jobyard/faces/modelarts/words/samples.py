"""Samples in the protocol's words, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from jobyard.datasets.annotations import Annotations
from jobyard.datasets.paths import shown
from jobyard.datasets.record import Dataset, LabelledSample, Outcome, SampleFilter
from jobyard.faces.modelarts.refusals import NoVersion
from jobyard.faces.modelarts.wire import BatchOut, OutcomeOut, SampleLabelOut, SampleOut, SamplesAsked
from jobyard.faces.modelarts.words.kinds import SAMPLE_TYPES
from jobyard.faces.modelarts.words.labels import tag_out
from jobyard.job.errors import Invalid

_LABELLED, _BARE = "MANUAL_ANNOTATION", "UN_ANNOTATION"
_STATES: Mapping[str, bool | None] = MappingProxyType(
    {"": None, "all": True, "none": False, "manual_annotation": True, "un_annotation": False}
)
"""Whether samples of a state carry a label; in all other states of the protocol there are none here."""
_NEVER = ("search_conditions", "low_score", "high_score")
_CODES: Mapping[str, str] = MappingProxyType(
    {"not_found": "ModelArts.4420", "unknown_label": "ModelArts.4338", "refused": "ModelArts.4336"}
)
_OTHER = "ModelArts.4392"
_NANOSECONDS = 1_000_000


def sample_filter(asked: SamplesAsked) -> SampleFilter | None:
    """Return which samples are meant; None where none can be. Raises Invalid or NoVersion."""
    if asked.version_id:
        raise NoVersion(name=asked.version_id)
    for name in _NEVER:
        if getattr(asked, name) not in {"", None}:
            raise Invalid(
                reason=f"Samples cannot be found by {name} here; use label_name, sample_state or sample_name."
            )
    state = asked.sample_state.strip("_").lower()  # said as `__ALL__` by the documents, as `all` by the command line
    if state not in _STATES:
        return None
    return SampleFilter(annotated=_STATES[state], label=asked.label_name, text=asked.sample_name)


def sample_out(found: LabelledSample, dataset: Dataset, names: Mapping[int, str]) -> SampleOut:
    """Return a sample with what was said of it; `names` are the dataset's labels by number."""
    sample = found.sample
    path = shown(sample.path)
    folder, _, name = path.rpartition("/")
    place = dataset.source if dataset.source.endswith("/") else f"{dataset.source}/"
    return SampleOut(
        sample_id=sample.id,
        sample_type=SAMPLE_TYPES[dataset.purpose],
        source=place + path,
        sample_name=name,
        sample_dir=f"{place}{folder}/" if folder else place,
        sample_size=sample.size,
        sample_time=sample.mtime_ns // _NANOSECONDS,
        sample_status=_LABELLED if found.annotated else _BARE,
        labels=_labels(found, dataset, names),
        metadata={"@modelarts:import_origin": 0},
    )


def batch_out(outcomes: Sequence[Outcome]) -> BatchOut:
    """Return what became of each of several samples."""
    return BatchOut(
        success=not any(one.code for one in outcomes),
        results=[
            OutcomeOut(success=False, error_code=_CODES.get(one.code, _OTHER), error_msg=one.reason)
            if one.code
            else OutcomeOut(success=True)
            for one in outcomes
        ],
    )


def _labels(found: LabelledSample, dataset: Dataset, names: Mapping[int, str]) -> list[SampleLabelOut]:
    said = found.annotations or Annotations()
    purpose = dataset.purpose
    whole = [tag_out(names[tag.label], purpose, tag.score) for tag in said.tags if tag.label in names]
    parts = [tag_out(names[one.label], purpose, one.score, one) for one in said.shapes if one.label in names]
    told = {one.name for one in [*whole, *parts]}
    # Tracks are left out of a sample's annotations, and yet their labels are carried.
    return [*whole, *parts, *(tag_out(name, purpose, 1.0) for name in found.labels if name not in told)]
