"""How long ended jobs and their results are remembered: the setting, rules of kinds and projects, and who wins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jobyard.engine import pruning
from jobyard.engine.pruning import Pruned
from jobyard.engine.retention import Rule, Subject
from jobyard.job.clock import SECOND
from jobyard.job.desk import MadeFile
from jobyard.job.errors import Invalid, JobNotFound, NotFound, Refused
from jobyard.job.record import Job
from jobyard.people.record import HOUSE, Role
from jobyard.store.contract import Store
from tests.engine.yard import Yard, chunks, user

pytestmark = pytest.mark.anyio
DAY = 86_400


def rule(subject: str, name: str, days: float | None = None, results: float | None = None) -> Rule:
    return Rule(subject=Subject(subject), name=name, days=days, results=results)


async def ended(yard: Yard, **fields: Any) -> Job:
    job = await yard.claimed(**fields)
    await yard.finish(job)
    return await yard.job(job)


async def with_file(yard: Yard, **fields: Any) -> Job:
    job = await yard.claimed(**fields)
    received = await yard.engine.results.receive(chunks(b"12345"))
    await yard.finish(job, files=(MadeFile(name="a.bin", blob=received.blob),))
    return await yard.job(job)


async def there(yard: Yard, *jobs: Job) -> list[bool]:
    found = []
    for job in jobs:
        try:
            await yard.job(job)
        except JobNotFound:
            found.append(False)
        else:
            found.append(True)
    return found


@pytest.fixture
async def project(yard: Yard) -> str:
    return (await yard.engine.projects.add(HOUSE, "signs")).id


async def forget(yard: Yard, days: float) -> None:
    yard.clock.forward(days * DAY)
    await yard.engine.keeper.round()


# --- who wins -------------------------------------------------------------------------------------------------------


async def test_a_rule_of_the_project_wins_over_the_kind_and_that_over_the_setting(yard: Yard, project: str) -> None:
    await yard.engine.retention.put(HOUSE, rule("kind", "test.count", 10))
    await yard.engine.retention.put(HOUSE, rule("project", project, 30))
    plain = await ended(yard, kind="test.guarded")
    of_kind = await ended(yard)
    of_project = await ended(yard, project=project)
    both = (plain, of_kind, of_project)
    await forget(yard, 9)
    assert await there(yard, *both) == [True, True, True]
    await forget(yard, 2)
    assert await there(yard, *both) == [True, False, True]
    await forget(yard, 20)
    assert await there(yard, *both) == [True, False, False]
    await forget(yard, 60)
    assert await there(yard, *both) == [False, False, False]


async def test_zero_days_are_for_ever(yard: Yard, project: str) -> None:
    await yard.engine.retention.put(HOUSE, rule("project", project, 0))
    kept, gone = await ended(yard, project=project), await ended(yard)
    await forget(yard, 4000)
    assert await there(yard, kept, gone) == [True, False]


async def test_a_rule_works_where_the_setting_is_for_ever(any_store: Store, tmp_path: Path) -> None:
    yard = Yard(any_store, tmp_path, retention=0)
    await yard.engine.retention.put(HOUSE, rule("kind", "test.count", 1))
    short, long = await ended(yard), await ended(yard, kind="test.guarded")
    await forget(yard, 4000)
    assert await there(yard, short, long) == [False, True]


async def test_a_rule_about_results_leaves_the_record_to_the_next_in_line(yard: Yard, project: str) -> None:
    await yard.engine.retention.put(HOUSE, rule("project", project, results=5))
    await yard.engine.retention.put(HOUSE, rule("kind", "test.count", 10))
    job = await ended(yard, project=project)
    await forget(yard, 11)
    assert await there(yard, job) == [False]


async def test_result_files_live_as_the_rule_says(yard: Yard, project: str) -> None:
    now = yard.clock.now()
    assert (await with_file(yard)).results_until == now + 3600 * SECOND
    await yard.engine.retention.put(HOUSE, rule("kind", "test.count", results=2))
    assert (await with_file(yard)).results_until == now + 2 * DAY * SECOND
    await yard.engine.retention.put(HOUSE, rule("project", project, results=0))
    assert (await with_file(yard, project=project)).results_until is None
    await yard.engine.retention.drop(HOUSE, Subject.KIND, "test.count")
    assert (await with_file(yard)).results_until == now + 3600 * SECOND


async def test_what_somebody_keeps_stays_until_they_do_not(yard: Yard) -> None:
    await yard.engine.retention.put(HOUSE, rule("kind", "test.count", 1))
    job = await ended(yard)
    await yard.jobs.keep(HOUSE, job.id, None, always=True)
    await forget(yard, 2)
    assert await there(yard, job) == [True]
    await yard.jobs.keep(HOUSE, job.id, None)
    await forget(yard, 1.1)
    assert await there(yard, job) == [False]


async def test_a_job_that_was_tried_again_is_as_old_as_its_last_end(yard: Yard) -> None:
    await yard.engine.retention.put(HOUSE, rule("kind", "test.count", 10))
    job = await ended(yard)
    await forget(yard, 9)
    await yard.jobs.retry(HOUSE, job.id)
    [again] = await yard.claim()
    await yard.finish(again.job)
    await forget(yard, 9)
    assert await there(yard, job) == [True]
    await forget(yard, 2)
    assert await there(yard, job) == [False]


# --- walking --------------------------------------------------------------------------------------------------------


async def test_what_is_spared_is_looked_at_once_a_day(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "_LOOKED_AT", 2)
    await yard.engine.retention.put(HOUSE, rule("kind", "test.count", 0))
    for _ in range(5):
        await ended(yard)
    looked: list[int] = []
    page = pruning.Pruning._page

    async def counted(self: Any, walk: Any, place: Any) -> Any:
        found = await page(self, walk, place)
        looked.append(len(found))
        return found

    monkeypatch.setattr(pruning.Pruning, "_page", counted)
    yard.clock.forward(100 * DAY)
    for _ in range(3):
        await yard.engine.keeper.round()
    assert looked == [2, 2, 1, 0, 0, 0]
    yard.clock.forward(DAY + 1)
    await yard.engine.keeper.round()
    assert looked[6:] == [2, 2, 1, 0]


async def test_walks_start_over_when_the_rules_change(yard: Yard) -> None:
    await yard.engine.retention.put(HOUSE, rule("kind", "test.count", 0))
    job = await ended(yard)
    await forget(yard, 100)
    assert await there(yard, job) == [True]
    await yard.engine.retention.drop(HOUSE, Subject.KIND, "test.count")
    await yard.engine.keeper.round()
    assert await there(yard, job) == [False]


async def test_more_than_a_batch_goes_and_whoever_waits_stays(yard: Yard) -> None:
    for _ in range(120):
        await yard.submit()
    for assignment in await yard.claim(limit=200):
        await yard.finish(assignment.job)
    draft = await yard.submit(draft=True)
    waits = await yard.submit(after=(draft.id,))
    yard.clock.forward(91 * DAY)
    while (await yard.engine.pruning.round(0.1)).jobs:
        pass
    left = (await yard.listing.counts(HOUSE)).states
    assert {state.value: count for state, count in left.items() if count} == {"draft": 1, "queued": 1}
    assert await there(yard, waits) == [True]


async def test_a_round_goes_on_where_the_last_one_was_out_of_time(yard: Yard) -> None:
    for _ in range(120):
        await yard.submit()
    for assignment in await yard.claim(limit=200):
        await yard.finish(assignment.job)
    yard.clock.forward(91 * DAY)
    rounds = [await yard.engine.pruning.round(1e-9) for _ in range(6)]
    assert [pruned.jobs for pruned in rounds] == [25, 25, 25, 25, 20, 0]


# --- by hand --------------------------------------------------------------------------------------------------------


async def test_pruning_by_hand_stands_in_for_the_setting_and_heeds_the_rules(yard: Yard, project: str) -> None:
    await yard.engine.retention.put(HOUSE, rule("project", project, 0))
    plain, spared = await with_file(yard), await with_file(yard, project=project)
    yard.clock.forward(3 * DAY)
    assert await yard.engine.upkeep.prune(HOUSE, None, dry_run=True) == Pruned(0, 0)
    assert await yard.engine.upkeep.prune(HOUSE, 4, dry_run=True) == Pruned(0, 0)
    assert await yard.engine.upkeep.prune(HOUSE, 2, dry_run=True) == Pruned(1, 5)
    assert await there(yard, plain, spared) == [True, True]
    assert await yard.engine.upkeep.prune(HOUSE, 2, dry_run=False) == Pruned(1, 5)
    assert await there(yard, plain, spared) == [False, True]
    assert await yard.engine.upkeep.prune(HOUSE, 0, dry_run=True) == Pruned(0, 0)
    await ended(yard)
    yard.clock.forward(1)
    assert await yard.engine.upkeep.prune(HOUSE, 0, dry_run=True) == Pruned(1, 0)


async def test_a_rule_can_be_counted_before_it_is_set(yard: Yard, project: str) -> None:
    await with_file(yard)
    await with_file(yard, project=project)
    await with_file(yard, kind="test.guarded")
    yard.clock.forward(3 * DAY)
    count = yard.engine.upkeep.count_rule
    assert await count(HOUSE, rule("kind", "test.count", 2)) == Pruned(2, 10)
    assert await count(HOUSE, rule("project", "signs", 2)) == Pruned(1, 5)
    assert await count(HOUSE, rule("kind", "test.count", 4)) == Pruned(0, 0)
    await yard.engine.retention.put(HOUSE, rule("project", project, 9))
    assert await count(HOUSE, rule("kind", "test.count", 2)) == Pruned(1, 5)
    assert len(await yard.engine.retention.list(HOUSE)) == 1
    with pytest.raises(NotFound):
        await count(HOUSE, rule("project", "nowhere", 2))


# --- setting them ---------------------------------------------------------------------------------------------------


async def test_rules_are_set_shown_and_dropped_by_name(yard: Yard, project: str) -> None:
    made = await yard.engine.retention.put(HOUSE, rule("project", "signs", 30))
    assert (made.name, made.set_by, made.set_at) == (project, "jobyard", yard.clock.now())
    await yard.engine.retention.put(HOUSE, rule("kind", "b", 1))
    await yard.engine.retention.put(HOUSE, rule("kind", "a", 1, 2))
    await yard.engine.retention.put(HOUSE, rule("kind", "b", 3))
    found = await yard.engine.retention.list(HOUSE)
    assert [(one.name, one.days, one.results) for one in found] == [("a", 1, 2), ("b", 3, None), (project, 30, None)]
    await yard.engine.retention.drop(HOUSE, Subject.PROJECT, "signs")
    await yard.engine.retention.drop(HOUSE, Subject.KIND, "a")
    assert [one.name for one in await yard.engine.retention.list(HOUSE)] == ["b"]
    for gone in (("kind", "a"), ("project", "signs"), ("project", "nowhere")):
        with pytest.raises(NotFound):
            await yard.engine.retention.drop(HOUSE, Subject(gone[0]), gone[1])


async def test_a_rule_must_say_something_about_something(yard: Yard) -> None:
    with pytest.raises(Invalid):
        await yard.engine.retention.put(HOUSE, rule("kind", "a"))
    with pytest.raises(NotFound):
        await yard.engine.retention.put(HOUSE, rule("project", "nowhere", 1))
    assert await yard.engine.retention.list(HOUSE) == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MEMBER, Role.OPERATOR])
async def test_rules_are_for_administrators(yard: Yard, role: Role) -> None:
    maria, wish = user("maria", role), rule("kind", "a", 1)
    for verb in (
        yard.engine.retention.list(maria),
        yard.engine.retention.put(maria, wish),
        yard.engine.retention.drop(maria, Subject.KIND, "a"),
        yard.engine.upkeep.count_rule(maria, wish),
        yard.engine.upkeep.compact(maria),
        yard.engine.audit.list(maria),
    ):
        with pytest.raises(Refused):
            await verb
