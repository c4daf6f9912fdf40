"""The client's verbs against a real house."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from jobyard.client import Conflict, Forbidden, Invalid, Job, Jobyard, NotFinished, NotFound, Unauthenticated
from jobyard.client.labelling import DatasetEdit, Revision, SampleTagging, TagWish
from jobyard.client.shapes import Annotations, FeedJob, FeedProgress, Label, Shape
from jobyard.job.ids import new_id
from tests.cli.running import RunningHouse


@pytest.fixture(scope="module")
def client(house: RunningHouse) -> Iterator[Jobyard]:
    with house.client() as made:
        yield made


def echo(client: Jobyard, *words: str, **wishes: object) -> Job:
    return client.submit("command.run", {"argv": ["echo", *words]}, **wishes)  # type: ignore[arg-type]


def script(client: Jobyard, text: str, **wishes: object) -> Job:
    told = {"argv": ["sh", "-c", text], **({"files": wishes.pop("files")} if "files" in wishes else {})}
    return client.submit("command.run", told, **wishes)  # type: ignore[arg-type]


def test_a_job_runs_and_says_what_it_said(client: Jobyard) -> None:
    job = client.wait(script(client, "echo one; echo two >&2; echo three").id, timeout=30)
    assert job.state == "succeeded" and job.final
    assert job.result["exit_code"] == 0
    lines = list(client.log(job.id))
    assert sorted(line.text for line in lines) == ["one", "three", "two"]
    assert {line.text: line.stream for line in lines}["two"] == "err"
    assert [attempt.outcome for attempt in client.attempts(job.id)] == ["finish"]
    assert [event.type for event in client.events(job.id)] == ["submitted", "claimed", "begun", "finished"]


def test_a_job_that_fails_says_why(client: Jobyard) -> None:
    job = client.wait(script(client, "exit 3").id, timeout=30)
    assert job.state == "failed"
    assert job.failure is not None and "code 3" in job.failure.message


def test_waiting_ends_when_its_time_is_over(client: Jobyard) -> None:
    job = client.submit("command.run", {"argv": ["echo"]}, queue="nobody")
    began = time.monotonic()
    with pytest.raises(NotFinished) as caught:
        client.wait(job.id, timeout=0.7)
    assert 0.5 < time.monotonic() - began < 6.0
    assert caught.value.job.state == "queued"
    assert isinstance(caught.value, TimeoutError)
    client.cancel(job.id)


def test_waiting_tells_news_while_the_job_goes_on(client: Jobyard) -> None:
    seen = list[str]()
    client.wait(script(client, "sleep 1.5").id, timeout=30, on_news=lambda job: seen.append(job.state))
    assert seen[-1] == "succeeded"
    assert "running" in seen


def test_one_key_makes_one_job(client: Jobyard) -> None:
    key = new_id()
    first, second = echo(client, "a", key=key), echo(client, "a", key=key)
    assert first.id == second.id
    with pytest.raises(Conflict) as caught:
        echo(client, "b", key=key)
    assert caught.value.code == "key_reused"


def test_what_the_house_does_not_know_is_refused_with_the_place(client: Jobyard) -> None:
    with pytest.raises(Invalid) as caught:
        client.submit("no.such.kind")
    assert "command.run" in caught.value.detail
    with pytest.raises(Invalid) as wrong:
        client.submit("command.run", {"argv": "echo"})
    assert "argv" in wrong.value.errors[0].path


def test_jobs_are_listed_page_after_page_each_once(client: Jobyard) -> None:
    label = new_id()[:20]
    made = [echo(client, str(number), labels={label: ""}, draft=True).id for number in range(7)]
    page = client.page(limit=3, label=label)
    assert page.total == 7 and page.total_exact and page.next is not None
    assert [job.id for job in client.jobs(label=label)] == made[::-1]
    assert [job.id for job in client.jobs(2, label=label, order="number")] == made[:2]
    assert {job.state for job in client.jobs(label=[label], state=["draft"])} == {"draft"}
    assert list(client.jobs(label=label, state="running")) == []


def test_a_filter_may_be_a_time(client: Jobyard) -> None:
    label = new_id()[:20]
    echo(client, labels={label: ""}, draft=True)
    now = datetime.now(UTC)
    assert len(list(client.jobs(label=label, created_from=now - timedelta(hours=1)))) == 1
    assert list(client.jobs(label=label, created_to=now - timedelta(hours=1))) == []


def test_a_filter_that_does_not_exist_is_refused(client: Jobyard) -> None:
    with pytest.raises(Invalid):
        list(client.jobs(colour="green"))  # type: ignore[call-arg]


def test_a_draft_is_released_and_withdrawn(client: Jobyard) -> None:
    job = client.submit("command.run", {"argv": ["echo"]}, draft=True, queue="nobody")
    assert job.state == "draft"
    later = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    released = client.release(job.id, later)
    assert released.state == "queued" and released.due_at == later
    assert client.withdraw(job.id).state == "draft"
    with pytest.raises(Conflict) as caught:
        client.retry(job.id)
    assert caught.value.code == "wrong_state"
    client.delete(job.id)
    with pytest.raises(NotFound):
        client.job(job.id)


def test_what_runs_is_cancelled_and_retried(client: Jobyard) -> None:
    job = client.submit("command.run", {"argv": ["sleep", "60"]})
    while client.job(job.id).state != "running":
        time.sleep(0.05)
    assert client.cancel(job.id).cancelling
    assert client.wait(job.id, timeout=30).state == "cancelled"
    again = client.retry(job.id)
    assert again.state in ("queued", "running")
    client.cancel(job.id)
    assert client.wait(job.id, timeout=30).state == "cancelled"


def test_results_are_kept_and_fetched(client: Jobyard, house: RunningHouse) -> None:
    job = client.wait(script(client, "echo hello > out.txt", files=["out.txt"]).id, timeout=30)
    files = client.results(job.id)
    assert [(file.name, file.size) for file in files] == [("out.txt", 6)]
    place = client.download(job.id, "out.txt", house.folder, overwrite=True)
    assert place.read_text() == "hello\n"
    kept = client.keep(job.id, always=True)
    assert kept.kept and kept.results_until is None
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=9)
    assert client.keep(job.id, until).results_until == until


def test_a_log_is_followed_to_its_end_and_read_from_a_place(client: Jobyard) -> None:
    job = script(client, "for n in 1 2 3 4; do echo $n; sleep 0.2; done")
    while client.job(job.id).attempt == 0:
        time.sleep(0.05)
    assert [line.text for line in client.log(job.id, follow=True)] == ["1", "2", "3", "4"]
    assert [line.text for line in client.log(job.id, after=2)] == ["3", "4"]
    assert [line.text for line in client.log(job.id, after=3, follow=True)] == ["4"]
    assert client.log_page(job.id, limit=1).next == 1


def test_the_feed_tells_what_happens(client: Jobyard) -> None:
    seen = client.session().last_event
    job = echo(client, "news")
    kinds = list[str]()
    for frame in client.feed(after=seen):
        if isinstance(frame, FeedJob) and frame.event.job == job.id:
            kinds.append(frame.event.type)
            if frame.event.state == "succeeded":
                break
        else:
            assert isinstance(frame, (FeedJob, FeedProgress))
    assert kinds == ["submitted", "claimed", "begun", "finished"]


def test_the_house_is_seen(client: Jobyard) -> None:
    assert {"command.run", "dataset.sync"} <= {kind.name for kind in client.kinds()}
    assert "default" in {queue.name for queue in client.queues()}
    assert any(worker.alive and "command.run" in worker.kinds for worker in client.workers())
    counts = client.counts()
    assert counts.total == sum(
        getattr(counts, state) for state in ("draft", "queued", "running", "succeeded", "failed", "cancelled")
    )
    assert client.session().user.role == "administrator"


def test_people_and_their_keys(client: Jobyard, house: RunningHouse) -> None:
    made = client.users.add("carla", "viewer")
    assert made.user.role == "viewer" and made.password
    with pytest.raises(Conflict):
        client.users.add("carla")
    key = client.keys.create("laptop", user="carla")
    with house.client(key.secret) as carla:
        assert carla.session().user.name == "carla"
        with pytest.raises(Forbidden):
            carla.users.all()
        with pytest.raises(Forbidden):
            carla.submit("command.run", {"argv": ["echo"]})
        assert key.key.id in {one.id for one in carla.keys.all()}
        client.users.change("carla", role="member")
        assert carla.session().user.role == "member"
        client.keys.revoke(key.key.id)
        with pytest.raises(Unauthenticated):
            carla.session()
    assert client.users.set_password("carla") != made.password
    assert client.users.set_password("carla", "a password of her own") is None
    assert client.users.change("carla", disabled=True).disabled
    settings = client.credentials("carla", new_password=True)
    assert settings.user.name == settings.cvat.username == "carla"
    assert settings.user.password and settings.native.url == house.url


def test_projects_are_shared(client: Jobyard) -> None:
    project = client.projects.create("Shared things")
    client.users.add("dora")
    members = client.projects.set_member(project.id, "dora", "operator")
    assert {member.user: member.role for member in members}["dora"] == "operator"
    job = echo(client, project="Shared things", draft=True)
    assert job.project is not None and job.project.id == project.id
    assert [one.id for one in client.jobs(project="Shared things")] == [job.id]
    client.projects.drop_member(project.id, "dora")
    found = next(one for one in client.projects.all() if one.id == project.id)
    assert "dora" not in {member.user for member in found.members}


def test_a_dataset_is_made_and_synchronized(client: Jobyard, house: RunningHouse) -> None:
    folder = house.sources / "pictures"
    folder.mkdir()
    for name in ("b.txt", "a.txt"):
        (folder / name).write_text(name)
    dataset = client.datasets.create("pictures", str(folder))
    assert client.datasets.get(dataset.id).samples == 0
    with pytest.raises(Conflict):
        client.datasets.create("pictures", str(folder))
    with pytest.raises(Invalid):
        client.datasets.create("passwords", "/etc")
    job = client.wait(client.datasets.sync(dataset.id, name="Look").id, timeout=30)
    assert job.state == "succeeded" and job.name == "Look"
    assert job.result["added"] == 2
    assert [sample.path for sample in client.datasets.samples(dataset.id)] == ["a.txt", "b.txt"]
    assert [(one.name, one.samples) for one in client.datasets.all() if one.id == dataset.id] == [("pictures", 2)]


def test_a_dataset_is_labelled_and_annotated(client: Jobyard, house: RunningHouse) -> None:
    folder = house.sources / "labelled"
    folder.mkdir()
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        (folder / name).touch()
    made = client.datasets.create(
        "labelled", str(folder), purpose="object_detection", description="d", labels=[Label(name="cat")]
    )
    assert (made.purpose, made.description, made.annotated) == ("object_detection", "d", 0)
    assert client.datasets.change(made.id, DatasetEdit(description="cats")).description == "cats"
    client.wait(client.datasets.sync(made.id).id, timeout=30)
    [sync] = client.datasets.syncs(made.id)
    assert (sync.listed, sync.added, sync.finished_at is not None) == (3, 3, True)
    first, second, third = client.datasets.samples(made.id)
    wishes = [SampleTagging(sample=first.id, labels=[TagWish(name="cat")])]
    wishes.append(SampleTagging(sample=second.id, labels=[TagWish(name="dog")]))
    assert [one.code for one in client.datasets.label_samples(made.id, wishes)] == ["", "not_found"]
    assert [one.code for one in client.datasets.label_samples(made.id, wishes, make_labels=True)] == ["", ""]
    cat, dog = client.datasets.labels(made.id)
    box = Shape(frame=2, label=dog.number, kind="rectangle", points=[0, 0, 1.5, 1])
    [added] = client.datasets.annotate(made.id, Revision(add=Annotations(shapes=[box]))).shapes
    assert client.datasets.annotations(made.id, 2, 2) == Annotations(shapes=[added])
    assert client.datasets.sample(made.id, third.id).annotations.shapes == [added]
    assert [one.path for one in client.datasets.samples(made.id, label="dog")] == ["b.jpg", "c.jpg"]
    assert [one.path for one in client.datasets.samples(made.id, annotated=False)] == []
    assert [one.path for one in client.datasets.samples(made.id, annotated=True, text="a.")] == ["a.jpg"]
    counts = {use.label.name: (use.samples, use.uses) for use in client.datasets.statistics(made.id).labels}
    assert counts == {"cat": (1, 1), "dog": (2, 2)}
    assert [one.name for one in client.datasets.change_labels(made.id, delete=[cat.number])] == ["dog"]
    assert [one.code for one in client.datasets.delete_samples(made.id, [first.id])] == [""]
    with pytest.raises(Forbidden):
        client.datasets.delete_samples(made.id, [second.id], delete_source=True)
    assert client.datasets.get(made.id).samples == 2
    client.datasets.delete(made.id)
    with pytest.raises(NotFound):
        client.datasets.get(made.id)


def test_the_house_is_kept(client: Jobyard, house: RunningHouse) -> None:
    made = client.backup(str(house.folder / "copy"))
    assert (house.folder / "copy" / "master.key").is_file()
    assert made.size > 0
    with pytest.raises(Invalid):
        client.backup(str(house.folder / "copy"))
    assert client.prune(3650, dry_run=True).jobs == 0
    assert client.doctor().findings == []
