"""Which tools run here. A further tool is one file beside this one, and one line here."""

from __future__ import annotations

from jobyard.workflows.document.record import Tool
from jobyard.workflows.toolbox.append_fields import AppendFields
from jobyard.workflows.toolbox.auto_field import AutoField
from jobyard.workflows.toolbox.browse import BlockUntilDone, Browse
from jobyard.workflows.toolbox.count_records import CountRecords
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.toolbox.cross_tab import CrossTab
from jobyard.workflows.toolbox.date_time import DateTime
from jobyard.workflows.toolbox.file_input import FileInput
from jobyard.workflows.toolbox.file_output import FileOutput
from jobyard.workflows.toolbox.filter import Filter
from jobyard.workflows.toolbox.formula import Formula
from jobyard.workflows.toolbox.generate_rows import GenerateRows
from jobyard.workflows.toolbox.join import Join
from jobyard.workflows.toolbox.message import Message
from jobyard.workflows.toolbox.multi_field import MultiFieldFormula
from jobyard.workflows.toolbox.multi_row import MultiRowFormula
from jobyard.workflows.toolbox.record_id import RecordID
from jobyard.workflows.toolbox.regular_expression import RegularExpression
from jobyard.workflows.toolbox.running_total import RunningTotal
from jobyard.workflows.toolbox.sample import Sample
from jobyard.workflows.toolbox.select import Select
from jobyard.workflows.toolbox.sort import Sort
from jobyard.workflows.toolbox.summarize import Summarize
from jobyard.workflows.toolbox.text_input import TextInput
from jobyard.workflows.toolbox.text_to_columns import TextToColumns
from jobyard.workflows.toolbox.transpose import Transpose
from jobyard.workflows.toolbox.union import Union
from jobyard.workflows.toolbox.unique import Unique

CRAFTS: tuple[type[Craft], ...] = (
    AppendFields,
    AutoField,
    BlockUntilDone,
    Browse,
    CountRecords,
    CrossTab,
    DateTime,
    FileInput,
    FileOutput,
    Filter,
    Formula,
    GenerateRows,
    Join,
    Message,
    MultiFieldFormula,
    MultiRowFormula,
    RecordID,
    RegularExpression,
    RunningTotal,
    Sample,
    Select,
    Sort,
    Summarize,
    TextInput,
    TextToColumns,
    Transpose,
    Union,
    Unique,
)
_BY_PLUGIN = {plugin: craft for craft in CRAFTS for plugin in craft.plugins}


def craft(tool: Tool) -> type[Craft] | None:
    """Return how a tool is done here, or None."""
    return _BY_PLUGIN.get(tool.plugin or tool.title)
