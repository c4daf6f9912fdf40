"""What the house is as a whole: its tags, its people, and how much there is of everything."""

from __future__ import annotations

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.routes import surveys
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import COMPANY, Nothing
from jobyard.faces.clearml.wire.surveys import CompaniesOut, TagsIn, TagsOut


@action("organization.get_tags", "2.8", TagsIn, TagsOut)
async def get_tags(call: Call, said: TagsIn) -> Answer:
    """Return the tags of all tasks and models that one sees."""
    tasks = [(one.task.head.tags, one.task.head.system_tags) for one in await surveys.tasks_in(call, None)]
    models = [(one.tags, one.system_tags) for one in await surveys.models_in(call, None)]
    return surveys.tags_of([*tasks, *models], said.filter, system=said.include_system)


@action("organization.get_user_companies", "2.12", Nothing, CompaniesOut)
async def get_user_companies(call: Call, said: Nothing) -> Answer:
    """Return the house with its people: oneself, and for administrators all."""
    people = call.house.engine.people
    if rules.may_house(call.actor, House.MANAGE_USERS):
        names = sorted(one.name for one in await people.users(call.actor) if not one.disabled)
    else:
        names = [call.actor.name]
    owners = [{"id": name, "name": name, "avatar": ""} for name in names]
    return CompaniesOut(companies=[{"id": COMPANY, "name": COMPANY, "allocated": len(owners), "owners": owners}])


ACTIONS = (get_tags, get_user_companies)
