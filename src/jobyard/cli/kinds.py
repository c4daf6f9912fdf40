"""`jobyard kinds`: what the house can do."""

from __future__ import annotations

from jobyard.cli import showing
from jobyard.cli.codes import Code
from jobyard.cli.reach import Where, house

_HERE = Where()


def kinds(*, where: Where = _HERE) -> int:
    """Show what this house can do."""
    with house(where, indoors=True) as client:
        found = client.kinds()
    if where.json:
        showing.print_json(found)
        return Code.OK
    rows = [(one.name, one.title, one.queue, str(one.tries), one.least_role) for one in found]
    showing.print_table(("KIND", "TITLE", "QUEUE", "TRIES ", "LEAST ROLE"), rows)
    return Code.OK
