"""`jobyard projects`: who shares jobs and datasets with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cyclopts import App

from jobyard.cli import showing
from jobyard.cli.codes import Code, Trouble
from jobyard.cli.reach import Where, house

if TYPE_CHECKING:
    from jobyard.client import Jobyard
    from jobyard.client.shapes import Project

_HERE = Where()
Role = Literal["viewer", "member", "operator", "administrator"]
app = App(name="projects", help="Share jobs and datasets.", help_format="plaintext")


@app.command
def create(name: str, /, *, where: Where = _HERE) -> int:
    """Make a project; you become its operator.

    Parameters
    ----------
    name
        What people call it.
    """
    with house(where, indoors=True) as client:
        made = client.projects.create(name)
    if where.json:
        showing.print_json(made)
    else:
        showing.print_fields([("id", made.id), ("name", made.name)])
    return Code.OK


@app.command(name="list")
def listed(*, where: Where = _HERE) -> int:
    """List the projects you belong to, with their members."""
    with house(where, indoors=True) as client:
        found = client.projects.all()
    if where.json:
        showing.print_json(found)
        return Code.OK
    rows = [
        (one.name, one.owner, ", ".join(f"{member.user} ({member.role})" for member in one.members), one.id)
        for one in found
    ]
    showing.print_table(("NAME", "OWNER", "MEMBERS", "ID"), rows)
    return Code.OK


@app.command
def member(project: str, user: str, /, *, role: Role = "member", where: Where = _HERE) -> int:
    """Give a user a place in a project, or another role there.

    Parameters
    ----------
    project
        Its name or id.
    user
        The login name.
    role
        viewer, member, operator or administrator.
    """
    with house(where, indoors=True) as client:
        members = client.projects.set_member(_id(client, project), user, role)
    if where.json:
        showing.print_json(members)
    else:
        showing.print_table(("USER", "ROLE"), [(one.user, one.role) for one in members])
    return Code.OK


@app.command
def drop(project: str, user: str, /, *, where: Where = _HERE) -> int:
    """Take a user's place in a project away.

    Parameters
    ----------
    project
        Its name or id.
    user
        The login name.
    """
    with house(where, indoors=True) as client:
        client.projects.drop_member(_id(client, project), user)
    if where.json:
        showing.print_json({"project": project, "user": user, "dropped": True})
    else:
        print(f"{user} has no place in {project} any more")
    return Code.OK


def _id(client: Jobyard, reference: str) -> str:
    found: Project | None = next((one for one in client.projects.all() if reference in (one.id, one.name)), None)
    if found is None:
        raise Trouble(f"there is no project {reference}.", Code.REFUSED)
    return found.id
