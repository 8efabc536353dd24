"""Lessons' processes: live figures, each page with states of its own, and harm that stays where it is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import studio_kit

from rung.studio import processes
from rung.studio.kernels import KernelGone, Kernels
from rung.studio.processes import context, own_memory


@pytest.fixture(scope="module", autouse=True)
def _learner(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_LESSONS", str(studio_kit.LESSONS))
        patch.setenv("RUNG_HOME", str(tmp_path_factory.mktemp("home")))
        studio_kit.stop_fork_server()
        context()
        yield
    studio_kit.stop_fork_server()


def run(coroutine: Any) -> Any:
    return asyncio.run(coroutine)


def move(value: float, session: str = "one") -> dict[str, Any]:
    return {"kind": "figure", "session": session, "message": {"figure": "score", "set": {"k": value}}}


def press(event: str) -> dict[str, Any]:
    return {"kind": "figure", "session": "one", "message": {"figure": "score", "event": event}}


def score(answer: dict[str, Any]) -> float:
    return next(p for p in answer["scene"]["panels"] if p["panel"] == "numbers")["items"][0]["value"]


@pytest.mark.slow
def test_a_figure_answers_and_each_page_has_its_own_state():
    async def go() -> None:
        kernels = Kernels()
        kernel = kernels.get("perceptron")
        first = (await kernel.ask({"kind": "open", "session": "one"}))["scenes"]["score"]
        assert first["values"] == {"k": 0.5}
        assert (await kernel.ask(move(1.5)))["scene"]["values"] == {"k": 1.5}
        other = (await kernel.ask({"kind": "open", "session": "two"}))["scenes"]["score"]
        assert other["values"] == {"k": 0.5}, "a page just opened begins where its text says"
        again = await kernel.ask(press("reset"))
        assert again["scene"]["values"] == {"k": 0.5}
        kernels.close()

    run(go())


def test_a_message_that_means_nothing_is_answered_with_a_sentence():
    async def go() -> None:
        kernels = Kernels()
        kernel = kernels.get("perceptron")
        bad = {"kind": "figure", "session": "one", "message": {"figure": "score", "set": {"nothing": 1}}}
        assert (await kernel.ask(bad))["kind"] == "refused"
        bad["message"] = {"figure": "gone", "event": "reset"}
        assert "no figure" in (await kernel.ask(bad))["message"]
        assert (await kernel.ask(move(1.0)))["kind"] == "scene", "and the figure goes on"
        kernels.close()

    run(go())


def test_an_endless_loop_stops_nothing_else_and_is_told():
    async def go() -> None:
        kernels = Kernels()
        stuck, well = kernels.get("perceptron"), kernels.get("perceptron-trick")
        await asyncio.gather(stuck.start(), well.start())
        loop = asyncio.create_task(stuck.ask(press("loop"), limit=1.0))
        assert (await well.ask({"kind": "open", "session": "x"}))["kind"] == "scenes"
        assert not loop.done(), "the other lesson answered meanwhile"
        with pytest.raises(KernelGone, match="still running after 1 s"):
            await loop
        kernels.drop_dead("perceptron")
        assert (await kernels.get("perceptron").ask(move(1.0)))["kind"] == "scene", "it is started again"
        kernels.close()

    run(go())


def test_a_process_that_dies_is_noticed_at_once():
    async def go() -> None:
        kernels = Kernels()
        kernel = kernels.get("perceptron")
        with pytest.raises(KernelGone, match="stopped"):
            await kernel.ask(press("die"), limit=30)
        assert not kernel.live
        kernels.close()

    run(go())


def test_a_notebook_that_fails_says_why():
    async def go() -> None:
        kernels = Kernels()
        with pytest.raises(KernelGone, match="no lesson"):
            await kernels.get("nothing-of-the-kind").start()
        assert kernels.distrust("nothing-of-the-kind"), "perhaps it was the learner's code"
        assert not kernels.distrust("nothing-of-the-kind"), "it was not"
        kernels.close()

    run(go())


def test_idle_lessons_are_let_go_and_open_ones_stay():
    async def go() -> None:
        kernels = Kernels(idle=0.0)
        await kernels.enter("perceptron").start()
        assert kernels.sweep() == []
        kernels.leave("perceptron")
        assert kernels.sweep() == ["perceptron"]
        assert kernels.running == {}
        kernels.close()

    run(go())


def test_there_is_an_end_to_how_many_run():
    kernels = Kernels(most=2)
    for slug in ("a", "b", "c"):
        kernels.get(slug)
    assert list(kernels.running) == ["b", "c"]


@pytest.mark.slow
def test_where_nothing_can_be_forked_a_spare_waits(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(processes, "can_fork", lambda: False)

    async def go() -> None:
        kernels = Kernels()
        first = kernels.get("perceptron")
        assert (await first.ask(move(1.5), limit=60))["scene"]["values"] == {"k": 1.5}
        second = kernels.get("perceptron-trick")
        assert (await second.ask({"kind": "open", "session": "x"}, limit=60))["kind"] == "scenes"
        kernels.close()

    run(go())
    processes.close_spares()


def test_memory_and_start_are_measured():
    async def go() -> tuple[float, float | None]:
        kernels = Kernels()
        kernel = kernels.get("perceptron")
        await kernel.start()
        await kernel.ask(move(1.0))
        took = kernel.started_in
        memory = own_memory(kernel.pid)
        kernels.close()
        return took, memory

    took, memory = run(go())
    print(f"a lesson is live after {took * 1e3:.0f} ms and has {memory and round(memory)} MB of its own")
    assert took > 0
    assert memory is None or memory < 200
