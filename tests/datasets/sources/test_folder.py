from __future__ import annotations

import os
from pathlib import Path

import pytest

from jobyard.datasets.sources import Sources, open_folder, real_folder
from jobyard.job.errors import Invalid, SourceNotAllowed


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "data" / "results"
    (root / "cats" / "small").mkdir(parents=True)
    (tmp_path / "data" / "results-evil" / "x").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (root / "file").write_text("x")
    return root


def test_a_folder_inside_a_root_is_allowed_and_so_is_the_root(root: Path) -> None:
    sources = Sources([root])
    assert sources.checked(f"{root}/cats/small") == f"{root}/cats/small"
    assert sources.checked(str(root)) == str(root)
    assert sources.checked(f"{root}//cats/") == f"{root}/cats"


@pytest.mark.parametrize(
    "source",
    [
        "",
        ".",
        "cats",
        "../results/cats",
        "{root}/..",
        "{root}/cats/../../../etc",
        "{root}/cats/..",
        "{root}/./cats",
        "{root}/;a=../../x",
        "{root}-evil",
        "{root}-evil/x",
        "{root}/../results-evil/x",
        "/etc/passwd",
        "/etc",
        "/",
        "//etc",
        "/{root}/cats",
        "file://{root}/cats",
        "file:///etc/passwd",
        "C:\\data",
        "..\\..\\x",
        "\\\\host\\x",
        "{root}/cats\0",
        "{root}/cats\0/../../etc",
        "{root}/ca\nts",
        "{root}/\u202ecats",
        "{root}/\udcff",
        "/no/such/place",
        "~/cats",
        "{root}/" + "x" * 5000,
    ],
)
def test_what_is_not_plainly_inside_is_refused(root: Path, source: str) -> None:
    with pytest.raises(SourceNotAllowed) as refused:
        Sources([root]).checked(source.replace("{root}", str(root)))
    assert refused.value.sentence.isprintable()
    assert len(refused.value.sentence) < 400


@pytest.mark.parametrize(
    "name", ["missing", "%2e%2e", "%2e%2e%2fetc", "..%c0%af", ".．", "．．／", "cats.", "cats ", "file", "..."]
)
def test_what_is_inside_and_no_folder_is_a_mistake(root: Path, name: str) -> None:
    with pytest.raises(Invalid, match="There is no folder"):
        Sources([root]).checked(f"{root}/{name}")


def test_links_are_judged_by_where_they_lead(root: Path, tmp_path: Path) -> None:
    (root / "inward").symlink_to(root / "cats")
    (root / "outward").symlink_to(tmp_path / "outside")
    (root / "upward").symlink_to("..")
    (root / "dangling").symlink_to("/no/such/place")
    (root / "loop").symlink_to("loop")
    (tmp_path / "way-in").symlink_to(root / "cats")
    sources = Sources([root])
    assert real_folder(f"{root}/inward", sources.roots) == os.path.realpath(root / "cats")
    assert sources.checked(str(tmp_path / "way-in")) == str(tmp_path / "way-in")
    for name in ("outward", "upward", "upward/results-evil", "dangling"):
        with pytest.raises(SourceNotAllowed):
            sources.checked(f"{root}/{name}")
    with pytest.raises(Invalid):
        sources.checked(f"{root}/loop")


def test_a_root_may_be_a_link_itself(root: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(root)
    assert Sources([tmp_path / "alias"]).checked(f"{tmp_path}/alias/cats") == f"{tmp_path}/alias/cats"
    assert Sources([tmp_path / "alias"]).checked(f"{root}/cats") == f"{root}/cats"


def test_no_roots_allow_nothing_and_empty_ones_are_no_roots(root: Path) -> None:
    for sources in (Sources([]), Sources(["", ""])):
        with pytest.raises(SourceNotAllowed):
            sources.checked(str(root))


def test_the_whole_machine_may_be_a_root(root: Path) -> None:
    assert Sources(["/"]).checked(str(root)) == str(root)


def test_relative_roots_stop_the_start() -> None:
    with pytest.raises(ValueError, match="'data' is not an absolute path"):
        Sources(["data"])


def test_nobody_learns_what_exists_elsewhere(root: Path, tmp_path: Path) -> None:
    sentences = set()
    for name in ("outside", "not-there"):
        with pytest.raises(SourceNotAllowed) as refused:
            Sources([root]).checked(str(tmp_path / name))
        sentences.add(refused.value.sentence.replace(name, "NAME"))
    assert len(sentences) == 1


def test_the_opened_folder_is_the_checked_one(root: Path) -> None:
    descriptor = open_folder(os.path.realpath(root / "cats"))
    try:
        assert os.path.samestat(os.fstat(descriptor), (root / "cats").stat())
    finally:
        os.close(descriptor)
    os.close(open_folder("/"))


def test_a_link_that_slips_in_after_the_check_is_not_followed(root: Path, tmp_path: Path) -> None:
    real = real_folder(f"{root}/cats/small", Sources([root]).roots)
    (root / "cats").rename(root / "dogs")
    (tmp_path / "outside" / "small").mkdir()
    (root / "cats").symlink_to(tmp_path / "outside")
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(OSError, match="Not a directory"):
        open_folder(real)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
