"""Fields of several tables that are matched by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import Field
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table, unlike
from jobyard.workflows.toolbox.craft import input_number

_Columns = dict[int, str]


def unsupported(configuration: Element) -> list[str]:
    """Return what of a matching by hand is not done here, each as a clause."""
    fields = [field for one in _told(configuration) for field in one.every("RecordInfo", "Field")]
    alone = any(input_number(field.attributes.get("column", "")) is None for field in fields)
    return ["a field without a column"] if alone else []


def by_hand(configuration: Element, names: Sequence[str], tables: Sequence[Table]) -> dict[str, list[Field | None]]:
    """Return what of each table goes into each column, by the name that the first table gives it.

    Raises WorkflowRefused where the tables hold other fields than were matched.
    """
    told = {one.attributes.get("name", ""): _columns(one) for one in _told(configuration)}
    known = [_fields(name, table, told) for name, table in zip(names, tables, strict=True)]
    found = dict[str, list[Field | None]]()
    for column in sorted({column for fields in known for column in fields}):
        fields = [one.get(column) for one in known]
        name = next(one.name for one in fields if one)
        found[unlike(name, list(found))] = fields
    return found


def _told(configuration: Element) -> Sequence[Element]:
    return configuration.every("MultiMetaInfo", "MetaInfo")


def _columns(told: Element) -> _Columns:
    found, name = _Columns(), told.attributes.get("name", "")
    for field in told.every("RecordInfo", "Field"):
        column = input_number(field.attributes.get("column", "")) or 0
        if column in found:
            raise WorkflowRefused(reason=f"two fields of {name} in one column")
        found[column] = field.attributes.get("name", "")
    return found


def _fields(name: str, table: Table, told: Mapping[str, _Columns]) -> dict[int, Field]:
    if name not in told:
        raise WorkflowRefused(reason=f"how fields of {name} are matched is not said")
    fields = {column: table.field(field) for column, field in told[name].items()}
    matched = {field.name for field in fields.values()}
    others = [field.name for field in table.fields if field.name not in matched]
    if others:
        raise WorkflowRefused(reason=f"its field {others[0]!r} of {name} is not matched with others")
    return fields
