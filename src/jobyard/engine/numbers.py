"""Kept numbers: what has a name or an id of ours and no number gets one, for protocols that count everything."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from jobyard.engine.ledger import Ledger
from jobyard.store.contract import Card, Transaction, View

_DIGITS = 12
"""Numbers are written with so many digits, so that their cards sort as they do."""


class Numbers:
    """Gives out numbers from 1 on, one line a sort of thing. A number once given stays, also when the thing is gone."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[tuple[str, str], int] = {}

    async def of(self, line: str, names: Iterable[str]) -> dict[str, int]:
        """Return the numbers of things by their names, given now where they had none."""
        wanted = dict.fromkeys(names)
        missing = [name for name in wanted if (line, name) not in self._known]
        if missing:
            found = await self._ledger.read(lambda view: _found(view, line, missing))
            if len(found) < len(missing):
                found = await self._ledger.write(lambda transaction: _given(transaction, line, missing))
            self._known |= {(line, name): number for name, number in found.items()}
        return {name: self._known[line, name] for name in wanted}

    async def one(self, line: str, name: str) -> int:
        """Return the number of one thing."""
        return (await self.of(line, [name]))[name]

    async def named(self, line: str, number: int) -> str | None:
        """Return the name of what has a number; None where nothing has."""
        if not 0 < number < 10**_DIGITS:
            return None
        card = await self._ledger.read(lambda view: view.card(_backward(line), _place(number)))
        return None if card is None else msgspec.json.decode(card.body, type=str)


def _found(view: View, line: str, names: list[str]) -> dict[str, int]:
    cards = ((name, view.card(_forward(line), name)) for name in names)
    return {name: msgspec.json.decode(card.body, type=int) for name, card in cards if card is not None}


def _given(transaction: Transaction, line: str, names: list[str]) -> dict[str, int]:
    transaction.alone(_forward(line))
    found = _found(transaction, line, names)
    last = transaction.cards(_backward(line), newest=True, limit=1)
    number = int(last[0].id) if last else 0
    for name in names:
        if name in found:
            continue
        number += 1
        body = msgspec.json.encode(name).decode("utf-8")
        transaction.put_card(Card(drawer=_forward(line), id=name, body=str(number)))
        transaction.put_card(Card(drawer=_backward(line), id=_place(number), body=body))
        found[name] = number
    return found


def _forward(line: str) -> str:
    return f"number of {line}"


def _backward(line: str) -> str:
    return f"{line} by number"


def _place(number: int) -> str:
    return f"{number:0{_DIGITS}d}"
