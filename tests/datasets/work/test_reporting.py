from __future__ import annotations

import csv
import json
from datetime import datetime

import pytest

from jobyard.datasets.analytics.events import COLUMNS
from jobyard.datasets.annotations import Tag
from jobyard.datasets.assignment import AssignmentChanges, Stage, Work
from jobyard.datasets.collection import CollectionDraft
from jobyard.datasets.record import Revision, TagWanted
from jobyard.datasets.work.importing import DatasetImport
from jobyard.datasets.work.reporting import EventsReport
from jobyard.datasets.work.tasks import Tasks
from jobyard.job.errors import Refused
from jobyard.kinds import Cancelled
from tests.datasets.work.sending import sent
from tests.datasets.work.shop import DOG, Shop, box
from tests.datasets.yard import ADA, BOB, OPERATOR


def rows(shop: Shop) -> list[dict[str, str]]:
    with (shop.results / "events.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_who_annotated_how_much_is_told(shop: Shop) -> None:
    cat, _ = shop.stock(4)
    parts = shop.ask(shop.datasets.split(ADA, "cats", size=2, replicas=1))
    made = shop.say(box(0, cat, 0), box(0, cat, 30), box(3, cat, 0), Tag(frame=1, label=cat.number))
    shop.say(box(2, cat, 0), layer=parts[3].number)
    shop.ask(shop.datasets.annotate(OPERATOR, "cats", Revision(delete=(made.shapes[0].number,), replace=None)))
    result = shop.do(EventsReport, dataset="cats")
    told = rows(shop)
    assert tuple(told[0]) == COLUMNS
    assert [(row["scope"], row["count"], row["user_name"]) for row in told] == [
        ("create:tags", "1", "ada"),
        ("create:shapes", "3", "ada"),
        ("annotate:frames", "3", "ada"),
        ("create:shapes", "1", "ada"),
        ("annotate:frames", "1", "ada"),
        ("delete:shapes", "1", "olga"),
        ("annotate:frames", "1", "olga"),
    ]
    numbers = [one.number for one in parts]
    assert [int(row["job_id"]) for row in told] == [numbers[0]] * 3 + [numbers[3]] * 2 + [numbers[0]] * 2
    assert {row["task_id"] for row in told} == {str(shop.get("cats").number)}
    assert list(result["users"]) == ["ada", "olga"]
    assert result["users"]["ada"]["objects"] == 5
    assert result["users"]["ada"]["frames"] == 4
    assert 0 < result["users"]["ada"]["working_seconds"] < 100
    assert result["total"]["deleted"] == 1
    assert (result["file"], result["events"]) == ("events.csv", 7)
    assert [datetime.fromisoformat(result[moment]).year for moment in ("first", "last")] == [2023, 2023]
    assert json.loads((shop.results / "summary.json").read_bytes())["users"].keys() == result["users"].keys()


def test_changes_of_assignments_are_told_with_what_they_are_then(shop: Shop) -> None:
    shop.stock(4)
    parts = shop.ask(shop.datasets.split(ADA, "cats", size=3, overlap=2))
    truth = shop.ask(shop.datasets.add_ground_truth(ADA, "cats", [1]))
    for number, changes in (
        (parts[1].number, AssignmentChanges(assignee="ada", state=Work.REJECTED)),
        (parts[1].number, AssignmentChanges(assignee="ada", stage=Stage.VALIDATION)),
        (parts[1].number, AssignmentChanges(assignee=None)),
        (truth.number, AssignmentChanges(state=Work.COMPLETED)),
    ):
        shop.ask(shop.datasets.change_assignment(ADA, number, changes))
    shop.do(EventsReport, dataset="cats")
    told = [(int(row["job_id"]), row["scope"], row["obj_name"], row["obj_val"]) for row in rows(shop)]
    second = (parts[1].number, "update:job")
    assert told == [
        (*second, "assignee", "ada"),
        (*second, "state", "rejected"),
        (*second, "stage", "validation"),
        (*second, "assignee", ""),
        (truth.number, "update:job", "state", "completed"),
    ]


def test_a_report_can_be_narrowed(shop: Shop) -> None:
    cat, _ = shop.stock(4)
    parts = shop.ask(shop.datasets.split(ADA, "cats", size=2))
    shop.say(box(0, cat, 0))
    middle = shop.clock.now()
    shop.say(box(3, cat, 0))
    assert shop.do(EventsReport, dataset="cats", until=middle)["total"]["objects"] == 1
    assert shop.do(EventsReport, dataset="cats", since=middle)["total"]["frames"] == 1
    assert shop.do(EventsReport, dataset="cats", user="bob")["events"] == 0
    assert shop.do(EventsReport, dataset="cats", assignment=parts[1].number)["events"] == 2
    assert {row["job_id"] for row in rows(shop)} == {str(parts[1].number)}


def test_everybody_may_be_told_of_their_own_doings_and_of_no_others(shop: Shop) -> None:
    cat, _ = shop.stock(1)
    shop.say(box(0, cat, 0))
    assert shop.do(EventsReport)["total"]["objects"] == 1
    assert shop.do(EventsReport, user="ada")["events"] == 2
    with pytest.raises(Refused):
        shop.admit(EventsReport, BOB, user="ada")
    job = shop.admit(EventsReport, BOB)
    assert job.resource is None


def test_the_datasets_of_a_collection_are_told_of_in_the_order_of_time(shop: Shop) -> None:
    whole = shop.ask(shop.datasets.create_collection(ADA, CollectionDraft(name="animals", labels=(DOG,))))
    for name in ("one", "two"):
        (shop.root / name).mkdir()
        (shop.root / name / "a.png").write_bytes(b"x")
        shop.create(name, source=shop.root / name, collection=whole.id)
        shop.synchronize(dataset=name)
    (dog,) = shop.ask(shop.datasets.labels(ADA, "one"))
    for name in ("one", "two", "one"):
        shop.say(box(0, dog, 0), name=name)
    shop.do(EventsReport, collection=whole.id)
    told = [row for row in rows(shop) if row["scope"] == "create:shapes"]
    numbers = [str(shop.get(name).number) for name in ("one", "two", "one")]
    assert [row["task_id"] for row in told] == numbers
    assert {row["project_id"] for row in told} == {str(whole.number)}


def test_it_can_be_stopped(shop: Shop) -> None:
    cat, _ = shop.stock(1)
    shop.say(box(0, cat, 0))
    with pytest.raises(Cancelled):
        shop.do(EventsReport, dataset="cats", looks=3)


def test_labels_said_sample_by_sample_count_and_what_work_did_is_told_apart(shop: Shop) -> None:
    shop.stock(2)
    first = shop.ask(shop.datasets.samples(ADA, "cats")).samples[0]
    shop.ask(shop.datasets.set_tags(ADA, "cats", [(first.id, [TagWanted(name="cat")])]))
    shop.ask(shop.datasets.set_tags(ADA, "cats", [(first.id, [TagWanted(name="dog")])]))
    document = {
        "images": [{"id": 1, "file_name": "1.png", "width": 64, "height": 48}],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}],
    }
    upload = sent(shop, f"task-{shop.get('cats').number}-annotations", "a.json", json.dumps(document).encode())
    shop.do(DatasetImport, dataset="cats", upload=upload, format="COCO 1.0", mode="append")
    result = shop.do(EventsReport, dataset="cats")
    assert result["scopes"] == {
        "create:tags": 2,
        "delete:tags": 1,
        "annotate:frames": 2,
        "import:annotations": 1,
    }
    assert result["total"]["objects"] == 2


def test_what_was_done_long_ago_is_forgotten(shop: Shop) -> None:
    cat, _ = shop.stock(2)
    shop.say(box(0, cat, 0))
    tasks = Tasks(shop.store, shop.clock, [shop.root], shop.pictures, shop.vault)
    shop.ask(tasks.forget(0))
    shop.ask(tasks.forget(1))
    assert shop.do(EventsReport, dataset="cats")["events"] == 2
    shop.clock.time += 2 * 86_400_000_000
    shop.say(box(1, cat, 0))
    shop.ask(tasks.forget(1))
    assert shop.do(EventsReport, dataset="cats")["events"] == 2
    assert rows(shop)[0]["scope"] == "create:shapes" and len(rows(shop)) == 2
