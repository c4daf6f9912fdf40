"""Queues, workers, users, keys, projects, memberships, settings."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from jobyard.job.errors import Invalid, NameTaken, Unavailable
from jobyard.people.record import Key, KeyForm, KeyScope, Membership, Project, Right, Role, User
from jobyard.store.contract import QueueRow, Transaction, WorkerRow
from jobyard.store.queries import Queries
from tests.store.making import NOW, Hand

ADA = User(id="u1", name="ada", role=Role.OPERATOR, password_hash="$argon2id$x", created_at=NOW, generation=4)
BOB = User(id="u2", name="bob", role=Role.VIEWER, disabled=True)
PAIR = Key(
    id="k1",
    user="ada",
    form=KeyForm.PAIR,
    scope=KeyScope.READ,
    label="laptop",
    face="modelarts",
    access="AK1",
    sealed=bytes(range(256)),
    created_at=NOW,
    expires_at=NOW + 5,
    used_at=NOW + 1,
    generation=3,
)
WORKER = WorkerRow(
    name="w1",
    session="s1",
    host="node",
    pid=77,
    queues=("gpu", "default"),
    kinds=("test.work",),
    slots=4,
    started_at=NOW,
    seen_at=NOW + 1,
)


def test_users_come_back_whole_and_by_name(hand: Hand) -> None:
    hand.each(lambda t: t.put_user(BOB), lambda t: t.put_user(ADA))
    assert hand.see(lambda view: view.user("ada")) == ADA
    assert hand.see(lambda view: view.user("bob")) == BOB
    assert hand.see(lambda view: view.users()) == [ADA, BOB]


def test_a_user_is_written_over(hand: Hand) -> None:
    changed = replace(
        ADA, role=Role.MEMBER, disabled=True, password_hash="", generation=5, rights=frozenset({Right.PYTHON})
    )
    hand.each(lambda t: t.put_user(ADA), lambda t: t.put_user(changed))
    assert hand.see(lambda view: view.users()) == [changed]


def test_two_users_of_one_name_are_refused_and_the_work_may_go_on(hand: Hand) -> None:
    def work(transaction: Transaction) -> None:
        transaction.put_user(ADA)
        with pytest.raises(NameTaken):
            transaction.put_user(replace(BOB, name="ada"))
        transaction.put_user(BOB)

    hand.do(work)
    assert hand.see(lambda view: view.users()) == [ADA, BOB]


@pytest.mark.parametrize("name", ["", "nobody", "ADA", "\0", "ada\0", "\ud800", "' OR ''='"])
def test_nobody_else_is_found(hand: Hand, name: str) -> None:
    hand.each(lambda t: t.put_user(ADA), lambda t: t.put_key(PAIR), lambda t: t.put_setting("a", "b"))
    assert hand.see(lambda view: view.user(name)) is None
    assert hand.see(lambda view: view.key(name)) is None
    assert hand.see(lambda view: view.keys(name)) == []
    assert hand.see(lambda view: view.project(name)) is None
    assert hand.see(lambda view: view.memberships(user=name)) == []
    assert hand.see(lambda view: view.setting(name)) is None
    assert hand.see(lambda view: view.reused(name, name)) is None
    assert hand.see(lambda view: view.job(name)) is None
    assert hand.see(lambda view: view.jobs([name])) == []


def test_keys_come_back_whole_and_newest_first(hand: Hand) -> None:
    token = Key(id="k2", user="ada", form=KeyForm.TOKEN, access="h2", created_at=NOW + 9)
    other = Key(id="k3", user="bob", form=KeyForm.SESSION, access="h3")
    hand.each(lambda t: t.put_key(PAIR), lambda t: t.put_key(token), lambda t: t.put_key(other))
    assert hand.see(lambda view: view.key("AK1")) == PAIR
    assert hand.see(lambda view: view.keys("ada")) == [token, PAIR]
    assert hand.see(lambda view: view.keys("bob")) == [other]


def test_a_key_is_written_over_and_dropped(hand: Hand) -> None:
    used = replace(PAIR, used_at=NOW + 100)
    hand.each(lambda t: t.put_key(PAIR), lambda t: t.put_key(used))
    assert hand.see(lambda view: view.key("AK1")) == used
    assert hand.do(lambda t: (t.drop_key("k1"), t.drop_key("k1"))) == (True, False)
    assert hand.see(lambda view: view.key("AK1")) is None


def test_two_keys_that_open_with_the_same_word_are_refused(hand: Hand) -> None:
    hand.do(lambda t: t.put_key(PAIR))
    assert isinstance(hand.fails(lambda t: t.put_key(replace(PAIR, id="k9", user="bob"))), NameTaken)


def test_projects_by_id_then_by_name(hand: Hand) -> None:
    first = Project(id="p1", name="Signs", owner="ada", created_at=NOW)
    second = Project(id="p2", name="p1", owner="bob")
    hand.each(lambda t: t.put_project(first), lambda t: t.put_project(second))
    assert hand.see(lambda view: view.project("p1")) == first
    assert hand.see(lambda view: view.project("Signs")) == first
    assert hand.see(lambda view: view.project("p2")) == second
    assert hand.see(lambda view: view.projects()) == [first, second]


def test_two_projects_of_one_name_are_refused(hand: Hand) -> None:
    hand.do(lambda t: t.put_project(Project(id="p1", name="Signs", owner="ada")))
    error = hand.fails(lambda t: t.put_project(Project(id="p2", name="Signs", owner="bob")))
    assert isinstance(error, NameTaken)
    assert error.sentence == "The project Signs exists already."
    hand.do(lambda t: t.put_project(Project(id="p1", name="Signs", owner="bob")))
    assert [project.owner for project in hand.see(lambda view: view.projects())] == ["bob"]


def test_memberships_of_a_user_and_of_a_project(hand: Hand) -> None:
    def member(project: str, user: str, role: Role = Role.MEMBER) -> Membership:
        return Membership(project=project, user=user, role=role)

    rows = [member("p1", "ada"), member("p1", "bob", Role.OPERATOR), member("p2", "ada", Role.VIEWER)]

    def put(transaction: Transaction) -> None:
        for row in reversed(rows):
            transaction.put_membership(row)

    hand.do(put)
    assert hand.see(lambda view: view.memberships(user="ada")) == [rows[0], rows[2]]
    assert hand.see(lambda view: view.memberships(project="p1")) == rows[:2]
    assert hand.see(lambda view: view.memberships(user="ada", project="p1")) == rows[:1]
    assert hand.see(lambda view: view.memberships()) == rows
    hand.do(lambda t: t.put_membership(member("p1", "ada", Role.VIEWER)))
    assert hand.see(lambda view: view.memberships(user="ada", project="p1"))[0].role is Role.VIEWER
    assert hand.do(lambda t: (t.drop_membership("p1", "ada"), t.drop_membership("p1", "ada"))) == (True, False)
    assert hand.see(lambda view: view.memberships(user="ada")) == [rows[2]]


def test_a_project_goes_with_its_memberships(hand: Hand) -> None:
    places = [Membership(project=id_, user="ada", role=Role.MEMBER) for id_ in ("p1", "p2")]

    def put(transaction: Transaction) -> None:
        for place in places:
            id_ = place.project
            transaction.put_project(Project(id=id_, name=f"project {id_}", owner="ada", created_at=1))
            transaction.put_membership(place)

    hand.do(put)
    version = hand.see(lambda view: view.project("p1")), hand.store.people_version()
    assert version[0] is not None
    assert hand.do(lambda t: (t.drop_project("p1"), t.drop_project("p1"))) == (True, False)
    assert hand.see(lambda view: ([one.id for one in view.projects()], view.project("p1"))) == (["p2"], None)
    assert hand.see(lambda view: view.memberships()) == places[1:]
    assert version[1] is None or hand.store.people_version() != version[1]


def test_workers_come_back_whole_and_by_name(hand: Hand) -> None:
    other = WorkerRow(name="a", session="s")
    hand.each(lambda t: t.put_worker(WORKER), lambda t: t.put_worker(other))
    assert hand.see(lambda view: view.workers()) == [other, WORKER]
    again = replace(WORKER, session="s2", seen_at=NOW + 9, queues=())
    hand.each(lambda t: t.put_worker(again), lambda t: t.drop_worker("a"), lambda t: t.drop_worker("nobody"))
    assert hand.see(lambda view: view.workers()) == [again]


def test_queues_are_written_over(hand: Hand) -> None:
    hand.do(lambda t: t.put_queue(QueueRow(name="q", paused=True, paused_by="ada")))
    hand.do(lambda t: t.put_queue(QueueRow(name="q")))
    assert hand.see(lambda view: view.queues()) == [QueueRow(name="q")]


def test_settings_are_written_over(hand: Hand) -> None:
    assert hand.see(lambda view: view.setting("commands")) is None
    hand.each(lambda t: t.put_setting("commands", "[]"), lambda t: t.put_setting("commands", '["a"]'))
    assert hand.see(lambda view: view.setting("commands")) == '["a"]'
    assert hand.do(lambda t: t.setting("commands")) == '["a"]'


@pytest.mark.parametrize("bad", ["\0", "\ud800"])
def test_names_that_cannot_be_kept_are_invalid(hand: Hand, bad: str) -> None:
    works: list[Callable[[Transaction], None]] = [
        lambda t: t.put_user(replace(ADA, name=bad)),
        lambda t: t.put_key(replace(PAIR, label=bad)),
        lambda t: t.put_project(Project(id="p", name=bad, owner="ada")),
        lambda t: t.put_membership(Membership(project=bad, user="ada", role=Role.VIEWER)),
        lambda t: t.put_worker(replace(WORKER, host=bad)),
        lambda t: t.put_queue(QueueRow(name=bad)),
        lambda t: t.put_setting("name", bad),
    ]
    for work in works:
        assert isinstance(hand.fails(work), Invalid)


def test_the_memory_store_runs_no_sql_and_the_others_do(hand: Hand) -> None:
    query = Queries("jobyard.store")["setting"]
    put = Queries("jobyard.store")["put_setting"]
    if hand.store.dialect == "memory":
        assert isinstance(hand.fails(lambda t: t.run(put, {"name": "a", "value": "b"})), Unavailable)
        assert isinstance(hand.fails(lambda t: t.run_many(put, [])), Unavailable)
        assert isinstance(hand.fails(lambda t: t.rows(query, {"name": "a"})), Unavailable)
        return
    assert hand.do(lambda t: t.run(put, {"name": "a", "value": "b"})) == 1
    hand.do(lambda t: t.run_many(put, [{"name": "c", "value": "d"}, {"name": "e", "value": "f"}]))
    hand.do(lambda t: t.run_many(put, []))
    assert hand.see(lambda view: [view.rows(query, {"name": name}) for name in "ace"]) == [[("b",)], [("d",)], [("f",)]]


def test_the_version_of_people_grows_with_whatever_changes_who_may_come_in(hand: Hand) -> None:
    changes: list[Callable[[Transaction], object]] = [
        lambda t: t.put_user(ADA),
        lambda t: t.put_key(PAIR),
        lambda t: t.drop_key(PAIR.id),
        lambda t: t.put_membership(Membership(project="p1", user="ada", role=Role.MEMBER)),
        lambda t: t.drop_membership("p1", "ada"),
    ]
    seen = [hand.store.people_version()]
    for change in changes:
        hand.do(change)
        seen.append(hand.store.people_version())
    if seen[0] is None:
        assert set(seen) == {None}
    else:
        assert len(set(seen)) == len(seen)


def test_the_version_of_people_stands_still_while_jobs_move_and_when_a_work_fails(hand: Hand) -> None:
    def failing(transaction: Transaction) -> None:
        transaction.put_user(BOB)
        raise Unavailable(reason="it broke")

    before = hand.store.people_version()
    hand.finished()
    hand.do(lambda t: t.put_worker(WORKER))
    with pytest.raises(Unavailable):
        hand.do(failing)
    assert hand.store.people_version() == before
