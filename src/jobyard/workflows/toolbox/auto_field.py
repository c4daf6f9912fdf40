"""Auto Field: texts become the smallest type that holds all of them."""

from __future__ import annotations

from typing import ClassVar

from jobyard.workflows.fields.inference import inferred
from jobyard.workflows.fields.record import TEXTS
from jobyard.workflows.table import Table
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.work import Work


class AutoField(Craft):
    """Numbers that begin with a zero stay text."""

    plugins: ClassVar[frozenset[str]] = frozenset({"AutoField"})

    def run(self, work: Work) -> dict[str, Table]:
        """Return the same values in smaller fields."""
        table = work.table()
        listed = {
            one.attributes.get("field", "").casefold(): one.ticked("selected")
            for one in work.configuration.every("Fields", "Field")
        }
        others = listed.get("*unknown", True)
        for field in table.fields:
            work.check()
            if field.type in TEXTS and listed.get(field.name.casefold(), others):
                column = table.frame[field.name]
                target = inferred(field.name, column, field.source)
                table = table.set(target, work.convert(column, target))
        return {"Output": table}
