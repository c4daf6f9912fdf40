from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from jobyard.datasets.annotations import Annotations, Position, ShapeKind, Track
from jobyard.datasets.assignment import AssignmentChanges
from jobyard.datasets.record import Revision
from jobyard.datasets.work.backup.restoring import BackupImport
from jobyard.datasets.work.backup.writing import BackupExport
from jobyard.datasets.work.exporting import DatasetExport
from jobyard.datasets.work.importing import DatasetImport
from jobyard.datasets.work.judging import QualityCalculate
from jobyard.datasets.work.merging import ConsensusMerge
from jobyard.datasets.work.reporting import EventsReport
from jobyard.job.errors import NotFound, Refused
from jobyard.kinds import Declined, Kind
from jobyard.people.record import Actor, Membership, Project, Role, User
from jobyard.store.contract import Transaction
from tests.datasets.work.sending import sent
from tests.datasets.work.shop import Shop, box
from tests.datasets.yard import ADA, BOB

LAB = "1" * 32
OWNER = Actor(name=ADA.name, role=ADA.role, projects={LAB: Role.OPERATOR})
INSIDE = Actor(name=BOB.name, role=BOB.role, projects={LAB: Role.MEMBER})
ON_A_DATASET: list[tuple[type[Kind], dict[str, Any]]] = [
    (DatasetExport, {"format": "COCO 1.0"}),
    (BackupExport, {}),
    (QualityCalculate, {}),
    (ConsensusMerge, {}),
    (EventsReport, {}),
]


@pytest.fixture
def lab(shop: Shop) -> Shop:
    """Ada's pictures, shared with a project that Bob belongs to."""

    def work(transaction: Transaction) -> None:
        transaction.put_project(Project(id=LAB, name="lab", owner=ADA.name, created_at=1))
        transaction.put_membership(Membership(project=LAB, user=BOB.name, role=Role.MEMBER))

    shop.write(work)
    cat, _ = shop.stock(2, actor=OWNER, project=LAB)
    shop.say(box(0, cat, 1))
    return shop


def leave(shop: Shop) -> None:
    shop.write(lambda transaction: transaction.drop_membership(LAB, BOB.name))


def change(shop: Shop, **fields: Any) -> None:
    def work(transaction: Transaction) -> None:
        user: User | None = transaction.user(BOB.name)
        assert user is not None
        transaction.put_user(replace(user, **fields))

    shop.write(work)


@pytest.mark.parametrize(("kind", "given"), ON_A_DATASET, ids=lambda one: getattr(one, "name", ""))
def test_who_left_the_project_while_work_waited_is_refused_it(
    lab: Shop, kind: type[Kind], given: dict[str, Any]
) -> None:
    job = lab.admit(kind, INSIDE, dataset="cats", **given)
    lab.call(job, "work.subjects")
    leave(lab)
    with pytest.raises(Refused, match="You are not allowed to work on cats any more"):
        lab.call(job, "work.subjects")


def test_an_import_of_who_may_only_look_now_changes_nothing(lab: Shop) -> None:
    upload = sent(lab, f"task-{lab.get().number}-annotations", "a.json", b"{}", BOB.name)
    job = lab.admit(DatasetImport, INSIDE, dataset="cats", upload=upload, format="COCO 1.0")
    before = lab.said()
    change(lab, role=Role.VIEWER)
    for verb in ("work.subjects", "work.begin"):
        with pytest.raises(Refused, match="work on cats any more"):
            lab.call(job, verb)
    assert lab.said() == before


def test_nothing_is_done_for_who_may_not_sign_in_any_more(lab: Shop) -> None:
    job = lab.admit(EventsReport, INSIDE)
    change(lab, disabled=True)
    with pytest.raises(Refused, match="bob may not sign in any more"):
        lab.call(job, "work.subjects")


def test_a_backup_is_restored_only_for_who_may_still_share_it_there(lab: Shop) -> None:
    upload = sent(lab, "backup-dataset", "a.zip", b"x", BOB.name)
    job = lab.admit(BackupImport, INSIDE, upload=upload, project="lab")
    lab.call(job, "work.subjects")
    leave(lab)
    with pytest.raises((NotFound, Refused), match="lab"):
        lab.call(job, "work.subjects")
    change(lab, role=Role.VIEWER)
    with pytest.raises(Refused, match="make projects and datasets"):
        lab.call(job, "work.subjects")


def test_what_is_gone_is_said_to_be_gone(lab: Shop) -> None:
    job = lab.admit(DatasetExport, INSIDE, dataset="cats", format="COCO 1.0")
    lab.ask(lab.datasets.delete(ADA, "cats"))
    with pytest.raises(NotFound, match="no dataset cats"):
        lab.call(job, "work.subjects")


def test_the_assignee_of_a_part_has_that_part_exported_and_read_in_as_long_as_it_is_theirs(shop: Shop) -> None:
    shop.stock(4)
    first, second = shop.ask(shop.datasets.split(ADA, "cats", size=2))
    given = {"dataset": "cats", "format": "COCO 1.0"}
    with pytest.raises(NotFound):
        shop.admit(DatasetExport, BOB, **given, assignment=first.number)
    shop.ask(shop.datasets.change_assignment(ADA, first.number, AssignmentChanges(assignee=BOB.name)))
    upload = sent(shop, f"job-{first.number}-annotations", "a.json", b"{}", BOB.name)
    shop.admit(DatasetImport, BOB, **given, upload=upload, assignment=first.number)
    job = shop.admit(DatasetExport, BOB, **given, assignment=first.number)
    shop.call(job, "work.subjects")
    for kind, more in (
        (DatasetExport, {"format": "COCO 1.0"}),
        (DatasetExport, {"format": "COCO 1.0", "assignment": second.number}),
        (BackupExport, {}),
        (QualityCalculate, {}),
        (ConsensusMerge, {"assignment": first.number}),
        (EventsReport, {"assignment": first.number}),
    ):
        with pytest.raises(Refused):
            shop.admit(kind, BOB, dataset="cats", **more)
    shop.ask(shop.datasets.change_assignment(ADA, first.number, AssignmentChanges(assignee=None)))
    with pytest.raises(Refused, match="work on cats any more"):
        shop.call(job, "work.subjects")


def test_an_import_into_a_part_leaves_what_reaches_beyond_it_to_those_who_have_all(shop: Shop) -> None:
    cat, _ = shop.stock(4)
    first, _ = shop.ask(shop.datasets.split(ADA, "cats", size=2))
    shop.ask(shop.datasets.change_assignment(ADA, first.number, AssignmentChanges(assignee=BOB.name)))
    positions = tuple(Position(frame=frame, kind=ShapeKind.RECTANGLE, points=(1.0, 1.0, 2.0, 2.0)) for frame in (0, 3))
    drawn = Track(frame=0, label=cat.number, positions=positions)
    shop.ask(shop.datasets.annotate(ADA, "cats", Revision(add=Annotations(tracks=(drawn,)))))
    before = shop.said()
    given: dict[str, Any] = {"dataset": "cats", "assignment": first.number, "format": "COCO 1.0"}
    shop.do(DatasetExport, **given)
    archive = next(shop.results.iterdir()).read_bytes()

    def upload(user: str) -> str:
        return sent(shop, f"job-{first.number}-annotations", "a.zip", archive, user)

    with pytest.raises(Declined, match="annotate more of this dataset than is assigned to you"):
        shop.do(DatasetImport, actor=BOB, upload=upload(BOB.name), **given)
    assert shop.said() == before
    shop.do(DatasetImport, upload=upload(ADA.name), **given)
    assert shop.said().tracks == ()
