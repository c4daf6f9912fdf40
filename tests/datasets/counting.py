"""What the kept counters of a dataset must say, counted from its annotations."""

from __future__ import annotations

from collections import Counter

from jobyard.datasets.annotations import Annotations
from jobyard.datasets.record import LabelledSample, SampleFilter
from jobyard.datasets.tables.annotations import each
from tests.datasets.yard import OPERATOR, Yard, put


def pictures(yard: Yard, count: int) -> list[LabelledSample]:
    """Fill a dataset with samples and return them; the first has frame 0."""
    for number in range(count):
        put(yard.source, f"{number:03}.jpg", b"x")
    yard.synchronize()
    return everything(yard)


def everything(yard: Yard, name: str = "cats", wanted: SampleFilter | None = None) -> list[LabelledSample]:
    """Return all samples that are meant, read page by page in both ways, which must agree."""
    wanted = wanted or SampleFilter()
    found, total = list[LabelledSample](), 0
    while True:
        page, total = yard.ask(
            yard.datasets.browse_samples(OPERATOR, name, wanted, limit=7, behind=found[-1].number if found else 0)
        )
        found += page
        if not page:
            break
    by_place = list[LabelledSample]()
    while len(by_place) < total:
        page, again = yard.ask(yard.datasets.browse_samples(OPERATOR, name, wanted, offset=len(by_place), limit=5))
        assert again == total and page
        by_place += page
    assert by_place == found
    assert len(found) == total
    return found


def check_counts(yard: Yard, name: str = "cats") -> Annotations:
    """Compare whatever is kept about labels with what the annotations say; return those."""
    dataset = yard.get(name)
    said = yard.ask(yard.datasets.annotations(OPERATOR, name))
    names = {label.number: label.name for label in yard.ask(yard.datasets.labels(OPERATOR, name))}
    carry = {(tag.frame, tag.label) for tag in said.tags} | {(shape.frame, shape.label) for shape in said.shapes}
    carry |= {
        (position.frame, track.label) for track in said.tracks for position in track.positions if not position.outside
    }
    samples, uses = Counter(label for _, label in carry), Counter(one.label for one in each(said))
    statistics = yard.ask(yard.datasets.statistics(OPERATOR, name))
    assert {use.label.number: (use.samples, use.uses) for use in statistics.labels} == {
        label: (samples[label], uses[label]) for label in names
    }
    whole = everything(yard, name)
    assert [one.number for one in whole] == sorted(one.number for one in whole)
    assert {(one.number - 1, label) for one in whole for label in one.labels} == {
        (frame, names[label]) for frame, label in carry
    }
    annotated = {frame + 1 for frame, _ in carry}
    assert {one.number for one in whole if one.annotated} == annotated
    assert dataset.annotated == statistics.annotated == len(annotated)
    assert dataset.samples == statistics.samples == len(whole)
    for label, called in names.items():
        found = everything(yard, name, SampleFilter(label=called))
        assert [one.number for one in found] == sorted(frame + 1 for frame, one in carry if one == label)
    for flag in (True, False):
        found = everything(yard, name, SampleFilter(annotated=flag))
        assert [one.number for one in found] == [one.number for one in whole if one.annotated is flag]
    return said
