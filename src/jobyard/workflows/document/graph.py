"""Which tools run, in which order. Pure: a document in, a plan of its wires out."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable

from msgspec import Struct

from jobyard.workflows.document.record import Document, Tool, Wire
from jobyard.workflows.refusals import WorkflowRefused

_WIRES = frozenset({"Action", "Question"})


class Route(Struct, frozen=True, kw_only=True):
    """The tools of a document that run, each behind all it takes from."""

    tools: tuple[Tool, ...]
    into: dict[int, tuple[Wire, ...]]
    """For each tool the wires that lead into it, in the order in which it takes them."""
    out: dict[int, tuple[Wire, ...]]


def route(document: Document) -> Route:
    """Return what runs, in order. Raises WorkflowRefused naming the tools when they wait for each other."""
    running = {tool.id: tool for tool in document.tools if _runs(tool)}
    wires = [wire for wire in document.wires if _carries(wire, running)]
    into, out = _by(wires, lambda wire: wire.target), _by(wires, lambda wire: wire.origin)
    order = _ordered(running, into, out)
    if len(order) < len(running):
        stuck = sorted(set(running) - {tool.id for tool in order})
        names = ", ".join(f"{running[one].title} ({one})" for one in stuck[:5])
        raise WorkflowRefused(reason=f"these tools wait for each other in a circle: {names}")
    return Route(
        tools=tuple(order),
        into={id_: tuple(sorted(found, key=_turn)) for id_, found in into.items()},
        out={id_: tuple(found) for id_, found in out.items()},
    )


def _runs(tool: Tool) -> bool:
    return not tool.disabled and not tool.interface


def _carries(wire: Wire, running: dict[int, Tool]) -> bool:
    data = wire.entry not in _WIRES and wire.port not in _WIRES
    return data and wire.origin in running and wire.target in running


def _by(wires: Iterable[Wire], key: object) -> dict[int, list[Wire]]:
    found = defaultdict[int, list[Wire]](list)
    for wire in wires:
        found[key(wire)].append(wire)  # type: ignore[operator]  # one of the two lambdas above
    return found


def _turn(wire: Wire) -> tuple[int, str]:
    """Sort `#2` before `#10`; wires without a number keep their order behind."""
    number = wire.name.removeprefix("#")
    return (int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 1_000_000_000, wire.entry)


def _ordered(running: dict[int, Tool], into: dict[int, list[Wire]], out: dict[int, list[Wire]]) -> list[Tool]:
    missing = {id_: len(into.get(id_, ())) for id_ in running}
    ready = deque(id_ for id_, count in missing.items() if count == 0)
    order = []
    while ready:
        id_ = ready.popleft()
        order.append(running[id_])
        for wire in out.get(id_, ()):
            missing[wire.target] -= 1
            if missing[wire.target] == 0:
                ready.append(wire.target)
    return order
