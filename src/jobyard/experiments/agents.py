"""Agents: programs that take tasks out of queues. Each says now and then that it lives, and what it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.experiments import rows
from jobyard.experiments.ground import AGENT_SILENCE, Ground, may_work
from jobyard.experiments.machines import samples
from jobyard.experiments.record import KIND, Agent
from jobyard.experiments.refusals import AgentNotFound, LineNotFound
from jobyard.experiments.tasks import Tasks
from jobyard.job.clock import SECOND
from jobyard.job.errors import Refused
from jobyard.people.record import Actor, Role
from jobyard.store.contract import Transaction, View, WorkerRow

LONGEST = 30 * 86_400 * SECOND
_AHEAD = 86_400 * SECOND
"""How far ahead an agent's clock may be."""
SESSION = "agent"
"""The session under which the house shows an agent among its workers."""


class Hello(Struct, frozen=True, kw_only=True):
    """What an agent says of itself; None leaves a thing as it is."""

    queues: Sequence[str] | None = None
    tags: Sequence[str] | None = None
    system_tags: Sequence[str] | None = None
    timeout: int | None = None
    """Seconds of silence after which it counts as gone."""
    task: str | None = None
    queue: str | None = None
    at: int | None = None
    """When it said so by its own clock."""
    machine: Mapping[str, Any] = {}
    """What it tells of its machine: numbers, or lists of them, by metric."""
    address: str = ""


class Agents:
    """Hear and list agents."""

    def __init__(self, ground: Ground, tasks: Tasks) -> None:
        self._ground = ground
        self._tasks = tasks

    async def register(self, actor: Actor, name: str, hello: Hello) -> Agent:
        """Note an agent. Raises LineNotFound for a queue that is not there."""
        may_work(actor)

        def work(transaction: Transaction) -> Agent:
            for queue in hello.queues or ():
                if rows.line(transaction, queue) is None:
                    raise LineNotFound(name=queue)
            return self._heard(transaction, actor, name, hello, reported=False)

        return await self._ground.write(work)

    async def report(self, actor: Actor, name: str, hello: Hello) -> Agent:
        """Note that an agent lives and what it runs, and with that, that the task lives."""
        may_work(actor)

        def work(transaction: Transaction) -> Agent:
            heard = self._heard(transaction, actor, name, hello, reported=True)
            now = self._ground.now()
            at = now if hello.at is None else min(max(hello.at, now - samples.KEPT), now + _AHEAD)
            samples.put(transaction, name, at, hello.machine, active=bool(hello.task))
            return heard

        heard = await self._ground.write(work)
        if hello.task:
            await self._tasks.hear(actor, [hello.task], name)
        return heard

    async def unregister(self, actor: Actor, name: str) -> None:
        """Forget an agent. Raises AgentNotFound."""

        def work(transaction: Transaction) -> None:
            known = rows.agent(transaction, name)
            if known is None:
                raise AgentNotFound(name=name)
            _require_own(actor, known)
            transaction.run(rows.AGENTS["delete_agent"], {"name": name})
            if any(row.name == name and row.session == SESSION for row in transaction.workers()):
                transaction.drop_worker(name)

        await self._ground.write(work)

    async def all(self, actor: Actor, within: int | None = None) -> list[Agent]:
        """Return the agents that live, or those heard within so many seconds, by name."""
        rules.require_house(actor, House.SEE_QUEUES)
        now = self._ground.now()

        def work(view: View) -> list[Agent]:
            return [
                one for one in rows.agents(view) if now - one.heard_at < (within * SECOND if within else one.timeout)
            ]

        return await self._ground.read(work)

    def _heard(self, transaction: Transaction, actor: Actor, name: str, hello: Hello, *, reported: bool) -> Agent:
        now, known = self._ground.now(), rows.agent(transaction, name)
        if known is not None and now - known.heard_at < known.timeout:
            _require_own(actor, known)
        fresh = known or Agent(name=name, owner=actor.name, timeout=AGENT_SILENCE, registered_at=now, heard_at=now)
        said = {
            key: tuple(value) for key in ("queues", "tags", "system_tags") if (value := getattr(hello, key)) is not None
        }
        timeout = fresh.timeout if hello.timeout is None else min(max(hello.timeout, 1) * SECOND, LONGEST)
        changed = replace(fresh, heard_at=now, owner=actor.name, timeout=timeout, **said)
        if reported:
            changed = replace(changed, reported_at=now, task=hello.task or "", queue=hello.queue or "")
        changed = replace(changed, address=hello.address or fresh.address)
        rows.put_agent(transaction, changed)
        self._shown(transaction, changed)
        return changed

    def _shown(self, transaction: Transaction, agent: Agent) -> None:
        """Show an agent among the house's workers, unless one of those has its name."""
        known = next((row for row in transaction.workers() if row.name == agent.name), None)
        if known is not None and known.session != SESSION:
            return
        lines = (rows.line(transaction, id_) for id_ in agent.queues)
        row = WorkerRow(
            name=agent.name,
            session=SESSION,
            host=agent.address,
            queues=tuple(line.name for line in lines if line is not None),
            kinds=(KIND,),
            started_at=agent.registered_at,
            seen_at=agent.heard_at,
        )
        transaction.put_worker(row)


def _require_own(actor: Actor, agent: Agent) -> None:
    if agent.owner != actor.name and not rules.at_least(actor.role, Role.OPERATOR):
        raise Refused(verb="speak for an agent of somebody else")
