"""Which form a file has, by the number the document gives it and by the ending of its name. Knows no reader."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from fnmatch import fnmatchcase

from jobyard.workflows.document.markup import Element

DELIMITED, WORKBOOK, JSON, PARQUET, YXDB = "csv", "xlsx", "json", "parquet", "yxdb"
READ = frozenset({DELIMITED, WORKBOOK, JSON, PARQUET, YXDB})
WRITTEN = READ
_NUMBERS = {"0": DELIMITED, "25": WORKBOOK, "19": YXDB}
_OTHERS = {"8": "xls", "23": "ODBC", "64": "Tableau's hyper", "106": "an SQLite database"}
_ENDINGS = {"csv": DELIMITED, "txt": DELIMITED, "tsv": DELIMITED, "tab": DELIMITED, "xlsx": WORKBOOK, "json": JSON}
_ENDINGS |= {"parquet": PARQUET, "yxdb": YXDB}
_PARTS = "|||"
_TEMPORARY = "%temp%"
MEDIA_TYPES = {
    DELIMITED: "text/csv",
    WORKBOOK: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    JSON: "application/json",
    PARQUET: "application/vnd.apache.parquet",
    YXDB: "application/octet-stream",
}


def place(configuration: Element) -> tuple[str, str]:
    """Return the path that a file tool names, and the part of the file behind it, such as a sheet."""
    said = configuration.said("File").strip()
    path, _, part = said.partition(_PARTS)
    return path.strip(), part.strip().strip("`").strip()


def base_name(path: str) -> str:
    """Return a file's own name; paths may be of Windows, and begin with its folder of temporary files."""
    whole = path.replace("\\", "/")
    return posixpath.basename(whole[len(_TEMPORARY) :] if whole.lower().startswith(_TEMPORARY) else whole)


def is_pattern(path: str) -> bool:
    """Tell whether a path means all files whose names fit it."""
    return any(letter in path for letter in "*?")


def fitting(pattern: str, names: Iterable[str]) -> list[str]:
    """Return the names that a pattern means, by the alphabet; case does not matter, and nothing but * and ? is one."""
    plain = pattern.casefold().replace("[", "[[]")
    return sorted((name for name in names if fnmatchcase(name.casefold(), plain)), key=str.casefold)


def form_of_name(name: str) -> str:
    """Return the form that the ending of a file's name says; empty for none of ours."""
    return _ENDINGS.get(base_name(name).rpartition(".")[2].lower(), "") if "." in name else ""


def form_of(configuration: Element) -> str:
    """Return the form of a file, or in words what it is instead."""
    path, _ = place(configuration)
    file = configuration.first("File")
    number = "" if file is None else file.attributes.get("FileFormat", "").strip()
    if number in _NUMBERS:
        return _NUMBERS[number]
    if number in _OTHERS:
        return _OTHERS[number]
    if path.lower().startswith(("aka:", "odbc:", "odb:", "oci:", "olectl:", "bulk", "dcm:")):
        return "a database"
    ending = base_name(path).rpartition(".")[2].lower()
    return _ENDINGS.get(ending, f"a file of form {number or ending or '?'}")
