from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.datasets.work.options import GroundTruth, Options, chosen, ground_truth, options_in, ordered, ranges
from jobyard.datasets.work.sampling import some
from jobyard.job.errors import Invalid

NAMES = st.lists(st.text("ab01/", min_size=1, max_size=6), unique=True, max_size=12)
SORTINGS = st.sampled_from(["lexicographical", "natural", "random"])


@given(NAMES, SORTINGS)
def test_an_order_names_everything_once_and_is_the_same_each_time(names: list[str], sorting: Any) -> None:
    options = Options(sorting_method=sorting)
    order = ordered(names, options)
    assert sorted(order) == list(range(len(names)))
    again = ordered(names[::-1], options)
    assert [names[place] for place in order] == [names[::-1][place] for place in again]


@given(st.integers(1, 60), st.integers(0, 20), st.integers(0, 19))
def test_parts_cover_every_frame_and_share_as_many_as_was_said(count: int, size: int, overlap: int) -> None:
    parts = ranges(count, [], Options(segment_size=size, overlap=overlap))
    assert parts[0][0] == 0 and parts[-1][1] == count - 1
    for (_, last), (first, _) in pairwise(parts):
        assert last - first + 1 == min(overlap, (size or count) - 1)


@given(st.integers(0, 40), st.integers(0, 10), st.one_of(st.none(), st.integers(0, 30)), st.integers(1, 5))
def test_what_is_taken_is_a_stretch_in_steps(count: int, start: int, stop: int | None, step: int) -> None:
    options = Options(start_frame=start, stop_frame=stop, frame_filter=f"step={step}")
    wanted = [place for place in range(count) if place >= start and (stop is None or place <= stop)][::step]
    assert chosen(range(count), options) == wanted


@given(st.sets(st.integers(0, 99)), st.integers(0, 120), st.text(max_size=4))
def test_some_of_many_are_the_same_for_a_seed(among: set[int], count: int, seed: str) -> None:
    found = some(among, count, seed)
    assert found == sorted(found) and set(found) <= among and len(found) == min(count, len(among))
    assert found == some(sorted(among, reverse=True), count, seed)


@pytest.mark.parametrize(
    "fields",
    [
        {"image_quality": 101},
        {"frame_filter": "every=2"},
        {"frame_filter": "step=-1"},
        {"start_frame": 5, "stop_frame": 4},
        {"chunk_size": 0},
        {"sorting_method": "up"},
        {"validation_params": {"mode": "gt", "frame_share": 2}},
        {"upload_file_order": [1]},
    ],
)
def test_options_that_make_no_sense_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        options_in(fields)


def test_forms_say_the_same_as_json_and_unknown_things_are_passed_by() -> None:
    form = {"image_quality": "80", "start_frame": "1", "server_files": "a", "segment_size": "7", "use_cache": "True"}
    assert options_in(form) == Options(image_quality=80, start_frame=1, server_files=("a",))


def test_an_order_that_leaves_something_out_is_refused() -> None:
    for order in (["a"], ["a", "a"], ["a", "c"]):
        with pytest.raises(Invalid):
            ordered(["a", "b"], Options(sorting_method="predefined", upload_file_order=tuple(order)))


def test_a_ground_truth_is_chosen_by_names_by_number_or_part_by_part() -> None:
    names = ["a", "b", "c", "d"]
    by_name = GroundTruth(frame_selection_method="manual", frames=("d", "b"))
    assert ground_truth(by_name, names, []) == [1, 3]
    assert len(ground_truth(GroundTruth(frame_share=0.5, random_seed=1), names, [])) == 2
    each = GroundTruth(frame_selection_method="random_per_job", frames_per_job_count=1)
    found = ground_truth(each, names, [(0, 1), (2, 3)])
    assert len(found) == 2 and found[0] < 2 <= found[1]
    with pytest.raises(Invalid, match="'z'"):
        ground_truth(GroundTruth(frame_selection_method="manual", frames=("z",)), names, [])
