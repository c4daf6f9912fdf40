"""The whole table of who may do what to a job, written down a second time by hand."""

from __future__ import annotations

import itertools

import pytest

from jobyard.access import rules
from jobyard.access.rules import House, Verb
from jobyard.job.errors import JobNotFound, Refused
from jobyard.job.record import Job
from jobyard.people.record import Actor, KeyScope, Right, Role

PROJECT = "0" * 32
MINE = Job(id="1" * 32, kind="k", owner="maria")
THEIRS = Job(id="2" * 32, kind="k", owner="tomas")
SHARED = Job(id="3" * 32, kind="k", owner="tomas", project=PROJECT)
CHANGING = [verb for verb in Verb if verb is not Verb.SEE]
DEEP = {Verb.DELETE, Verb.RUN, Verb.MARK}


def maria(role: Role, scope: KeyScope = KeyScope.FULL, inside: Role | None = None) -> Actor:
    return Actor(name="maria", role=role, scope=scope, projects={PROJECT: inside} if inside else {})


@pytest.mark.parametrize("verb", list(Verb))
@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMINISTRATOR])
def test_operators_and_administrators_may_do_everything_to_every_job(role: Role, verb: Verb) -> None:
    assert all(rules.may(maria(role), verb, job) for job in (MINE, THEIRS, SHARED))


@pytest.mark.parametrize("verb", list(Verb))
def test_a_member_may_do_everything_to_their_own_job_and_nothing_to_a_stranger_s(verb: Verb) -> None:
    actor = maria(Role.MEMBER)
    assert rules.may(actor, verb, MINE)
    assert not rules.may(actor, verb, THEIRS)
    assert not rules.may(actor, verb, SHARED)


@pytest.mark.parametrize(("inside", "verb"), list(itertools.product(Role, CHANGING)))
def test_a_place_in_a_project_allows_what_its_role_says(inside: Role, verb: Verb) -> None:
    wanted = {
        Role.VIEWER: False,
        Role.MEMBER: verb not in DEEP,
        Role.OPERATOR: True,
        Role.ADMINISTRATOR: True,
    }[inside]
    assert rules.may(maria(Role.MEMBER, inside=inside), Verb.SEE, SHARED)
    assert rules.may(maria(Role.MEMBER, inside=inside), verb, SHARED) is wanted
    assert not rules.may(maria(Role.MEMBER, inside=inside), Verb.SEE, THEIRS)


@pytest.mark.parametrize("verb", CHANGING)
def test_a_viewer_changes_nothing_even_where_a_project_would_let_them(verb: Verb) -> None:
    actor = maria(Role.VIEWER, inside=Role.OPERATOR)
    assert rules.may(actor, Verb.SEE, MINE)
    assert rules.may(actor, Verb.SEE, SHARED)
    assert not rules.may(actor, verb, MINE)
    assert not rules.may(actor, verb, SHARED)


@pytest.mark.parametrize(("role", "verb"), list(itertools.product(Role, CHANGING)))
def test_a_reading_key_sees_what_its_user_sees_and_changes_nothing(role: Role, verb: Verb) -> None:
    actor = maria(role, KeyScope.READ)
    assert rules.may(actor, Verb.SEE, MINE)
    assert not rules.may(actor, verb, MINE)


@pytest.mark.parametrize(("role", "verb"), list(itertools.product(Role, Verb)))
def test_a_desk_key_sees_and_changes_no_job(role: Role, verb: Verb) -> None:
    assert not rules.may(maria(role, KeyScope.DESK), verb, MINE)


@pytest.mark.parametrize(("role", "verb"), list(itertools.product((Role.VIEWER, Role.MEMBER), Verb)))
def test_an_assignee_works_on_their_part_of_what_no_project_shares(role: Role, verb: Verb) -> None:
    works = verb is Verb.SEE or (role is Role.MEMBER and verb in {Verb.EDIT, Verb.SUBMIT})
    assert rules.may_part(maria(role), verb, THEIRS, "maria") is works
    assert rules.may_part(maria(role, KeyScope.READ), verb, THEIRS, "maria") is (verb is Verb.SEE)
    assert not rules.may_part(maria(role, KeyScope.DESK), verb, THEIRS, "maria")
    for thing, assignee in ((THEIRS, "tomas"), (THEIRS, None), (SHARED, "maria")):
        assert not rules.may_part(maria(role), verb, thing, assignee)
    for inside in Role:
        whole = rules.may(maria(role, inside=inside), verb, SHARED)
        assert rules.may_part(maria(role, inside=inside), verb, SHARED, "maria") is whole


def test_what_may_not_be_seen_does_not_exist_and_what_may_only_be_seen_is_refused() -> None:
    with pytest.raises(JobNotFound):
        rules.require(maria(Role.MEMBER), Verb.CANCEL, THEIRS)
    with pytest.raises(Refused):
        rules.require(maria(Role.VIEWER), Verb.CANCEL, MINE)
    rules.require(maria(Role.MEMBER), Verb.CANCEL, MINE)


@pytest.mark.parametrize(
    ("verb", "least"),
    [
        (House.SEE_QUEUES, Role.VIEWER),
        (House.MAKE_PROJECTS, Role.MEMBER),
        (House.RUN_QUEUES, Role.OPERATOR),
        (House.MANAGE_USERS, Role.ADMINISTRATOR),
        (House.KEEP_HOUSE, Role.ADMINISTRATOR),
        (House.WORK, Role.ADMINISTRATOR),
    ],
)
def test_the_house_opens_from_the_least_role_upwards(verb: House, least: Role) -> None:
    order = list(Role)
    for role in Role:
        assert rules.may_house(maria(role), verb) is (order.index(role) >= order.index(least))


@pytest.mark.parametrize(("role", "verb"), list(itertools.product(Role, House)))
def test_narrow_keys_open_only_their_own_door(role: Role, verb: House) -> None:
    assert rules.may_house(maria(role, KeyScope.DESK), verb) is (verb is House.WORK)
    looks = {House.SEE_QUEUES, House.SEE_METRICS}
    assert rules.may_house(maria(role, KeyScope.READ), verb) is (
        verb in looks and rules.may_house(maria(role, KeyScope.FULL), verb)
    )


def test_scope_covers_what_may_be_seen() -> None:
    for role, inside, scope in itertools.product(Role, [None, *Role], KeyScope):
        actor = maria(role, scope, inside)
        for job in (MINE, THEIRS, SHARED):
            assert rules.scope(actor).covers(job.owner, job.project) is rules.may(actor, Verb.SEE, job)


@pytest.mark.parametrize(("role", "scope"), list(itertools.product(Role, KeyScope)))
def test_python_is_run_only_by_whom_it_was_granted_whatever_their_role(role: Role, scope: KeyScope) -> None:
    plain = maria(role, scope)
    granted = Actor(name="maria", role=role, scope=scope, rights=frozenset({Right.PYTHON}))
    assert not rules.may_house(plain, House.RUN_PYTHON)
    assert rules.may_house(granted, House.RUN_PYTHON) is (scope is KeyScope.FULL and role is not Role.VIEWER)


@pytest.mark.parametrize(("role", "scope"), list(itertools.product(Role, KeyScope)))
def test_what_is_shared_with_somebody_they_see_and_act_on_where_they_may_act_at_all(
    role: Role, scope: KeyScope
) -> None:
    lent = rules.lent(maria(role, scope))
    assert lent.name == "maria"
    assert rules.may(lent, Verb.SEE, THEIRS) is (scope is not KeyScope.DESK)
    assert rules.may(lent, Verb.CANCEL, THEIRS) is (scope is KeyScope.FULL and role is not Role.VIEWER)


@pytest.mark.parametrize(("role", "scope"), list(itertools.product(Role, KeyScope)))
def test_operators_and_administrators_look_after_what_people_share(role: Role, scope: KeyScope) -> None:
    wanted = scope is KeyScope.FULL and role in {Role.OPERATOR, Role.ADMINISTRATOR}
    assert rules.curates(maria(role, scope)) is wanted


def test_who_may_not_do_a_thing_in_the_house_is_told_what_it_was() -> None:
    rules.require_house(maria(Role.ADMINISTRATOR, KeyScope.FULL), House.SEE_METRICS)
    with pytest.raises(Refused) as refusal:
        rules.require_house(maria(Role.VIEWER, KeyScope.FULL), House.SEE_METRICS)
    assert refusal.value.sentence == f"You are not allowed to {House.SEE_METRICS.value}."
