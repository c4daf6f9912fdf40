"""Output Data: a table into a result file. Nothing is written before every tool has run."""

from __future__ import annotations

from typing import ClassVar

from jobyard.workflows.document.markup import Element
from jobyard.workflows.files import delimited, forms, workbook
from jobyard.workflows.messages import Status
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.work import Output, Work


class FileOutput(Craft):
    """Of the path that the document names only the file's own name counts."""

    plugins: ClassVar[frozenset[str]] = frozenset({"DbFileOutput"})
    ports: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return what of the file's form is not written here; nothing of a tool that is switched off."""
        if switched_off(configuration):
            return []
        form = forms.form_of(configuration)
        if form not in forms.WRITTEN:
            return [f"writing {form}"]
        found = []
        name = forms.base_name(forms.place(configuration)[0])
        if not name or not name.isprintable() or len(name) > 200 or name in {".", ".."}:
            found.append(f"a file called {name[:100]!r}")
        if configuration.flag("MultiFile"):
            found.append("a file for each value of a field")
        if form == forms.DELIMITED:
            found += delimited.unsupported(configuration, writes=True)
        return found + (workbook.unsupported(configuration, writes=True) if form == forms.WORKBOOK else [])

    def run(self, work: Work) -> dict[str, Table]:
        """Hand the table over to be written at the end."""
        if switched_off(work.configuration):
            work.tell(Status.INFO, "It is switched off, and writes nothing.")
            return {}
        table, form = work.table(), forms.form_of(work.configuration)
        path, _ = forms.place(work.configuration)
        name = forms.base_name(path)
        if form == forms.WORKBOOK and (table.height > workbook.MOST_ROWS or len(table.fields) > workbook.MOST_COLUMNS):
            raise WorkflowRefused(reason=f"a sheet holds {workbook.MOST_ROWS:,} records, not {table.height:,}")
        others = [one for one in work.around.outputs if one.name.casefold() == name.casefold()]
        sheets = {workbook.sheet(one.options).casefold() for one in others if one.form == forms.WORKBOOK}
        if others and (form != forms.WORKBOOK or workbook.sheet(work.configuration).casefold() in sheets):
            raise WorkflowRefused(reason=f"tool {others[0].tool} writes {name!r} already")
        file = work.configuration.first("File") or Element("")
        said = file.attributes.get("MaxRecords", "").strip()
        if said.isascii() and said.isdigit() and 0 < len(said) < 12:
            table = table.rows(table.frame.head(int(said)))
        work.around.outputs.append(Output(work.tool.id, name, form, table, work.configuration))
        return {}


def switched_off(configuration: Element) -> bool:
    """Tell whether the tool alone is switched off."""
    return configuration.flag("Disable")
