from __future__ import annotations

import pytest

from jobyard.workflows.document.record import Tool
from jobyard.workflows.document.titles import title_of
from jobyard.workflows.toolbox.registry import CRAFTS


@pytest.mark.parametrize(
    ("plugin", "title"),
    [
        ("DbFileInput", "Input Data"),
        ("AlteryxSelect", "Select"),
        ("BrowseV2", "Browse"),
        ("RecordID", "Record ID"),
        ("TextToColumns", "Text To Columns"),
        ("MultiRowFormula", "Multi-Row Formula"),
        ("PearsonCorrelation", "Pearson Correlation"),
        ("Cleanse.yxmc", "Data Cleansing"),
        ("Some_Tool", "Some Tool"),
        ("", ""),
    ],
)
def test_a_tool_is_called_what_stands_on_its_button(plugin: str, title: str) -> None:
    assert title_of(plugin) == title


def test_every_tool_done_here_has_a_name_in_words() -> None:
    titles = [title_of(plugin) for craft in CRAFTS for plugin in craft.plugins]
    assert titles and not [title for title in titles if "." in title or "  " in title or title[:1].islower()]


def test_a_macro_is_called_by_its_file() -> None:
    assert Tool(id=1, plugin="", macro="Macros\\MyOwn.yxmc").title == "MyOwn.yxmc"
