"""What real servers say and refuse, so that the stub is not believed alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobyard.datasets.endpoints import EndpointWish
from jobyard.datasets.messages import Reach
from jobyard.datasets.record import Purpose, SampleFilter
from jobyard.datasets.sources.bucket import Bucket, Patience
from jobyard.datasets.sources.objects import Objects
from jobyard.job.clock import SystemClock
from jobyard.job.errors import BucketMissing, SourceForbidden, SourceMissing
from jobyard.kinds import Declined
from tests.datasets.sources import servers
from tests.datasets.yard import ADA, ROOT, Yard, counts, listed, put

ONCE = Patience(tries=1)
NAMES = [
    "a b.jpg",
    "a+b.jpg",
    "a%2Fb.jpg",
    "é.jpg",
    "e\u0301.jpg",
    "\u202egpj.jpg",
    "~.jpg",
    "&<>'.jpg",
    "d/e.jpg",
    "d-e.jpg",
]


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with servers.moto() as url:
        servers.client(url).create_bucket(Bucket="cats")
        yield url


@pytest.fixture(scope="module")
def objects(moto: str) -> Any:
    return servers.client(moto)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def rclone(folder: Path) -> Iterator[str]:
    for name in NAMES:
        put(folder, f"cats/train/{name}", b"12345")
    put(folder, "cats/other", b"1")
    with servers.rclone(folder) as url:
        yield url


def paths(reach: Reach) -> list[bytes]:
    with Bucket(reach, SystemClock(), patience=ONCE) as bucket:
        return [path for path, *_ in Objects(bucket, reach.prefix.encode())]


def test_moto_lists_hostile_keys_in_pages(moto: str) -> None:
    keys = ["..", "../x", "a//b", "x/", *NAMES, *(f"n/{number:04}" for number in range(1005))]
    servers.fill("cats", (f"hostile/{key}" for key in keys))
    found = paths(servers.reach(moto, "cats", "hostile/"))
    wanted = {key.encode() for key in keys if key not in {"..", "../x", "a//b", "x/"}}
    assert found == sorted(wanted)


def test_moto_tells_size_time_and_etag(moto: str, objects: Any) -> None:
    objects.put_object(Bucket="cats", Key="one/a.jpg", Body=b"12345")
    said = objects.head_object(Bucket="cats", Key="one/a.jpg")
    with Bucket(servers.reach(moto, "cats", "one/"), SystemClock()) as bucket:
        ((path, size, mtime_ns, etag),) = Objects(bucket, b"one/")
        assert (path, size, f'"{etag}"') == (b"a.jpg", 5, said["ETag"])
        assert abs(mtime_ns - said["LastModified"].timestamp() * 1e9) < 1e9
        assert bucket.read(b"a.jpg", 100) == b"12345"
        assert bucket.read(b"a.jpg", 2) == b"12"
        with pytest.raises(SourceMissing, match=r"s3://cats/one/b\.jpg is not there"):
            bucket.read(b"b.jpg", 100)


def test_moto_misses_what_is_not_there(moto: str) -> None:
    with pytest.raises(BucketMissing, match="There is no bucket dogs at"):
        paths(servers.reach(moto, "dogs"))
    with pytest.raises(SourceMissing, match="s3://cats/none/ is not there"):
        paths(servers.reach(moto, "cats", "none/"))


def test_an_object_is_taken_away_and_only_it(moto: str, objects: Any) -> None:
    for name in NAMES:
        objects.put_object(Bucket="cats", Key=f"away/{name}", Body=b"1")
    reach = servers.reach(moto, "cats", "away/")
    with Bucket(reach, SystemClock()) as bucket:
        for name in NAMES[1:]:
            bucket.remove(name.encode())
            bucket.remove(name.encode())
    assert paths(reach) == [NAMES[0].encode()]


def test_rclone_believes_our_signatures(rclone: str, folder: Path) -> None:
    found = paths(servers.reach(rclone, "cats", "train/"))
    assert found == [entry[0] for entry in listed(folder / "cats" / "train")]
    with Bucket(servers.reach(rclone, "cats", "train/"), SystemClock()) as bucket:
        for name in NAMES:
            assert bucket.read(name.encode(), 100) == b"12345"


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [
        ({"secret": "another"}, "the secret key is not that of the access key"),
        ({"access": "AKIDOTHER"}, "the endpoint does not know the access key"),
        ({"access": ""}, "wants an access key"),
    ],
)
def test_rclone_refuses_a_wrong_key(rclone: str, wrong: dict[str, str], cause: str) -> None:
    with pytest.raises(SourceForbidden, match=cause) as refused:
        paths(servers.reach(rclone, "cats", "train/", **wrong))
    assert servers.SECRET not in refused.value.sentence
    assert servers.ACCESS not in refused.value.sentence


def test_rclone_misses_a_bucket(rclone: str) -> None:
    with pytest.raises(BucketMissing):
        paths(servers.reach(rclone, "dogs"))


def allow(yard: Yard, url: str, secret: str = servers.SECRET) -> None:
    wish = EndpointWish(name="here", url=url, allowed=("pets",), access=servers.ACCESS, secret=secret)
    yard.ask(yard.endpoints.put(ROOT, wish))


def labels(yard: Yard) -> dict[bytes, tuple[str, ...]]:
    found, _ = yard.ask(yard.datasets.browse_samples(ADA, "cats", SampleFilter(), limit=100))
    return {one.sample.path: one.labels for one in found}


def test_a_dataset_over_rclone_follows_its_folder(yard: Yard, rclone: str, folder: Path) -> None:
    """Signed listings and signed reading of labels; a wrong secret, and an emptied bucket, delete nothing."""
    pets = folder / "pets"
    for name in ("cat/1.jpg", "cat/1 b.jpg", "dog/2.jpg", "dog/3.jpg"):
        put(pets, f"train/{name}", b"1")
    put(pets, "train/dog/3.txt", b"wolf")
    allow(yard, rclone)
    yard.create(source="s3://pets/train/", purpose=Purpose.IMAGE_CLASSIFICATION)
    assert counts(yard.synchronize()) == (4, 0, 0, 0)
    assert labels(yard) == {
        b"cat/1 b.jpg": ("cat",),
        b"cat/1.jpg": ("cat",),
        b"dog/2.jpg": ("dog",),
        b"dog/3.jpg": ("wolf",),
    }
    assert counts(yard.synchronize()) == (0, 0, 0, 4)
    (pets / "train/cat/1.jpg").unlink()
    put(pets, "train/dog/2.jpg", b"longer")
    put(pets, "train/dog/4.jpg", b"1")
    allow(yard, rclone, "another")
    with pytest.raises(SourceForbidden):
        yard.synchronize()
    assert yard.get().samples == 4
    allow(yard, rclone)
    assert counts(yard.synchronize()) == (1, 1, 1, 2)
    yard.check_counters()
    shutil.rmtree(pets / "train")
    with pytest.raises((SourceMissing, Declined)):
        yard.synchronize()
    assert yard.get().samples == 4


def test_a_dataset_over_moto_follows_its_bucket(yard: Yard, moto: str, objects: Any) -> None:
    objects.create_bucket(Bucket="pets")
    servers.fill("pets", (f"train/{number:04}.jpg" for number in range(30)))
    allow(yard, moto)
    yard.create(source="s3://pets/train/")
    assert counts(yard.synchronize()) == (30, 0, 0, 0)
    objects.put_object(Bucket="pets", Key="train/0000.jpg", Body=b"123")
    objects.put_object(Bucket="pets", Key="train/0001.jpg", Body=b"321")
    objects.delete_object(Bucket="pets", Key="train/0002.jpg")
    assert counts(yard.synchronize()) == (0, 1, 1, 28)
    yard.check_counters()
    for number in range(30):
        objects.delete_object(Bucket="pets", Key=f"train/{number:04}.jpg")
    objects.delete_bucket(Bucket="pets")
    with pytest.raises(BucketMissing):
        yard.synchronize()
    assert yard.get().samples == 29
