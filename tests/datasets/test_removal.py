from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jobyard.datasets.endpoints import EndpointWish
from jobyard.datasets.removal import remove_files, remove_objects
from jobyard.datasets.sources.bucket import Patience
from jobyard.job.clock import SystemClock
from tests.datasets.counting import everything
from tests.datasets.sources import servers
from tests.datasets.sources.stub import Answer, serving
from tests.datasets.yard import ADA, ROOT, Yard, put


def test_only_paths_below_the_source_are_removed(tmp_path: Path) -> None:
    source = tmp_path / "source"
    put(source, b"a/\xff.jpg")
    put(tmp_path, "outside")
    asked = [b"../outside", b"/outside", b"a/../../outside", b"", b".", b"a", b"a/\xff.jpg", b"a/\xff.jpg"]
    causes = remove_files(str(source), [str(tmp_path)], asked)
    assert [bool(cause) for cause in causes] == [True] * 6 + [False, False]
    assert (tmp_path / "outside").exists() and list((source / "a").iterdir()) == []
    for gone, roots in ((source / "missing", [str(tmp_path)]), (source, ["/nowhere"])):
        assert all(remove_files(str(gone), roots, [b"x", b"y"]))


def test_objects_are_removed_from_their_bucket_with_its_key(yard: Yard) -> None:
    with servers.moto() as url:
        store: Any = servers.client(url)
        store.create_bucket(Bucket="zoo")
        for key in ("cats/1.jpg", "cats/ä b+%.jpg", "dogs/1.jpg"):
            store.put_object(Bucket="zoo", Key=key, Body=b"x")
        wish = EndpointWish(name="here", url=url, access=servers.ACCESS, secret=servers.SECRET, allowed=("zoo/cats",))
        yard.ask(yard.endpoints.put(ROOT, wish))
        yard.create(source="s3://zoo/cats/")
        yard.synchronize()
        ids = [one.sample.id for one in everything(yard)]
        assert len(ids) == 2
        outcomes = yard.ask(yard.datasets.delete_samples(ADA, "cats", ids, delete_source=True))
        assert [one.code for one in outcomes] == ["", ""]
        left = [one["Key"] for one in store.list_objects_v2(Bucket="zoo")["Contents"]]
        assert left == ["dogs/1.jpg"]
    assert yard.get().samples == 0


def test_an_endpoint_that_does_not_answer_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobyard.datasets.sources.bucket.Patience", lambda: Patience(connect=1, tries=1))
    with serving([]) as stub:
        way = stub.reach("cats/")
    causes = remove_objects(way, SystemClock(), [b"a", b"b"])
    assert len(causes) == 2 and all("cannot be removed" in cause for cause in causes)


def test_what_an_endpoint_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving([]) as stub:
        stub.react = lambda query: Answer(403, "AccessDenied")
        [cause] = remove_objects(stub.reach("cats/"), SystemClock(), [b"a"])
    assert "cats/a cannot be removed: access is refused" in cause
