from __future__ import annotations

import pytest

from jobyard.datasets.sources.address import from_obs_path, is_bucket, stretch, to_obs_path


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("s3://cats", "s3://cats/"),
        ("s3://cats/", "s3://cats/"),
        ("obs://cats/train", "obs://cats/train/"),
        ("s3://my.bucket-1/a b/ü/", "s3://my.bucket-1/a b/ü/"),
    ],
)
def test_a_bucket_is_kept_with_a_slash_at_its_end(source: str, kept: str) -> None:
    found = stretch(source)
    assert found is not None
    assert found.address == kept
    assert found.place == kept.partition("://")[2]


@pytest.mark.parametrize(
    "source",
    [
        *("/cats", "cats", "s3:/cats", "s3://", "s3:///x", "http://cats/", "gs://cats/", "S3://cats/", "s3://ab"),
        *(
            "s3://ca ts/",
            "s3://-cats/",
            "s3://cats-/",
            "s3://a..b/",
            "s3://u@cats/",
            "s3://cats:80/",
            "s3://" + "a" * 64,
        ),
        *("s3://cats//a", "s3://cats/a//b", "s3://cats/../b", "s3://cats/./b", "s3://cats/a\nb", "s3://cats/\u202eb"),
        *("s3://cats/" + "a" * 1001, "s3://cats/\0"),
    ],
)
def test_what_is_no_bucket_is_none(source: str) -> None:
    assert stretch(source) is None


def test_what_looks_like_a_bucket_is_meant_as_one() -> None:
    assert is_bucket("s3://")
    assert is_bucket("obs://x/../y")
    assert not is_bucket("/s3://cats")


def test_obs_paths_mean_folders_inside_the_roots_and_buckets_elsewhere() -> None:
    roots = ("/data/cats", "/srv")
    assert from_obs_path("/data/cats/small/", roots) == "/data/cats/small/"
    assert from_obs_path("/data/cats/", roots) == "/data/cats/"
    assert from_obs_path("/data/cats-2/", roots) == "obs://data/cats-2/"
    assert from_obs_path("/cats/train/", roots) == "obs://cats/train/"
    assert from_obs_path("s3://cats/train/", roots) == "s3://cats/train/"
    assert from_obs_path("cats/train", roots) == "cats/train"
    for source in ("/data/cats/small", "obs://cats/train/"):
        assert from_obs_path(to_obs_path(source), roots).rstrip("/") == source.rstrip("/")
    assert to_obs_path("s3://cats/") == "/cats/"
    assert to_obs_path("/data/cats") == "/data/cats/"
