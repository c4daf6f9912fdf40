"""What a worker says to the house, when, and what it makes of the answers."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from jobyard.job.desk import LOG_BATCH, Outcome, Settled, Wish, Wishes
from jobyard.job.record import Failure, LogLine, Progress, Reason
from jobyard.worker import outbox
from jobyard.worker.hand import Holding, Phase
from jobyard.worker.pulse import last_lines
from tests.worker.scene import AWAY, DECLINED, Scene, play
from tests.worker.scripted import ScriptedDesk


def done(holding: Holding, **rest: Any) -> Outcome:
    return Outcome(job=holding.job.id, attempt=holding.job.attempt, how=rest.pop("how", "finish"), **rest)


# --- the outbox


def test_what_ends_while_the_house_is_asked_goes_together() -> None:
    async def act(scene: Scene) -> None:
        ends = outbox.ends(scene.hand, scene.desk, "w")
        scene.go(ends.run())
        gate = asyncio.Event()
        scene.desk.slow = lambda verb: gate
        holdings = [scene.hold(f"j{number}") for number in range(5)]
        ends.put(holdings[0], done(holdings[0]))
        await scene.desk.until(lambda: scene.desk.of("finish"))
        for holding in holdings[1:]:
            ends.put(holding, done(holding))
        assert all(holding.phase is Phase.ENDING for holding in holdings) and len(scene.hand) == 5
        gate.set()
        await scene.desk.until(lambda: not len(scene.hand))

    scene = play(act)
    assert [[one.job for one in finish.outcomes] for finish in scene.desk.of("finish")] == [
        ["j0"],
        ["j1", "j2", "j3", "j4"],
    ]


def test_an_end_is_told_until_it_is_heard() -> None:
    async def act(scene: Scene) -> None:
        ends = outbox.ends(scene.hand, scene.desk, "w")
        scene.go(ends.run())
        scene.desk.script["finish"] = [AWAY, AWAY]
        holding = scene.hold("a")
        ends.put(holding, done(holding, result=7))
        await scene.desk.until(lambda: not len(scene.hand))

    said = play(act).desk.of("finish")
    assert len(said) == 3 and said[0] == said[1] == said[2]


def test_a_stale_end_is_let_go() -> None:
    async def act(scene: Scene) -> None:
        ends = outbox.ends(scene.hand, scene.desk, "w")
        scene.go(ends.run())
        scene.desk.script["finish"] = [Settled(states=("stale",))]
        holding = scene.hold("a")
        ends.put(holding, done(holding))
        await scene.desk.until(lambda: not len(scene.hand))

    assert len(play(act).desk.of("finish")) == 1


def test_one_bad_end_does_not_spoil_its_batch() -> None:
    async def act(scene: Scene) -> None:
        ends = outbox.ends(scene.hand, scene.desk, "w")
        holdings = [scene.hold(name) for name in ("a", "b", "c")]
        for holding in holdings:
            ends.put(holding, done(holding, result=1))
        scene.desk.script["finish"] = [DECLINED, Settled(states=("succeeded",)), DECLINED]
        scene.go(ends.run())
        await scene.desk.until(lambda: not len(scene.hand))

    said = [[(one.job, one.how) for one in finish.outcomes] for finish in play(act).desk.of("finish")]
    assert said == [
        [("a", "finish"), ("b", "finish"), ("c", "finish")],
        [("a", "finish")],
        [("b", "finish")],
        [("c", "finish")],
        [("b", "fail")],
    ]


def test_a_failure_that_is_declined_too_is_given_up() -> None:
    async def act(scene: Scene) -> None:
        ends = outbox.ends(scene.hand, scene.desk, "w")
        scene.go(ends.run())
        scene.desk.script["finish"] = [DECLINED, DECLINED]
        holding = scene.hold("a")
        ends.put(holding, done(holding))
        await scene.desk.until(lambda: not len(scene.hand))

    said = play(act).desk.of("finish")
    assert [one.outcomes[0].how for one in said] == ["finish", "fail"]
    assert said[1].outcomes[0].failure.message == "The house declined the result: No."


def test_a_batch_weighs_no_more_than_a_body_may() -> None:
    async def act(scene: Scene) -> None:
        ends = outbox.ends(scene.hand, scene.desk, "w")
        lines = tuple(LogLine(number=number, at=0, stream="out", text="x" * 1000) for number in range(100))
        story = Failure(reason=Reason.ERROR, message="m", detail="d" * 60_000)
        for number in range(30):
            holding = scene.hold(f"j{number}")
            ends.put(holding, done(holding, how="fail", failure=story, lines=lines))
        scene.go(ends.run())
        await scene.desk.until(lambda: not len(scene.hand))

    sizes = [len(finish.outcomes) for finish in play(act).desk.of("finish")]
    assert sum(sizes) == 30 and max(sizes) == 4


def test_returns_go_by_their_own_verb() -> None:
    async def act(scene: Scene) -> None:
        returns = outbox.returns(scene.hand, scene.desk, "w")
        scene.go(returns.run())
        for name in ("a", "b"):
            holding = scene.hold(name)
            returns.put(holding, holding.held)
        await scene.desk.until(lambda: not len(scene.hand))

    said = play(act).desk.of("give_back")
    assert [(back.worker, [held.job for held in back.held]) for back in said] == [("w", ["a", "b"])]


def test_what_is_held_back_is_sent_later() -> None:
    async def act(scene: Scene) -> None:
        returns = outbox.returns(scene.hand, scene.desk, "w")
        returns.hold(back=True)
        scene.go(returns.run())
        holding = scene.hold("a")
        returns.put(holding, holding.held)
        for _ in range(5):
            await asyncio.sleep(0)
        assert scene.desk.said == [] and len(scene.hand) == 1
        returns.hold(back=False)
        await scene.desk.until(lambda: not len(scene.hand))

    assert len(play(act).desk.of("give_back")) == 1


# --- beats


def test_a_beat_names_everything_in_hand_whatever_its_phase() -> None:
    async def act(scene: Scene) -> None:
        for phase in Phase:
            scene.hold(phase.name, phase)
        scene.go(scene.pulse.beat(0.01))
        await scene.desk.until(lambda: len(scene.desk.of("beat")) > 2)

    beat = play(act).desk.of("beat")[0]
    assert (beat.worker, beat.session) == ("w", "s")
    assert {held.job for held in beat.held} == {"WAITING", "RUNNING", "ENDING"}


def test_beats_follow_the_shortest_lease() -> None:
    async def act(scene: Scene) -> None:
        scene.hold("a", lease=0.1)
        started = asyncio.get_running_loop().time()
        scene.go(scene.pulse.beat(60.0))
        await scene.desk.until(lambda: len(scene.desk.of("beat")) > 5)
        assert asyncio.get_running_loop().time() - started < 5.0

    play(act)


def test_beats_go_on_when_they_are_not_answered() -> None:
    async def act(scene: Scene) -> None:
        scene.desk.script["beat"] = [AWAY, DECLINED, AWAY, Wishes(wishes=(Wish(job="a", attempt=1, what="stop"),))]
        scene.hold("a")
        scene.go(scene.pulse.beat(0.01))
        await scene.desk.until(lambda: scene.wishes)

    assert play(act).wishes == [Wish(job="a", attempt=1, what="stop")]


def test_what_is_not_surely_ours_is_confirmed_before_it_begins() -> None:
    async def act(scene: Scene) -> None:
        loop = asyncio.get_running_loop()
        holding = scene.hold("a", Phase.WAITING)
        await scene.pulse.confirm(holding)
        assert scene.desk.of("beat") == []
        holding.sure = loop.time() - 1
        confirming = scene.go(scene.pulse.confirm(holding))
        await asyncio.sleep(0)
        assert not confirming.done()
        scene.go(scene.pulse.beat(60.0))
        await confirming
        assert len(scene.desk.of("beat")) == 1
        assert loop.time() + 14 < holding.sure <= loop.time() + 15

    play(act)


def test_confirming_ends_when_the_attempt_is_gone() -> None:
    async def act(scene: Scene) -> None:
        holding = scene.hold("a", Phase.WAITING)
        holding.sure = -1.0
        confirming = scene.go(scene.pulse.confirm(holding))
        await asyncio.sleep(0)
        holding.phase = Phase.ENDING
        scene.pulse.wake()
        await confirming

    play(act)


# --- news


def test_news_is_told_once() -> None:
    async def act(scene: Scene) -> None:
        running, waiting = scene.hold("a"), scene.hold("b", Phase.WAITING)
        assert running.output is not None
        assert await scene.pulse.report() is True
        assert await scene.pulse.report() is False
        running.output.feed("out", b"one\ntwo\n")
        running.progress = Progress(done=1.0)
        assert await scene.pulse.report() is True
        assert await scene.pulse.report() is False
        waiting.phase = Phase.ENDING

    told = [report.told for report in play(act).desk.of("report")]
    assert [[one.job for one in each] for each in told] == [["a"], ["a"]]
    assert told[0][0].begun and not told[0][0].lines and told[0][0].progress is None
    assert not told[1][0].begun and told[1][0].progress == Progress(done=1.0)
    assert [line.text for line in told[1][0].lines] == ["one", "two"]


def test_news_that_was_not_taken_is_told_again() -> None:
    async def act(scene: Scene) -> None:
        holding = scene.hold("a")
        assert holding.output is not None
        holding.output.feed("out", b"one\n")
        scene.desk.script["report"] = [AWAY]
        assert await scene.pulse.report() is False
        holding.output.feed("out", b"two\n")
        assert await scene.pulse.report() is True
        assert len(holding.output) == 0

    first, second = play(act).desk.of("report")
    assert [line.text for line in first.told[0].lines] == ["one"] and first.told[0].begun
    assert [line.text for line in second.told[0].lines] == ["one", "two"] and second.told[0].begun


def test_news_that_is_declined_is_not_told_for_ever() -> None:
    async def act(scene: Scene) -> None:
        holding = scene.hold("a")
        assert holding.output is not None
        holding.output.feed("out", b"one\n")
        scene.desk.script["report"] = [DECLINED]
        assert await scene.pulse.report() is True
        assert await scene.pulse.report() is False and len(holding.output) == 0

    play(act)


def test_much_news_goes_in_batches_at_once() -> None:
    async def act(scene: Scene) -> None:
        holding = scene.hold("a")
        assert holding.output is not None
        holding.output.feed("out", b"x\n" * 9_500)
        await scene.pulse.clear(holding)
        assert len(last_lines(holding) or ()) == 1_500

    reports = play(act).desk.of("report")
    assert [len(report.told[0].lines) for report in reports] == [LOG_BATCH] * 4


def test_long_lines_are_batched_by_their_size() -> None:
    async def act(scene: Scene) -> None:
        for name in ("a", "b"):
            holding = scene.hold(name)
            assert holding.output is not None
            holding.output.feed("out", b"x" * 16_000 * 60 + b"\n")
        while await scene.pulse.report():
            pass

    reports = play(act).desk.of("report")
    sizes = [sum(len(line.text) for told in report.told for line in told.lines) for report in reports]
    assert sum(sizes) == 2 * 16_000 * 60 and max(sizes) <= 770_000


def test_a_wish_in_the_answer_to_news_is_heard() -> None:
    async def act(scene: Scene) -> None:
        scene.hold("a")
        scene.desk.script["report"] = [Wishes(wishes=(Wish(job="a", attempt=1, what="drop"),))]
        await scene.pulse.report()

    assert play(act).wishes == [Wish(job="a", attempt=1, what="drop")]


def test_news_is_told_by_itself_several_times_a_second() -> None:
    async def act(scene: Scene) -> None:
        holding = scene.hold("a")
        scene.go(scene.pulse.tell())
        for number in range(3):
            holding.progress = Progress(done=float(number))
            await scene.desk.until(partial(said_more_than, scene.desk, number))

    dones = [report.told[0].progress.done for report in play(act).desk.of("report")]
    assert dones == [0.0, 1.0, 2.0]


def said_more_than(desk: ScriptedDesk, count: int) -> bool:
    return len(desk.of("report")) > count
