"""Dynamic Input: tables below each other from the files that the records name."""

from __future__ import annotations

from contextlib import closing
from typing import ClassVar

from msgspec.structs import replace

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import FieldType, field
from jobyard.workflows.files import forms
from jobyard.workflows.messages import Status
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.toolbox.file_input import FileInput, opened, read, shape
from jobyard.workflows.toolbox.union import by_name, stacked
from jobyard.workflows.work import Work


class DynamicInput(Craft):
    """All are read as the template says, hold the same fields, and are of the package or were handed in."""

    plugins: ClassVar[frozenset[str]] = frozenset({"DynamicInput"})

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return what is not done here: queries, parts of paths, and what of the files' form is not read."""
        mode, type_ = configuration.said("Mode").strip(), configuration.said("ReadList_Type").strip()
        if mode != "ReadList":
            return [f"reading by {mode!r}"]
        found = [] if type_ == "Path" else [f"changing {type_!r} of a path"]
        if not configuration.said("ReadList_Field").strip():
            found.append("reading files without the field that names them")
        return found + FileInput.unsupported(_template(configuration))

    def run(self, work: Work) -> dict[str, Table]:
        """Return the records of all files, in the order in which they are named."""
        named = work.table()
        one = named.field(work.configuration.said("ReadList_Field").strip())
        paths = work.convert(named.frame[one.name], field(one.name, FieldType.VARIABLE_WIDE_STRING)).to_list()
        if not paths:
            raise WorkflowRefused(reason="no record names a file, so that nobody knows its fields")
        tables, size = list[Table](), 0
        for turn, path in enumerate(paths, start=1):
            work.check()
            if not path or not path.strip():
                raise WorkflowRefused(reason=f"record {turn} names no file")
            table = _table(work, path)
            if tables and shape(table) != shape(tables[0]):
                raise WorkflowRefused(reason=f"{path[:100]!r} has other fields than {paths[0][:100]!r}")
            size += int(table.frame.estimated_size())
            work.afford_bytes(size)
            tables.append(table)
        return {"Output": stacked(work, tables, by_name(tables).items())}


def _template(configuration: Element) -> Element:
    return configuration.first("InputConfiguration", "Configuration") or Element("Configuration")


def _table(work: Work, said: str) -> Table:
    """Read one file; what names it may go on with a part of it, such as a sheet."""
    template = _template(work.configuration)
    told = tuple(replace(one, text=said) if one.name == "File" else one for one in template.children)
    configuration = replace(template, children=told)
    for clause in FileInput.unsupported(configuration):
        raise WorkflowRefused(reason=f"{clause} is not done here, as for {said[:100]!r}")
    path, _ = forms.place(configuration)
    if forms.is_pattern(path):
        raise WorkflowRefused(reason=f"{said[:100]!r} means several files, which is not done here")
    name = forms.base_name(path)
    with closing(opened(work, path)) as file:
        table = read(work, configuration, file, name)
    work.tell(Status.FILE_READ, f"{table.height:,} records were read from {name!r}.")
    return table
