from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from jobyard.workflows.document import package as package_module
from jobyard.workflows.document.package import Package
from jobyard.workflows.refusals import FileUnreadable, WorkflowBroken
from tests.workflows.drawing import Canvas


def canvas() -> Canvas:
    drawn = Canvas()
    drawn.text(["a"], [1])
    return drawn


def packed(folder: Path, members: dict[str, bytes]) -> Path:
    path = folder / "flow.yxzp"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_a_document_alone_is_a_package(tmp_path: Path) -> None:
    with Package(canvas().saved(tmp_path)) as package:
        assert package.main().file == "flow.yxmd"
        assert package.find("data.csv", package.main()) is None


def test_files_are_found_by_the_paths_in_the_document(tmp_path: Path) -> None:
    path = canvas().saved(tmp_path, {"_externals/1/Data.csv": b"a\n1\n", "top.csv": b"b\n"})
    with Package(path) as package:
        main = package.main()
        assert package.find("_externals\\1\\data.csv", main) == "_externals/1/Data.csv"
        assert package.find(".\\top.csv", main) == "top.csv"
        assert package.find("C:\\elsewhere\\top.csv", main) is None
        assert package.find("..\\top.csv", main) is None
        with package.open("top.csv") as file:
            assert file.read() == b"b\n"


def test_a_macro_leads_to_its_own_files_from_its_own_folder(tmp_path: Path) -> None:
    document = canvas().document()
    path = canvas().saved(tmp_path, {"_externals/1/inner.yxmc": document, "_externals/1/own.csv": b"x"})
    with Package(path) as package:
        macro = package.macro("_externals\\1\\INNER.yxmc", package.main())
        assert macro is not None
        assert package.find("own.csv", macro) == "_externals/1/own.csv"
        assert package.macro("other.yxmc", package.main()) is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../evil.csv", "leads out"),
        ("/etc/passwd", "leads out"),
        ("C:/windows/evil.csv", "leads out"),
        ("a/../../evil.csv", "leads out"),
        ("a\\..\\..\\evil.csv", "leads out"),
        ("a//b.csv", "leads out"),
        ("x\x07y.csv", "no name"),
    ],
)
def test_members_that_lead_out_are_refused(tmp_path: Path, name: str, reason: str) -> None:
    path = packed(tmp_path, {"flow.yxmd": canvas().document(), name: b"x"})
    with pytest.raises(WorkflowBroken, match=reason):
        Package(path)


def test_links_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "flow.yxzp"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("flow.yxmd", canvas().document())
        link = zipfile.ZipInfo("data.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(WorkflowBroken, match="link"):
        Package(path)


def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    path = packed(tmp_path, {"flow.yxmd": canvas().document(), "data.csv": b"0" * (80 * 1024 * 1024)})
    assert path.stat().st_size < 1_000_000
    with pytest.raises(WorkflowBroken, match="would become"):
        Package(path)


def test_a_member_that_is_longer_than_told_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path, {"flow.yxmd": canvas().document(), "data.csv": b"0123456789" * 100})
    data = bytearray(path.read_bytes())
    for place in range(len(data) - 4):
        if data[place : place + 4] == (1000).to_bytes(4, "little"):
            data[place : place + 4] = (10).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    with Package(path) as package, pytest.raises(FileUnreadable):
        package.open("data.csv")


def test_twins_and_many_workflows_and_none_are_refused(tmp_path: Path) -> None:
    document = canvas().document()
    with pytest.raises(WorkflowBroken, match="nearly so"):
        Package(packed(tmp_path, {"a.csv": b"", "A.CSV": b""}))
    with Package(packed(tmp_path, {"a.yxmd": document, "b.yxwz": document})) as package:
        with pytest.raises(WorkflowBroken, match=r"several workflows: a\.yxmd, b\.yxwz"):
            package.main()
    with Package(packed(tmp_path, {"a.csv": b""})) as package, pytest.raises(WorkflowBroken, match="no workflow"):
        package.main()


def test_a_broken_archive_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path, {"flow.yxmd": canvas().document()})
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(WorkflowBroken), Package(path) as package:
        package.main()


def test_a_list_of_very_many_members_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = packed(tmp_path, {f"{'x' * 200}{number}": b"" for number in range(10)})
    data = bytearray(path.read_bytes())
    end = data.rfind(b"PK\x05\x06")
    size, offset = (int.from_bytes(data[end + at : end + at + 4], "little") for at in (12, 16))
    many = bytes(data[offset : offset + size]) * 1_200
    data[offset:end] = many
    end = offset + len(many)
    data[end + 12 : end + 16] = len(many).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    with zipfile.ZipFile(path) as archive:
        assert len(archive.infolist()) == 12_000
    with pytest.raises(WorkflowBroken, match="its list of members has"):
        Package(path)


def test_more_members_than_allowed_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_module, "MOST_MEMBERS", 2)
    with pytest.raises(WorkflowBroken, match="more than 2 members"):
        Package(packed(tmp_path, {"a.csv": b"", "b.csv": b"", "c.csv": b""}))
