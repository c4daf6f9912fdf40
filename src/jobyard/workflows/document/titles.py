"""What people call a tool that documents call by its program's name."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType

_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "AlteryxSelect": "Select",
        "BrowseV2": "Browse",
        "Cleanse.yxmc": "Data Cleansing",
        "CountRecords.yxmc": "Count Records",
        "DateTime": "DateTime",
        "DbFileInput": "Input Data",
        "DbFileOutput": "Output Data",
        "Imputation_v2.yxmc": "Imputation",
        "Imputation_v3.yxmc": "Imputation",
        "JSONParse": "JSON Parse",
        "MultiFieldFormula": "Multi-Field Formula",
        "MultiRowFormula": "Multi-Row Formula",
        "RegEx": "RegEx",
        "SelectRecords.yxmc": "Select Records",
        "WeightedAvg.yxmc": "Weighted Average",
        "XMLParse": "XML Parse",
    }
)


def title_of(plugin: str) -> str:
    """Return the name on a tool's button for the name of its program: in words, since programs have none."""
    known = _TITLES.get(plugin)
    if known is not None:
        return known
    letters = [f"{one} " if one.islower() and after.isupper() else one for one, after in pairwise(f"{plugin} ")]
    return "".join(letters).replace("_", " ")
