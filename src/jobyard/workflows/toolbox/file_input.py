"""Input Data: a table from a file of the package, or from one that was handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import BinaryIO, ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import FieldType, field
from jobyard.workflows.files import columnar, delimited, forms, workbook, yxdb_file
from jobyard.workflows.messages import Status
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table, unlike
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.toolbox.union import by_name, stacked
from jobyard.workflows.work import Work

_NAME = "FileName"
_NAME_SIZE = 254


class FileInput(Craft):
    """Files outside of the package are never opened. A pattern means all of a folder, by the alphabet."""

    plugins: ClassVar[frozenset[str]] = frozenset({"DbFileInput"})
    entries: ClassVar[tuple[str, ...]] = ()
    takes_none: ClassVar[bool] = True

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return what of the file's form is not read here."""
        form = forms.form_of(configuration)
        file = configuration.first("File") or Element("")
        found = []
        if form not in forms.READ:
            return [f"reading {form}"]
        path = forms.place(configuration)[0]
        if forms.is_pattern(path):
            below = file.attributes.get("SearchSubDirs", "").strip().lower() == "true"
            found += ["reading files of folders within the folder"] if below else []
            folder = path.replace("\\", "/").rpartition("/")[0]
            found += ["folders by a pattern"] if forms.is_pattern(folder) else []
        if file.attributes.get("OutputFileName", "") not in {"", "None", "False", _NAME}:
            found.append("a field with the file's whole path")
        if form == forms.DELIMITED:
            found += delimited.unsupported(configuration, writes=False)
        return found + (workbook.unsupported(configuration, writes=False) if form == forms.WORKBOOK else [])

    def run(self, work: Work) -> dict[str, Table]:
        """Return the file's table, or those of all files below each other that hold the same as the first one."""
        tables, size = list[Table](), 0
        for name, open_ in _named(work, forms.place(work.configuration)[0]):
            work.check()
            with closing(open_()) as file:
                table = read(work, work.configuration, file, name)
            if tables and shape(table) != shape(tables[0]):
                work.tell(Status.WARNING, f"{name!r} has other fields than the first file, and was passed over.")
                continue
            work.tell(Status.FILE_READ, f"{table.height:,} records were read from {name!r}.")
            size += int(table.frame.estimated_size())
            work.afford_bytes(size)
            tables.append(table)
        if len(tables) == 1:
            return {"Output": tables[0]}
        whole, limit = stacked(work, tables, by_name(tables).items()), _limit(work, work.configuration)
        return {"Output": whole.rows(whole.frame.head(limit)) if limit else whole}


def shape(table: Table) -> list[tuple[str, FieldType, int]]:
    """Return what tables have to have in common to stand below each other."""
    return [(one.name, one.type, one.scale) for one in table.fields]


def _named(work: Work, path: str) -> Iterator[tuple[str, Callable[[], BinaryIO]]]:
    """Yield each file that a path means by its own name, with what opens it. Raises WorkflowRefused for none."""
    if not forms.is_pattern(path):
        yield forms.base_name(path), lambda: opened(work, path)
        return
    package = work.around.package
    ways: dict[str, Callable[[], BinaryIO]] = {
        name: partial(package.open, member) for name, member in package.folder(path, work.document).items()
    }
    ways |= {name: partial(_binary, place) for name, place in work.around.files.items()}
    names = forms.fitting(forms.base_name(path), ways)
    if not names:
        raise WorkflowRefused(reason=f"no file in the package fits {path!r}")
    yield from ((name, ways[name]) for name in names)


def _binary(place: Path) -> BinaryIO:
    return place.open("rb")


def opened(work: Work, path: str) -> BinaryIO:
    """Open a file of the package, or one that was handed in. Raises WorkflowRefused where there is no such file."""
    wanted = forms.base_name(path).casefold()
    handed = next((place for name, place in work.around.files.items() if name.casefold() == wanted), None)
    if handed is not None:
        return handed.open("rb")
    member = work.around.package.find(path, work.document)
    if member is None:
        raise WorkflowRefused(reason=f"the file {path!r} is not in the package")
    return work.around.package.open(member)


def read(work: Work, configuration: Element, file: BinaryIO, name: str) -> Table:
    """Return a file's table, read as a configuration says. Raises FileUnreadable."""
    table = _read(work, configuration, file, name)
    if (configuration.first("File") or Element("")).attributes.get("OutputFileName", "") != _NAME:
        return table
    title = unlike(_NAME, [one.name for one in table.fields])
    target = field(title, FieldType.VARIABLE_WIDE_STRING, _NAME_SIZE, source="File: FileName")
    said = pl.Series(title, [name.rpartition(".")[0] or name], dtype=pl.String).new_from_index(0, table.height)
    return table.set(target, work.convert(said, target))


def _read(work: Work, configuration: Element, file: BinaryIO, name: str) -> Table:
    form, limit = forms.form_of(configuration), _limit(work, configuration)
    if form == forms.DELIMITED:
        table = delimited.read(file, name, configuration, limit)
        fitting = [work.convert(table.frame[field.name], field) for field in table.fields]
        return Table(table.fields, table.frame.with_columns(fitting)) if fitting else table
    if form == forms.WORKBOOK:
        return workbook.read(file, name, configuration, limit)
    if form == forms.PARQUET:
        return columnar.read_parquet(file, name, limit)
    if form == forms.JSON:
        return columnar.read_json(file, name, limit)
    return yxdb_file.read(file, name, limit, work.check)


def _limit(work: Work, configuration: Element) -> int:
    """Return how many records are read at most, by the tool's word or the document's; 0 for all."""
    file = configuration.first("File") or Element("")
    said = file.attributes.get("RecordLimit", "").strip()
    own = int(said) if said.isascii() and said.isdigit() and len(said) < 12 else 0
    limits = [limit for limit in (own, work.document.settings.record_limit) if limit]
    return min(limits, default=0)
