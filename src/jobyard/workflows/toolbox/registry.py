"""Which tools run here. A further tool is one file beside this one, and one line here."""

from __future__ import annotations

from jobyard.workflows.document.record import Tool
from jobyard.workflows.toolbox.append_fields import AppendFields
from jobyard.workflows.toolbox.auto_field import AutoField
from jobyard.workflows.toolbox.browse import BlockUntilDone, Browse
from jobyard.workflows.toolbox.cleanse import Cleanse
from jobyard.workflows.toolbox.count_records import CountRecords
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.toolbox.cross_tab import CrossTab
from jobyard.workflows.toolbox.date_time import DateTime
from jobyard.workflows.toolbox.detour import Detour, DetourEnd
from jobyard.workflows.toolbox.dynamic_input import DynamicInput
from jobyard.workflows.toolbox.dynamic_rename import DynamicRename
from jobyard.workflows.toolbox.dynamic_select import DynamicSelect
from jobyard.workflows.toolbox.field_info import FieldInfo
from jobyard.workflows.toolbox.file_input import FileInput
from jobyard.workflows.toolbox.file_output import FileOutput
from jobyard.workflows.toolbox.filter import Filter
from jobyard.workflows.toolbox.find_replace import FindReplace
from jobyard.workflows.toolbox.formula import Formula
from jobyard.workflows.toolbox.generate_rows import GenerateRows
from jobyard.workflows.toolbox.imputation import Imputation
from jobyard.workflows.toolbox.join import Join
from jobyard.workflows.toolbox.join_multiple import JoinMultiple
from jobyard.workflows.toolbox.json_parse import JsonParse
from jobyard.workflows.toolbox.message import Message
from jobyard.workflows.toolbox.multi_field import MultiFieldFormula
from jobyard.workflows.toolbox.multi_row import MultiRowFormula
from jobyard.workflows.toolbox.record_id import RecordID
from jobyard.workflows.toolbox.regular_expression import RegularExpression
from jobyard.workflows.toolbox.running_total import RunningTotal
from jobyard.workflows.toolbox.sample import Sample
from jobyard.workflows.toolbox.select import Select
from jobyard.workflows.toolbox.select_records import SelectRecords
from jobyard.workflows.toolbox.sort import Sort
from jobyard.workflows.toolbox.summarize import Summarize
from jobyard.workflows.toolbox.testing import Testing
from jobyard.workflows.toolbox.text_input import TextInput
from jobyard.workflows.toolbox.text_to_columns import TextToColumns
from jobyard.workflows.toolbox.tile import Tile
from jobyard.workflows.toolbox.transpose import Transpose
from jobyard.workflows.toolbox.union import Union
from jobyard.workflows.toolbox.unique import Unique
from jobyard.workflows.toolbox.weighted_average import WeightedAverage
from jobyard.workflows.toolbox.xml_parse import XmlParse

CRAFTS: tuple[type[Craft], ...] = (
    AppendFields,
    AutoField,
    BlockUntilDone,
    Browse,
    Cleanse,
    CountRecords,
    CrossTab,
    DateTime,
    Detour,
    DetourEnd,
    DynamicInput,
    DynamicRename,
    DynamicSelect,
    FieldInfo,
    FileInput,
    FileOutput,
    Filter,
    FindReplace,
    Formula,
    GenerateRows,
    Imputation,
    Join,
    JoinMultiple,
    JsonParse,
    Message,
    MultiFieldFormula,
    MultiRowFormula,
    RecordID,
    RegularExpression,
    RunningTotal,
    Sample,
    Select,
    SelectRecords,
    Sort,
    Summarize,
    Testing,
    TextInput,
    TextToColumns,
    Tile,
    Transpose,
    Union,
    Unique,
    WeightedAverage,
    XmlParse,
)
_BY_PLUGIN = {plugin: craft for craft in CRAFTS for plugin in craft.plugins}
MACROS = {plugin.lower(): plugin for plugin in _BY_PLUGIN if plugin.endswith(".yxmc")}
"""The macros that Designer brings along and that are done here, by the names of their files in small letters."""


def craft(tool: Tool) -> type[Craft] | None:
    """Return how a tool is done here, or None."""
    return _BY_PLUGIN.get(tool.plugin)
