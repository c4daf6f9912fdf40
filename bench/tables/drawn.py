"""The workflow of the measure, as Designer would save it."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import quoteattr

NAME = "sales.yxmd"
_UNKNOWN = '<SelectField field="*Unknown" selected="True"/>'


def _node(number: int, plugin: str, configuration: str, attributes: str = "") -> str:
    gui = f'<GuiSettings Plugin="AlteryxBasePluginsGui.{plugin}.{plugin}"/>'
    return (
        f'<Node ToolID="{number}">{gui}<Properties><Configuration{attributes}>{configuration}</Configuration>'
        "</Properties></Node>"
    )


def _file(name: str) -> str:
    return f"<File>{name}</File>"


def _line(field: str, type_: str, size: int, expression: str) -> str:
    return f'<FormulaField field="{field}" type="{type_}" size="{size}" expression={quoteattr(expression)}/>'


def drawn(folder: Path, *, free_order: bool) -> Path:
    """Save the workflow in a folder. With `free_order` it was made for the newer engine, which promises no order."""
    formulas = _line("worth", "Double", 8, "[pieces] * [price] * (1 - [discount] / 100)")
    formulas += _line("month", "V_String", 7, "Left([day], 7)")
    formulas += _line("note", "V_WString", 254, "UpperCase([note])")
    summed = "".join(
        f'<SummarizeField field="{field}" action="{action}" rename="{name}"/>'
        for field, action, name in (
            ("region", "GroupBy", "region"),
            ("month", "GroupBy", "month"),
            ("worth", "Sum", "worth"),
            ("worth", "Count", "sales"),
            ("worth", "Max", "best"),
            ("note", "CountDistinct", "notes"),
        )
    )
    keys = "".join(f'<JoinInfo connection="{side}"><Field field="shop"/></JoinInfo>' for side in ("Left", "Right"))
    chosen = f'<SelectField field="Right_shop" selected="False"/>{_UNKNOWN}'
    inner = f"<Configuration><SelectFields>{chosen}</SelectFields></Configuration>"
    select = f"<SelectConfiguration>{inner}</SelectConfiguration>"
    nodes = [
        _node(1, "DbFileInput", _file("sales.parquet")),
        _node(2, "DbFileInput", _file("shops.parquet")),
        _node(3, "Filter", "<Mode>Custom</Mode><Expression>[pieces] &gt; 10 AND [day] &gt;= '2023-01-01'</Expression>"),
        _node(4, "Formula", f"<FormulaFields>{formulas}</FormulaFields>"),
        _node(5, "Join", keys + select, ' joinByRecordPos="False"'),
        _node(6, "Summarize", f"<SummarizeFields>{summed}</SummarizeFields>"),
        _node(7, "Sort", '<SortInfo locale="0"><Field field="worth" order="Descending"/></SortInfo>'),
        _node(8, "DbFileOutput", _file("result.parquet")),
    ]
    wires = [(1, "Output", 3, "Input"), (3, "True", 4, "Input"), (4, "Output", 5, "Left"), (2, "Output", 5, "Right")]
    wires += [(5, "Join", 6, "Input"), (6, "Output", 7, "Input"), (7, "Output", 8, "Input")]
    connections = "".join(
        f'<Connection><Origin ToolID="{one}" Connection="{port}"/><Destination ToolID="{other}" Connection="{entry}"/>'
        "</Connection>"
        for one, port, other, entry in wires
    )
    return _saved(folder / NAME, nodes, connections, free_order=free_order)


def _saved(path: Path, nodes: list[str], connections: str, *, free_order: bool) -> Path:
    path.write_text(
        f'<AlteryxDocument yxmdVer="2023.1"><Nodes>{"".join(nodes)}</Nodes><Connections>{connections}</Connections>'
        f'<Properties><RunWithE2 value="{free_order}"/></Properties></AlteryxDocument>',
        encoding="utf-8",
    )
    return path
