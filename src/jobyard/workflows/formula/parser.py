"""From the words of a formula to its tree."""

from __future__ import annotations

from jobyard.workflows.formula.tokens import Sort, Token, tokens
from jobyard.workflows.formula.tree import Applied, Chosen, Literal, Named, Node
from jobyard.workflows.refusals import FormulaWrong

DEEPEST = 120
"""Levels of a formula's tree."""
_MOST_NODES = 20_000
_STRENGTHS = {
    **dict.fromkeys(("||", "OR"), 1),
    **dict.fromkeys(("&&", "AND"), 2),
    **dict.fromkeys(("=", "==", "!=", "<>", "<", "<=", ">", ">=", "IN", "NOT"), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "/", "%"), 6),
}
_NOT = 3
_SPELLED = {"==": "=", "<>": "!=", "&&": "AND", "||": "OR"}
_RESERVED = frozenset({"THEN", "ELSE", "ELSEIF", "ENDIF", "AND", "OR", "IN"})
_ROWS_AWAY = 1_000


def parsed(formula: str) -> Node:
    """Return the tree of a formula. Raises FormulaWrong with the place."""
    reading = _Reading(tokens(formula))
    tree = reading.expression(0)
    reading.expect_end()
    return tree


class _Reading:
    """Reads from left to right, stronger operators first."""

    def __init__(self, words: list[Token]) -> None:
        self._words = words
        self._place = 0
        self._depths: dict[int, int] = {}
        self._within = 0

    def expression(self, weakest: int) -> Node:
        self._within += 1
        if self._within > DEEPEST:
            raise self._wrong("The formula is nested too deeply")
        left = self._first()
        while (strength := self._strength()) > weakest:
            left = self._joined(left, strength)
        self._within -= 1
        return left

    def expect_end(self) -> None:
        if self._word.sort is not Sort.END:
            raise self._wrong(f"{self._word.text[:40]!r} was not expected")

    @property
    def _word(self) -> Token:
        return self._words[self._place]

    def _wrong(self, reason: str) -> FormulaWrong:
        return FormulaWrong(reason=reason, at=self._word.at + 1)

    def _strength(self) -> int:
        word = self._word
        if word.sort is Sort.SIGN:
            return _STRENGTHS.get(word.text, 0)
        return _STRENGTHS.get(word.text.upper(), 0) if word.sort is Sort.NAME else 0

    def _take(self) -> Token:
        word = self._word
        self._place += 1
        return word

    def _is(self, text: str) -> bool:
        return self._word.sort in {Sort.NAME, Sort.SIGN} and self._word.text.upper() == text

    def _expect(self, text: str) -> Token:
        if not self._is(text):
            found = self._word.text[:40] or "the end"
            raise self._wrong(f"{text} was expected, not {found}")
        return self._take()

    def _joined(self, left: Node, strength: int) -> Node:
        word = self._take()
        sign = word.text.upper()
        if sign in {"IN", "NOT"}:
            if sign == "NOT":
                self._expect("IN")
            found: Node = self._node(Applied("IN", (left, *self._listed()), word.at))
            return self._node(Applied("NOT", (found,), word.at)) if sign == "NOT" else found
        right = self.expression(strength)
        return self._node(Applied(_SPELLED.get(sign, sign), (left, right), word.at))

    def _node(self, node: Applied | Chosen) -> Node:
        """Look at how deep a tree became; long chains of operators lean to the left."""
        if isinstance(node, Applied):
            children: tuple[Node, ...] = node.arguments
        else:
            children = (*(one for case in node.cases for one in case), node.otherwise)
        depth = 1 + max((self._depths.get(id(child), 0) for child in children), default=0)
        if depth > DEEPEST or len(self._depths) > _MOST_NODES:
            raise self._wrong("The formula is nested too deeply")
        self._depths[id(node)] = depth
        return node

    def _first(self) -> Node:
        word = self._take()
        if word.sort is Sort.NUMBER:
            whole = word.text.isdigit() and len(word.text) <= 18
            return Literal(int(word.text) if whole else float(word.text), word.at)
        if word.sort is Sort.TEXT:
            return Literal(word.text, word.at)
        if word.sort is Sort.COLUMN:
            return self._column(word)
        if word.sort is Sort.NAME:
            return self._named(word)
        if word.text in {"-", "+"}:
            return self._signed(word)
        if word.text == "!":
            return self._node(Applied("NOT", (self.expression(_NOT),), word.at))
        if word.text == "(":
            inner = self.expression(0)
            self._expect(")")
            return inner
        self._place -= 1
        raise self._wrong(f"{word.text[:40]!r} was not expected" if word.text else "The formula ends too early")

    def _signed(self, word: Token) -> Node:
        operand = self.expression(6)
        if isinstance(operand, Literal) and isinstance(operand.value, int | float):
            return Literal(-operand.value if word.text == "-" else operand.value, word.at)
        return self._node(Applied("negative", (operand,), word.at)) if word.text == "-" else operand

    def _column(self, word: Token) -> Node:
        start, colon, name = word.text.partition(":")
        folded = start.strip().lower()
        if colon and (folded in {"row", "active row"} or folded.startswith(("row+", "row-"))):
            away = folded.removeprefix("active ").removeprefix("row").strip()
            if away and not (away[1:].isdigit() and away[1:].isascii() and int(away[1:]) <= _ROWS_AWAY):
                raise FormulaWrong(reason=f"[{word.text[:60]}] names no row within {_ROWS_AWAY:,}", at=word.at + 1)
            return Named(name, word.at, int(away or "0"))
        return Named(word.text, word.at)

    def _named(self, word: Token) -> Node:
        name = word.text.upper()
        if name == "IF":
            return self._choice(word)
        if name == "NOT":
            return self._node(Applied("NOT", (self.expression(_NOT),), word.at))
        if name in _RESERVED:
            self._place -= 1
            raise self._wrong(f"{word.text} was not expected")
        if self._is("("):
            return self._node(Applied(name, self._listed(), word.at))
        if name in {"TRUE", "FALSE"}:
            return Literal(name == "TRUE", word.at)
        return Named(word.text, word.at)

    def _listed(self) -> tuple[Node, ...]:
        self._expect("(")
        found = list[Node]()
        while not self._is(")"):
            if found:
                self._expect(",")
            found.append(self.expression(0))
        self._take()
        return tuple(found)

    def _choice(self, word: Token) -> Node:
        cases = []
        while True:
            condition = self.expression(0)
            self._expect("THEN")
            cases.append((condition, self.expression(0)))
            if not self._is("ELSEIF"):
                break
            self._take()
        otherwise: Node = Literal(None, word.at)
        if self._is("ELSE"):
            self._take()
            otherwise = self.expression(0)
        self._expect("ENDIF")
        return self._node(Chosen(tuple(cases), otherwise, word.at))
