"""Giving a formula's tree its columns and its functions. Everything that can be wrong with a formula is found here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jobyard.workflows.fields import texts
from jobyard.workflows.fields.record import Field
from jobyard.workflows.formula.bound import Bound, Call, Choice, Chooser, Column, Constant, Function
from jobyard.workflows.formula.conversions import conversion
from jobyard.workflows.formula.functions.catalog import CHOICES
from jobyard.workflows.formula.kinds import DATED, Kind, kind_of
from jobyard.workflows.formula.parser import parsed
from jobyard.workflows.formula.signatures import can_become, united
from jobyard.workflows.formula.tree import Applied, Chosen, Literal, Named, Node
from jobyard.workflows.refusals import FormulaWrong

_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">=", "IN", "BETWEEN"})
_LITERALS = ((bool, Kind.BOOL), (int, Kind.INTEGER), (float, Kind.NUMBER), (str, Kind.TEXT))
_DAY, _MOMENT = 10, 19


class Binder:
    """Knows the columns of a table, the functions of a run, and constants; one of these that is None is no number."""

    def __init__(
        self,
        fields: Sequence[Field],
        functions: Mapping[str, Function | Chooser],
        *,
        other_rows: bool = False,
        constants: Mapping[str, str | float | None] | None = None,
    ) -> None:
        self._columns = {field.name.casefold(): (field.name, kind_of(field.type)) for field in fields}
        self._functions = functions
        self._other_rows = other_rows
        self._constants = constants or {}

    def bound(self, formula: str) -> Bound:
        """Return a formula ready to compute. Raises FormulaWrong with the place."""
        return self._bound(parsed(formula))

    def condition(self, formula: str) -> Bound:
        """Return a formula whose result is a truth value. Raises FormulaWrong."""
        found = self.bound(formula)
        if not can_become(found.kind, Kind.BOOL):
            raise FormulaWrong(reason=f"A condition is wanted, and this is {found.kind}", at=1)
        return converted(found, Kind.BOOL)

    def _bound(self, node: Node) -> Bound:
        if isinstance(node, Literal):
            kind = next((kind for type_, kind in _LITERALS if isinstance(node.value, type_)), Kind.NOTHING)
            return Constant(node.value, kind)
        if isinstance(node, Named):
            return self._column(node)
        if isinstance(node, Chosen):
            cases = [(self._bound(condition), self._bound(result)) for condition, result in node.cases]
            return self._choice(cases, self._bound(node.otherwise), node.at)
        if node.name in CHOICES:
            return self._choosing(node)
        return self._call(node, [self._bound(argument) for argument in node.arguments])

    def _column(self, node: Named) -> Bound:
        found = self._columns.get(node.name.casefold())
        if found is None and node.name.casefold() in self._constants:
            return self._told(node)
        if found is None:
            raise FormulaWrong(reason=f"There is no column [{node.name[:100]}]", at=node.at + 1)
        if node.row is not None and not self._other_rows:
            raise FormulaWrong(reason="Only a Multi-Row Formula sees other rows", at=node.at + 1)
        return Column(found[0], found[1], node.row or 0)

    def _told(self, node: Named) -> Bound:
        value = self._constants[node.name.casefold()]
        if value is None:
            raise FormulaWrong(reason=f"The constant [{node.name[:100]}] is no number", at=node.at + 1)
        return Constant(value, next(kind for type_, kind in _LITERALS if isinstance(value, type_)))

    def _call(self, node: Applied, arguments: list[Bound]) -> Bound:
        known = self._functions.get(node.name)
        if known is None:
            raise FormulaWrong(reason=f"There is no function {node.name[:60]}", at=node.at + 1)
        if node.name in _COMPARISONS:
            arguments = _dates_of_texts(arguments)
        try:
            function = known if isinstance(known, Function) else known(arguments)
            wanted, kind = function.signature([argument.kind for argument in arguments])
        except ValueError as error:
            raise FormulaWrong(reason=f"{node.name}: {error}", at=node.at + 1) from None
        given = tuple(converted(one, other) for one, other in zip(arguments, wanted, strict=True))
        return _folded(Call(function, given, kind))

    def _choosing(self, node: Applied) -> Bound:
        arguments = [self._bound(argument) for argument in node.arguments]
        if node.name == "IIF":
            if len(arguments) != 3:
                raise FormulaWrong(reason=f"IIF takes 3 arguments, not {len(arguments)}", at=node.at + 1)
            return self._choice([(arguments[0], arguments[1])], arguments[2], node.at)
        if len(arguments) < 4 or len(arguments) % 2:
            raise FormulaWrong(reason="Switch takes a value, a default, and pairs of cases and results", at=node.at + 1)
        equals = Applied("=", (), node.at)
        cases = [
            (self._call(equals, [arguments[0], case]), result)
            for case, result in zip(arguments[2::2], arguments[3::2], strict=True)
        ]
        return self._choice(cases, arguments[1], node.at)

    def _choice(self, cases: list[tuple[Bound, Bound]], otherwise: Bound, at: int) -> Bound:
        try:
            kind = united([*(result.kind for _, result in cases), otherwise.kind])
        except ValueError as error:
            raise FormulaWrong(reason=f"The results are of different kinds: {error}", at=at + 1) from None
        for condition, _ in cases:
            if not can_become(condition.kind, Kind.BOOL):
                raise FormulaWrong(reason=f"A condition is wanted, and this is {condition.kind}", at=at + 1)
        ready = [(converted(condition, Kind.BOOL), converted(result, kind)) for condition, result in cases]
        return _decided(ready, converted(otherwise, kind), kind)


def converted(node: Bound, wanted: Kind) -> Bound:
    """Return a node whose value has the wanted kind."""
    function = conversion(node.kind, wanted)
    return node if function is None else _folded(Call(function, (node,), wanted))


def _decided(cases: list[tuple[Bound, Bound]], otherwise: Bound, kind: Kind) -> Bound:
    """Leave away what is known before the first row never to be chosen."""
    open_ones = list[tuple[Bound, Bound]]()
    for condition, result in cases:
        if not isinstance(condition, Constant):
            open_ones.append((condition, result))
        elif condition.value:
            otherwise = result
            break
    return Choice(tuple(open_ones), otherwise, kind) if open_ones else otherwise


def _folded(call: Call) -> Bound:
    """Compute at once what is the same in every row."""
    function = call.function
    if not function.pure or not all(isinstance(argument, Constant) for argument in call.arguments):
        return call
    values = [argument.value for argument in call.arguments if isinstance(argument, Constant)]
    if None in values and not function.sees_null:
        return Constant(None, call.kind)
    if function.wrong is not None and function.wrong(values[0]):
        return call
    try:
        found = function.row(*values)
    except ValueError as error:
        raise FormulaWrong(reason=f"{function.name}: {error}", at=1) from None
    return call if found is None and function.complaint else Constant(found, call.kind)


def _dates_of_texts(arguments: list[Bound]) -> list[Bound]:
    """Read texts that stand in the formula as dates where they are compared with one."""
    kinds = {argument.kind for argument in arguments} & DATED
    if len(kinds) != 1:
        return arguments
    return [_date_of_text(argument, next(iter(kinds))) for argument in arguments]


def _date_of_text(argument: Bound, kind: Kind) -> Bound:
    if not isinstance(argument, Constant) or not isinstance(argument.value, str):
        return argument
    text = argument.value
    if kind is Kind.DATE:
        found = texts.day(text) if len(text) == _DAY else None
        later = texts.moment(text) if len(text) >= _MOMENT else None
        return Constant(later, Kind.MOMENT) if later else Constant(found, kind) if found else argument
    moment = texts.moment(text) if kind is Kind.MOMENT else texts.clock(text)
    return Constant(moment, kind) if moment is not None else argument
