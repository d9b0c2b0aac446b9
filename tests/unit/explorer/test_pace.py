"""When to look at runs that come in, and when controls have come to rest."""

from __future__ import annotations

import asyncio

from dpsim.explorer.pace import FIRST, LEAST, PATIENCE_SECONDS, PAUSE_SECONDS, SHARE, Pace, Rest


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_first_look_is_early_and_the_others_leave_most_of_the_time_to_the_runs() -> None:
    clock = Clock()
    pace = Pace(1000, clock)
    assert not pace.due(LEAST) and not pace.due(FIRST - 1) and pace.due(FIRST)
    clock.now += PATIENCE_SECONDS
    assert pace.due(LEAST) and not pace.due(LEAST - 1), "slow runs are looked at sooner"
    with pace.looking():
        clock.now += 2.0
    assert not pace.due(500), "a look follows a look at once"
    clock.now += SHARE * 2.0 - 0.01
    assert not pace.due(500)
    clock.now += 0.02
    assert pace.due(500)
    with pace.looking():
        pass
    assert not pace.due(501)
    clock.now += PAUSE_SECONDS
    assert pace.due(501) and not pace.due(1000), "all runs are shown in any case"


def test_the_number_of_runs_is_told_now_and_then_and_the_last_always() -> None:
    clock = Clock()
    pace = Pace(10, clock)
    assert [pace.tells(n) for n in range(1, 11)] == [True, *[False] * 8, True]
    clock.now += 1.0
    assert pace.tells(5)


def test_many_changes_are_one_call_after_the_last() -> None:
    calls: list[float] = []

    async def changes() -> tuple[bool, float]:
        loop = asyncio.get_running_loop()
        rest = Rest(lambda: calls.append(loop.time()), 0.05)
        for _ in range(30):
            rest.touch()
            await asyncio.sleep(0.001)
        last = loop.time()
        waiting = rest.waiting
        while not calls:
            await asyncio.sleep(0.01)
        rest.touch()
        rest.cancel()
        await asyncio.sleep(0.15)
        assert not rest.waiting
        return waiting, last

    waiting, last = asyncio.run(changes())
    assert waiting and len(calls) == 1, "thirty changes are one call, and a cancelled one is none"
    assert calls[0] >= last + 0.04, "the call came before the controls rested"


def test_without_a_loop_nobody_waits() -> None:
    calls: list[int] = []
    Rest(lambda: calls.append(1)).touch()
    assert calls == [1]
