from __future__ import annotations

import threading

import msgspec
import pytest

from jobyard.datasets.catalog import Datasets, ground
from jobyard.engine.audit import Entry
from jobyard.job.errors import Conflict, Invalid, NameTaken, NotFound, Refused, SourceNotAllowed
from jobyard.job.ids import is_id
from jobyard.people.record import Actor, KeyScope, Project, Role
from tests.datasets.yard import ADA, BOB, OPERATOR, Yard, put

PROJECT = Project(id="f" * 32, name="vision", owner="ada", created_at=1)


def member(name: str, role: Role) -> Actor:
    return Actor(name=name, role=Role.MEMBER, projects={PROJECT.id: role})


def test_a_dataset_is_found_by_id_and_by_name(yard: Yard) -> None:
    made = yard.create()
    assert is_id(made.id)
    assert (made.number, made.name, made.owner, made.project) == (1, "cats", "ada", None)
    assert made.source == str(yard.source)
    assert yard.ask(yard.datasets.get(ADA, made.id)) == made
    assert yard.ask(yard.datasets.get(ADA, "cats")) == made


def test_names_have_a_form(yard: Yard) -> None:
    for name in ("", "x" * 101, " cats", "cats ", "a\nb", "a\0b", "\u202e", "\udcff", "0" * 32, "0123456789abcdef" * 2):
        with pytest.raises(Invalid) as refused:
            yard.create(name)
        assert [field["path"] for field in refused.value.fields] == ["name"], repr(name)
    for name in ("x" * 100, "größe 猫", "a/b", "..", "'; DROP TABLE datasets; --", "%", "0" * 31):
        assert yard.create(name).name == name
        assert yard.get(name).name == name


def test_sources_outside_the_roots_are_refused(yard: Yard) -> None:
    with pytest.raises(SourceNotAllowed):
        yard.create(source=yard.root.parent)
    assert yard.ask(yard.datasets.page(ADA)).total == 0


def test_an_owner_uses_a_name_once_and_others_may_use_it_too(yard: Yard) -> None:
    first = yard.create()
    with pytest.raises(NameTaken, match="The dataset cats exists already"):
        yard.create()
    second = yard.create(actor=BOB)
    assert yard.get("cats", BOB).id == second.id
    assert yard.get("cats", ADA).id == first.id
    with pytest.raises(Conflict, match="Several datasets are called cats"):
        yard.get("cats", OPERATOR)
    assert yard.get(first.id, OPERATOR) == first


def test_of_many_that_take_a_name_at_once_one_gets_it(yard: Yard) -> None:
    outcomes: list[str] = []

    def take() -> None:
        try:
            outcomes.append(yard.create().id)
        except NameTaken:
            outcomes.append("taken")

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("taken") == 7


def test_private_datasets_do_not_exist_for_others(yard: Yard) -> None:
    made = yard.create()
    unknown = "0" * 32
    for wanted in (made.id, "cats", unknown, "dogs", "\udcff", "a\0b"):
        with pytest.raises(NotFound) as refused:
            yard.get(wanted, BOB)
        assert refused.value.sentence == f"There is no dataset {wanted}."
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.samples(BOB, "cats"))
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.sample(BOB, "cats", "0" * 32))
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.last_sync(BOB, "cats"))
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.delete(BOB, "cats"))
    page = yard.ask(yard.datasets.page(BOB))
    assert (page.datasets, page.total) == ([], 0)


def test_who_may_create(yard: Yard) -> None:
    for actor in (
        Actor(name="ada", role=Role.VIEWER),
        Actor(name="ada", role=Role.MEMBER, scope=KeyScope.READ),
        Actor(name="ada", role=Role.ADMINISTRATOR, scope=KeyScope.DESK),
    ):
        with pytest.raises(Refused):
            yard.create(actor=actor)


def test_a_project_shares_by_role(yard: Yard) -> None:
    yard.write(lambda transaction: transaction.put_project(PROJECT))
    ada, bob, eve = member("ada", Role.OPERATOR), member("bob", Role.MEMBER), member("eve", Role.VIEWER)
    made = yard.create("cats", ada, project="vision")
    assert made.project == PROJECT.id
    assert yard.get("cats", bob) == yard.get("cats", eve) == made
    assert [one.id for one in yard.ask(yard.datasets.page(eve)).datasets] == [made.id]
    yard.submit(actor=bob)
    with pytest.raises(Refused):
        yard.submit(actor=eve)
    with pytest.raises(Refused):
        yard.ask(yard.datasets.delete(bob, "cats"))
    with pytest.raises(Refused):
        yard.create("dogs", eve, project=PROJECT.id)
    for stranger, project in ((BOB, "vision"), (ada, "no such project"), (BOB, "no such project")):
        with pytest.raises(NotFound, match="There is no project"):
            yard.create("dogs", stranger, project=project)
    assert yard.create("dogs", OPERATOR, project="vision").project == PROJECT.id
    yard.ask(yard.datasets.delete(member("mia", Role.OPERATOR), "cats"))


def test_pages_hold_each_visible_dataset_once_newest_first(yard: Yard) -> None:
    for number in range(7):
        yard.create(f"ada-{number}")
        yard.create(f"bob-{number}", actor=BOB)
    seen, before = list[str](), None
    while True:
        page = yard.ask(yard.datasets.page(ADA, limit=3, before=before))
        assert page.total == 7
        seen += [dataset.name for dataset in page.datasets]
        if page.next is None:
            break
        before = page.next
    assert seen == [f"ada-{number}" for number in reversed(range(7))]
    everything = yard.ask(yard.datasets.page(OPERATOR, limit=10_000))
    assert (len(everything.datasets), everything.total, everything.next) == (14, 14, None)


def test_pages_are_bounded(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "PAGE_LIMIT", 2)
    for number in range(4):
        yard.create(str(number))
    assert len(yard.ask(yard.datasets.page(ADA, limit=10**9)).datasets) == 2
    assert len(yard.ask(yard.datasets.page(ADA, limit=-5)).datasets) == 1


def test_samples_come_by_page_and_by_id(yard: Yard) -> None:
    yard.create()
    yard.create("other")
    for number in range(25):
        put(yard.source, f"{number:03}", b"x" * number)
    yard.synchronize()
    yard.synchronize(dataset="other")
    page = yard.ask(yard.datasets.samples(ADA, "cats", limit=10))
    assert (len(page.samples), page.total, page.next) == (10, 25, b"009")
    last = yard.ask(yard.datasets.samples(ADA, "cats", limit=10, after=b"019"))
    assert ([sample.path for sample in last.samples], last.next) == ([b"020", b"021", b"022", b"023", b"024"], None)
    assert yard.ask(yard.datasets.samples(ADA, "cats", limit=5, after=b"\xff")).samples == []
    sample = last.samples[0]
    assert is_id(sample.id)
    assert yard.ask(yard.datasets.sample(ADA, "cats", sample.id)).sample == sample
    other = yard.ask(yard.datasets.samples(ADA, "other", limit=1)).samples[0]
    for wrong in (other.id, "0" * 32, "f" * 32, sample.id[:16] + "f" * 16, sample.id.upper() + "X", "", "x"):
        with pytest.raises(NotFound):
            yard.ask(yard.datasets.sample(ADA, "cats", wrong))


def test_a_deleted_dataset_is_gone_with_all_it_held(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "AT_ONCE", 4)
    kept = yard.create("kept")
    made = yard.create()
    for number in range(10):
        put(yard.source, str(number))
    yard.synchronize()
    yard.synchronize(dataset="kept")
    yard.ask(yard.datasets.delete(ADA, "cats"))
    with pytest.raises(NotFound):
        yard.get(made.id)
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.delete(ADA, "cats"))
    assert rows_left(yard) == {kept.number}
    assert len(yard.stored("kept")) == 10
    assert all((yard.source / str(number)).exists() for number in range(10))
    again = yard.create()
    assert again.number > made.number
    assert again.samples == 0


def test_who_made_and_deleted_a_dataset_is_told(yard: Yard) -> None:
    made = yard.create()
    with pytest.raises(NameTaken):
        yard.create()
    yard.ask(yard.datasets.delete(OPERATOR, made.id))
    cards = yard.store.read(lambda view: view.cards("audit")).result()
    entries = [msgspec.json.decode(card.body, type=Entry) for card in cards]
    assert [(entry.actor, entry.verb, entry.what) for entry in entries] == [
        ("ada", "made", "dataset cats"),
        ("olga", "deleted", "dataset cats"),
    ]
    assert entries[1].details == {"id": made.id, "owner": "ada"}


def test_a_half_done_deletion_is_gone_on_with(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "AT_ONCE", 4)
    yard.create()
    for number in range(10):
        put(yard.source, str(number))
    yard.synchronize()

    async def die(self: object, number: int) -> None:
        raise InterruptedError

    with monkeypatch.context() as dying:
        dying.setattr(Datasets, "_remove", die)
        with pytest.raises(InterruptedError):
            yard.ask(yard.datasets.delete(ADA, "cats"))
    with pytest.raises(NotFound):
        yard.get()
    assert yard.create().samples == 0
    assert len(rows_left(yard)) == 1
    yard.ask(yard.datasets.sweep())
    assert rows_left(yard) == set()
    assert yard.get().samples == 0


def rows_left(yard: Yard) -> set[int]:
    """Return the numbers of datasets of which samples or synchronizations are stored."""

    class Left:
        name = "left"

        def text(self, dialect: str) -> str:
            return "SELECT dataset FROM dataset_samples UNION SELECT dataset FROM dataset_syncs"

    return {row[0] for row in yard.store.read(lambda view: view.rows(Left(), {})).result(30)}


def test_the_last_synchronization_is_told_while_it_runs_and_after(yard: Yard) -> None:
    yard.create()
    put(yard.source, "a")
    assert yard.ask(yard.datasets.last_sync(ADA, "cats")) is None
    job = yard.claim(yard.submit())
    yard.call(job, "datasets.open")
    begun = yard.ask(yard.datasets.last_sync(ADA, "cats"))
    assert begun is not None
    assert (begun.job, begun.finished_at, begun.counts.listed) == (job.id, None, 0)
    yard.run(yard.rehearse(job))
    ended = yard.ask(yard.datasets.last_sync(ADA, "cats"))
    assert ended is not None
    assert ended.counts.added == 1
    assert ended.finished_at is not None
    dataset = yard.get()
    assert (dataset.last_job, dataset.synced_at) == (job.id, ended.finished_at)


def test_only_the_newest_synchronizations_are_remembered(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobyard.datasets.rows._NEWEST_SYNCS", 3)
    yard.create()
    put(yard.source, "a")
    for _ in range(5):
        yard.synchronize()

    class Stored:
        name = "stored"

        def text(self, dialect: str) -> str:
            return "SELECT (SELECT count(*) FROM dataset_syncs), (SELECT count(*) FROM dataset_changes)"

    assert yard.store.read(lambda view: view.rows(Stored(), {})).result(30) == [(3, 0)]
