from __future__ import annotations

import msgspec
import pytest

from jobyard.datasets.assignment import AssignmentKind
from jobyard.datasets.record import DatasetFilter
from jobyard.datasets.work.creating import DatasetCreate
from jobyard.datasets.work.options import OPTIONS_FILE, GroundTruth, Options
from jobyard.job.errors import Conflict, FileBroken, Invalid, NotFound, Refused
from jobyard.kinds import Cancelled
from jobyard.people.record import Actor, Role
from tests.datasets.formats import drawn
from tests.datasets.work.sending import empty, files, sent
from tests.datasets.work.shop import Shop
from tests.datasets.yard import ADA, BOB, Killed

COUNT = 5


@pytest.fixture
def group(shop: Shop) -> str:
    """A dataset called `sent`, and five pictures that were sent in for it."""
    name = f"task-{empty(shop).number}-data"
    for place in range(COUNT):
        sent(shop, name, f"{place}.png", drawn.png(10 + place, 8))
    return name


def note(shop: Shop, group: str, **said: object) -> None:
    shop.ask(shop.uploads.note(group, OPTIONS_FILE, msgspec.json.encode(Options(**said))))  # type: ignore[arg-type]


def test_pictures_become_samples_with_their_sizes_and_are_divided(shop: Shop, group: str) -> None:
    note(shop, group, segment_size=3, overlap=1, replicas=2, validation_params=GroundTruth(frame_count=2))
    result = shop.do(DatasetCreate, dataset="sent", upload=group)
    dataset = shop.get("sent", ADA)
    assert (result["frames"], dataset.samples, dataset.size) == (COUNT, COUNT, result["size"])
    shop.check_counters("sent")
    parts = shop.ask(shop.datasets.assignments(ADA, "sent"))
    own = [(one.first, one.last) for one in parts if one.kind is AssignmentKind.ANNOTATION]
    assert own == [(0, 2), (2, 4)]
    assert [one.kind.value for one in parts].count("replica") == 4
    [truth] = [one for one in parts if one.kind is AssignmentKind.GROUND_TRUTH]
    assert truth.frames is not None and len(truth.frames) == 2
    assert files(shop.pictures) == [f"{dataset.id}/{place}.png" for place in range(COUNT)]
    assert files(shop.uploads.place(group).parent) == []
    assert shop.last is not None and shop.last.told[-1][:2] == (COUNT, COUNT)


def test_it_can_be_stopped_at_every_picture_and_leaves_nothing(shop: Shop, group: str) -> None:
    for looks in range(COUNT + 3):
        with pytest.raises(Cancelled):
            shop.do(DatasetCreate, looks=looks, dataset="sent", upload=group)
        assert files(shop.pictures) == []
    assert shop.do(DatasetCreate, dataset="sent", upload=group)["frames"] == COUNT


def test_killed_at_any_word_it_is_whole_after_the_next_attempt(shop: Shop, group: str) -> None:
    for calls in range(4):
        job = shop.admit(DatasetCreate, dataset="sent", upload=group)
        rehearsal = shop.rehearse(job, calls=calls)
        parameters = msgspec.convert({"dataset": "sent", "upload": group}, DatasetCreate.Parameters)
        if calls == 3:
            DatasetCreate().run(parameters, rehearsal)
            shop.finish(job)
            break
        with pytest.raises(Killed):
            DatasetCreate().run(parameters, rehearsal)
        shop.fail(job)
    assert shop.get("sent", ADA).samples == COUNT
    shop.check_counters("sent")


def test_one_broken_picture_refuses_all(shop: Shop, group: str) -> None:
    sent(shop, group, "broken.png", b"no picture")
    with pytest.raises(FileBroken, match=r"broken\.png"):
        shop.do(DatasetCreate, dataset="sent", upload=group)
    assert shop.get("sent", ADA).samples == 0 and files(shop.pictures) == []


def test_it_takes_in_what_was_sent_for_its_own_dataset_and_no_more(shop: Shop, group: str) -> None:
    other = empty(shop, "other")
    with pytest.raises(Invalid):
        shop.admit(DatasetCreate, dataset="other", upload=group)
    with pytest.raises(NotFound):
        shop.admit(DatasetCreate, actor=BOB, dataset="sent", upload=group)
    viewer = Actor(name="ada", role=Role.VIEWER)
    with pytest.raises(Refused):
        shop.admit(DatasetCreate, actor=viewer, dataset="sent", upload=group)
    shop.do(DatasetCreate, dataset="sent", upload=group)
    with pytest.raises(Conflict):
        shop.admit(DatasetCreate, dataset="sent", upload=group)
    shop.stock(1, "folder")
    with pytest.raises(Invalid):
        shop.admit(DatasetCreate, dataset="folder", upload=f"task-{other.number}-data")


def test_a_dataset_that_is_gone_meanwhile_is_missed(shop: Shop, group: str) -> None:
    job = shop.admit(DatasetCreate, dataset="sent", upload=group)
    shop.ask(shop.datasets.delete(ADA, "sent"))
    parameters = msgspec.convert({"dataset": "sent", "upload": group}, DatasetCreate.Parameters)
    with pytest.raises(Exception, match="There is no dataset"):
        DatasetCreate().run(parameters, shop.rehearse(job))
    found, _ = shop.ask(shop.datasets.browse(ADA, DatasetFilter()))
    assert found == []
