from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.workflows.apps import answered, unsupported
from jobyard.workflows.document.reading import document
from jobyard.workflows.document.record import Document
from jobyard.workflows.refusals import WorkflowRefused, WrongAnswer
from tests.workflows.drawing import NOW, Canvas, ran

QUESTION = (
    '<Question><Type>{}</Type><Description>Say it</Description><Name>{}</Name><ToolId value="{}"/>'
    "<Default>{}</Default>{}</Question>"
)
ACTION = (
    "<Action><Type>UpdateValue</Type><Description/><ToolId value='{}'/><Mode>Simple</Mode><Variable/>{}"
    "<Destination>{}</Destination></Action>"
)


def app(questions: str, actions: str = "", *, formula: str = "[n] &gt; %Question.Least%", name: str = "") -> Canvas:
    """Draw an app: three numbers, a Filter that an answer stands in, and the interface's own tools."""
    canvas = Canvas(
        properties="<Constants><Constant><Namespace>User</Namespace><Name>Title</Name><Value>T</Value></Constant>"
        "</Constants><RuntimeProperties><Actions><NoCondition><True>"
        f"{actions}</True></NoCondition></Actions><Questions><Question><Type>Tab</Type><Name>Tab (90)</Name>"
        f'<ToolId value="90"/><Questions>{questions}</Questions></Question></Questions></RuntimeProperties>'
    )
    source = canvas.text(["n"], [1], [2], [3])
    parted = canvas.tool("Filter", f"<Mode>Custom</Mode><Expression>{formula}</Expression>", Input=source)
    canvas.show(parted, "True")
    canvas.raw('<Node ToolID="50"><GuiSettings Plugin="AlteryxGuiToolkit.Questions.TextBox.QuestionTextBox"/></Node>')
    canvas.raw('<Node ToolID="60"><GuiSettings Plugin="AlteryxGuiToolkit.Action.Action"/></Node>')
    canvas.wire(50, "Question", 60, "Question", name)
    canvas.wire(60, "Action", 2, "Action")
    return canvas


def read(canvas: Canvas) -> Document:
    return document(canvas.document(), "app.yxwz")


def numbers(canvas: Canvas, folder: Path, answers: dict[str, str]) -> list[int]:
    outcome = ran(canvas.saved(folder, name="app.yxwz"), folder, answers)
    return [int(row[0]) for row in outcome.browsed[3].frame.rows()]


def test_questions_are_listed_without_what_only_holds_them() -> None:
    manual = "<Multiple value='True'/><ManualValues>One:1\nTwo:2</ManualValues>"
    found = read(
        app(QUESTION.format("TextBox", "Least", 50, "1", "") + QUESTION.format("ListBox", "L", 51, "", manual))
    )
    assert [(one.id, one.type, one.name, one.default) for one in found.questions] == [
        (50, "TextBox", "Least", "1"),
        (51, "ListBox", "L", ""),
    ]
    assert found.questions[1].items == (("One", "1"), ("Two", "2"))
    assert found.questions[1].multiple


def test_answers_and_defaults_stand_in_for_constants(tmp_path: Path) -> None:
    canvas = app(QUESTION.format("NumericUpDown", "Least", 50, "1", ""))
    assert numbers(canvas, tmp_path, {}) == [2, 3]
    assert numbers(canvas, tmp_path, {"least": "2"}) == [3]


def test_actions_replace_a_whole_value_or_a_part_of_it(tmp_path: Path) -> None:
    question = QUESTION.format("TextBox", "Least", 50, "", "")
    whole = app(question, ACTION.format(60, "", "2/Expression"), formula="True")
    assert numbers(whole, tmp_path, {"Least": "[n] = 2"}) == [2]
    part = ACTION.format(60, "<Replace value='True'/><ReplaceText>202512</ReplaceText>", "2/Expression")
    assert numbers(app(question, part, formula="[n] = 202512"), tmp_path, {"Least": "3"}) == [3]


def test_actions_reach_attributes() -> None:
    canvas = app(
        QUESTION.format("TextBox", "Least", 50, "", ""), ACTION.format(60, "", "4/FormulaFields/FormulaField/@field")
    )
    canvas.tool(
        "Formula", '<FormulaFields><FormulaField expression="1" field="x" type="Byte"/></FormulaFields>', Input=1
    )
    changed = answered(read(canvas), {"Least": "y"}, NOW)
    tool = next(tool for tool in changed.tools if tool.id == 4)
    assert tool.configuration.every("FormulaFields", "FormulaField")[0].attributes["field"] == "y"


def test_actions_reach_one_of_several_elements_by_what_it_says() -> None:
    path = "4/FormulaFields/FormulaField[@field='a/b']/@expression"
    canvas = app(QUESTION.format("TextBox", "Least", 50, "", ""), ACTION.format(60, "", path))
    lines = "".join(f'<FormulaField expression="1" field="{name}" type="Byte"/>' for name in ("a", "a/b", "c"))
    canvas.tool("Formula", f"<FormulaFields>{lines}</FormulaFields>", Input=1)
    tool = next(tool for tool in answered(read(canvas), {"Least": "7"}, NOW).tools if tool.id == 4)
    said = [one.attributes["expression"] for one in tool.configuration.every("FormulaFields", "FormulaField")]
    assert said == ["1", "7", "1"]
    nowhere = app(QUESTION.format("TextBox", "Least", 50, "", ""), ACTION.format(60, "", path.replace("a/b", "d")))
    with pytest.raises(WrongAnswer, match="no place"):
        answered(read(nowhere), {"Least": "7"}, NOW)


COMPUTED = (
    "<Action><Type>UpdateValueFormula</Type><Description/><ToolId value='60'/><Expression>{}</Expression>"
    "<Destination>2/Expression</Destination><Mode>Expression</Mode></Action>"
)


@pytest.mark.parametrize(
    ("formula", "name", "answer", "wanted"),
    [
        ('"[n] = " + [#1]', "", "2", [2]),
        ('"[n] &gt; " + [Least n]', "Least n", "2", [3]),
        ('IIF([#1] = "all", "True", "False")', "", "all", [1, 2, 3]),
        ("ToNumber([#1]) &gt; 3", "", "5", [1, 2, 3]),
        ('"[n] = %Question.Least%"', "", "3", [3]),
        ('"[n] &lt; " + ToString(DateTimeYear(DateTimeNow()) - 2024)', "", "", [1]),
    ],
)
def test_actions_compute_their_value_of_answers(
    tmp_path: Path, formula: str, name: str, answer: str, wanted: list[int]
) -> None:
    canvas = app(QUESTION.format("TextBox", "Least", 50, "", ""), COMPUTED.format(formula), formula="False", name=name)
    assert numbers(canvas, tmp_path, {"Least": answer}) == wanted


def test_actions_that_nobody_can_compute_are_named(tmp_path: Path) -> None:
    number = app(QUESTION.format("NumericUpDown", "Least", 50, "1", ""), COMPUTED.format("[#1] * 2"))
    assert unsupported(read(number)) == [(60, "an action that computes with a number that is asked for")]
    broken = app(QUESTION.format("TextBox", "Least", 50, "1", ""), COMPUTED.format("[#1] +"))
    assert [clause[:19] for _, clause in unsupported(read(broken))] == ["an action's formula"]
    other = app(QUESTION.format("TextBox", "Least", 50, "1", ""), COMPUTED.format("[#2]"))
    with pytest.raises(WrongAnswer, match=r"There is no column \[#2\]"):
        numbers(other, tmp_path, {})


HANGING = (
    "</True></NoCondition><Condition><Type>Condition</Type><ToolId value='70'/><Expression>{}</Expression>"
    "<True>{}</True><False>{}</False></Condition><NoCondition><True>"
)
SET = (
    "<Action><Type>UpdateValueFormula</Type><ToolId value='61'/><Expression>\"[n] = {}\"</Expression>"
    "<Destination>2/Expression</Destination></Action>"
)


def hanging(condition: str, type_: str = "RadioGroup", *actions: str) -> Canvas:
    """Draw an app whose actions hang on what its question is answered."""
    first, second = actions or (SET.format(1), SET.format(2))
    canvas = app(QUESTION.format(type_, "Least", 50, "", ""), HANGING.format(condition, first, second), formula="False")
    canvas.wire(50, "Question", 70, "Question", "Only one")
    canvas.raw('<Node ToolID="70"><GuiSettings Plugin="AlteryxGuiToolkit.Condition.Condition"/></Node>')
    return canvas


@pytest.mark.parametrize(
    ("condition", "answer", "wanted"),
    [
        ("[Only one]", "true", [1]),
        ("[Only one]", "False", [2]),
        ('[Only one] = "True"', "True", [1]),
        ("IsEmpty([Only one])", "", [1]),
        ("[Only one]", "", [2]),
    ],
)
def test_actions_hang_on_conditions(tmp_path: Path, condition: str, answer: str, wanted: list[int]) -> None:
    assert numbers(hanging(condition), tmp_path, {"Least": answer}) == wanted


def test_an_action_may_refuse_an_answer_or_take_a_tool_away(tmp_path: Path) -> None:
    error = (
        "<Action><Type>Error</Type><Description>No field</Description><ToolId value='60'/><Expression>{}</Expression>"
    )
    picky = app(
        QUESTION.format("TextBox", "Least", 50, "", ""),
        error.format('FindString([#1], "=True") == -1') + "</Action>",
        formula="[n] = 1",
    )
    assert numbers(picky, tmp_path, {"Least": "a=True"}) == [1]
    with pytest.raises(WrongAnswer, match="No field"):
        numbers(picky, tmp_path, {"Least": "a=False"})
    away = "<Action><Type>DeleteTool</Type><ToolId value='62'/><DeleteTool value='3'/></Action>"
    canvas = hanging("[Only one]", "CheckBox", away, SET.format(2))
    assert numbers(canvas, tmp_path, {"Least": "no"}) == [2]
    assert {tool.id for tool in answered(read(canvas), {"Least": "yes"}, NOW).tools} & {1, 2, 3} == {1, 2}


def test_a_condition_that_nobody_can_compute_is_named() -> None:
    assert unsupported(read(hanging("[Only one] =", "TextBox")))[0][1].startswith("an action's formula")
    assert unsupported(read(hanging("[Only one] = 1", "NumericUpDown")))[0] == (
        61,
        "an action that computes with a number that is asked for",
    )


def test_choices_are_read_under_the_name_that_designer_writes() -> None:
    manual = "<Multiple value='False'/><Mode>Manual</Mode><Manual_Values>Ascending\nDown:Descending\n</Manual_Values>"
    found = read(app(QUESTION.format("ListBox", "Least", 50, "", manual))).questions[0]
    assert found.items == (("Ascending", "Ascending"), ("Down", "Descending"))
    with pytest.raises(WrongAnswer, match="'Sideways' is not among"):
        answered(read(app(QUESTION.format("ListBox", "Least", 50, "", manual))), {"Least": "Sideways"}, NOW)


@pytest.mark.parametrize(
    ("type_", "more", "answer", "reason"),
    [
        ("NumericUpDown", "", "1 OR True", "no number"),
        ("DropDown", "<ManualValues>One:1\nTwo:2</ManualValues>", "3", "'3' is not among"),
        ("CheckBox", "", "maybe", "neither True nor False"),
        ("TextBox", "", "x" * 70_000, "at most"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(type_: str, more: str, answer: str, reason: str) -> None:
    with pytest.raises(WrongAnswer, match=reason):
        answered(read(app(QUESTION.format(type_, "Least", 50, "1", more))), {"Least": answer}, NOW)


def test_choices_are_answered_by_key_or_value(tmp_path: Path) -> None:
    canvas = app(QUESTION.format("DropDown", "Least", 50, "1", "<ManualValues>One:1\nTwo:2</ManualValues>"))
    assert numbers(canvas, tmp_path, {"Least": "Two"}) == [3]
    assert numbers(canvas, tmp_path, {"Least": "2"}) == [3]


def test_an_answer_to_nothing_is_refused() -> None:
    with pytest.raises(WrongAnswer, match="nobody asks it"):
        answered(read(app(QUESTION.format("TextBox", "Least", 50, "1", ""))), {"Most": "1"}, NOW)


def test_actions_that_are_not_done_here_are_named(tmp_path: Path) -> None:
    question = QUESTION.format("TextBox", "Least", 50, "1", "")
    strange = "<Action><Type>UpdateRawXML</Type><ToolId value='60'/></Action>"
    canvas = app(question, strange)
    assert unsupported(read(canvas)) == [(60, "the action 'UpdateRawXML'")]
    with pytest.raises(WorkflowRefused, match=r"Action \(60\): the action 'UpdateRawXML' is not done here"):
        numbers(canvas, tmp_path, {})
    orphan = app(question, ACTION.format(77, "", "2/Expression"))
    assert unsupported(read(orphan)) == [(77, "an action without a question")]


def test_an_action_to_nowhere_is_refused(tmp_path: Path) -> None:
    canvas = app(QUESTION.format("TextBox", "Least", 50, "1", ""), ACTION.format(60, "", "99/File"))
    with pytest.raises(WrongAnswer, match="no place '99/File'"):
        numbers(canvas, tmp_path, {})
