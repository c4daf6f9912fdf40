"""Input Data: a table from a file of the package, or from one that was handed in."""

from __future__ import annotations

from contextlib import closing
from typing import BinaryIO, ClassVar

from jobyard.workflows.document.markup import Element
from jobyard.workflows.files import columnar, delimited, forms, workbook, yxdb_file
from jobyard.workflows.messages import Status
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.work import Work


class FileInput(Craft):
    """Files outside of the package are never opened."""

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
        if any(letter in forms.place(configuration)[0] for letter in "*?"):
            found.append("reading several files by a pattern")
        if file.attributes.get("OutputFileName", "") not in {"", "None", "False"}:
            found.append("a field with the file's name")
        if form == forms.DELIMITED:
            found += delimited.unsupported(configuration, writes=False)
        return found + (workbook.unsupported(configuration, writes=False) if form == forms.WORKBOOK else [])

    def run(self, work: Work) -> dict[str, Table]:
        """Return the file's table."""
        path, _ = forms.place(work.configuration)
        name = forms.base_name(path)
        with closing(opened(work, path)) as file:
            table = read(work, work.configuration, file, name)
        work.tell(Status.FILE_READ, f"{table.height:,} records were read from {name!r}.")
        return {"Output": table}


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
