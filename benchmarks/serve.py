"""Does the app bear many people at once? Fifty ask it over loopback for some seconds, as fast as it answers.

    python -m benchmarks.serve                       50 users, 10 seconds a round, 3 rounds each way
    python -m benchmarks.serve --run digits-...      the app of a run of yours

The app is started as `rung serve` starts it, in a process of its own. Asked is it two ways. As programs do:
POST /predict, one after the other. And as a browser does, through Gradio's queue, where two answers are
computed at a time, others wait, and the explanation of every answer is computed with it: a question is sent,
and the events of the user's session are read until the answer is there. Every user asks again as soon as the
answer came, without a moment's thought, which is harder than fifty people are; so the latency is mostly that
of the line. Errors are answers other than the right kind, each counted. Memory is that of the app's process
(VmRSS), before and after each round: what is reached in the first must not grow.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
import json
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image, ImageDraw

from benchmarks.engine import HERE, about_machine

USERS, SECONDS, ROUNDS = 50, 10.0, 3
PATIENCE = 120.0  # seconds for one answer, in which a user gives up
Ask = Callable[[httpx.AsyncClient, str], Awaitable[None]]
_FUNCTIONS: dict[httpx.AsyncClient, int] = {}
WAYS = {"program": "POST /predict", "browser": "Gradio's queue, with the explanation"}


class WrongAnswer(Exception):
    """The app answered something else than an answer."""


@dataclass
class Load:
    """What came of a round.

    Attributes:
        seconds: how long it took.
        latencies: of every answer, in seconds.
        errors: what went wrong, in words, a line each.
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def told(self) -> dict[str, float]:
        """Return answers, errors, answers a second, and the latency's median and 95th percentile, in ms."""
        cuts = statistics.quantiles(self.latencies, n=20) if len(self.latencies) > 1 else [0.0] * 19
        return {
            "answers": len(self.latencies),
            "errors": len(self.errors),
            "a second": len(self.latencies) / self.seconds,
            "p50 ms": 1000 * cuts[9],
            "p95 ms": 1000 * cuts[18],
        }


@cache
def digit() -> bytes:
    """Return a drawn 7 as PNG."""
    image = Image.new("L", (280, 280), 255)
    ImageDraw.Draw(image).line([(70, 60), (210, 70), (120, 230)], fill=10, width=22)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


async def ask_program(client: httpx.AsyncClient, session: str) -> None:
    """Ask as a program does.

    Raises:
        WrongAnswer: the answer is none.
    """
    asked = {"picture": base64.b64encode(digit()).decode()}
    answer = await client.post("/predict", json=asked)
    if answer.status_code != 200 or not np.isclose(
        sum(answer.json()["probabilities"].values()), 1, atol=1e-3
    ):
        raise WrongAnswer(f"status {answer.status_code}: {answer.text[:80]}")


async def ask_browser(client: httpx.AsyncClient, session: str) -> None:
    """Ask as a browser does: send the sheet, join the queue, read events until the answer is there.

    Raises:
        WrongAnswer: the answer is none.
    """
    sent = await client.post("/gradio_api/upload", files={"files": ("sheet.png", digit(), "image/png")})
    sheet = {"path": sent.json()[0], "meta": {"_type": "gradio.FileData"}}
    asked = {
        "data": [{"background": sheet, "layers": [], "composite": sheet}],
        "fn_index": await function(client),
        "session_hash": session,
    }
    event = (await client.post("/gradio_api/queue/join", json=asked)).json()["event_id"]
    async with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
        async for line in stream.aiter_lines():
            told = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
            if told.get("event_id") != event or told["msg"] != "process_completed":
                continue
            if not told["success"]:
                raise WrongAnswer(line[:120])
            label, took, why = told["output"]["data"]
            if label["label"] not in set("0123456789") or " ms" not in took or "data:image/png" not in why:
                raise WrongAnswer(line[:120])
            return
    raise WrongAnswer("the events ended without an answer")


async def function(client: httpx.AsyncClient) -> int:
    """Return the number by which a browser calls the function behind the sheet's button."""
    if client not in _FUNCTIONS:
        config = (await client.get("/config")).json()
        numbers = {dependency["api_name"]: dependency["id"] for dependency in config["dependencies"]}
        _FUNCTIONS[client] = numbers["answer"]
    return _FUNCTIONS[client]


ASKS: dict[str, Ask] = {"program": ask_program, "browser": ask_browser}


async def load(
    address: str, ask: Ask, users: int = USERS, seconds: float = SECONDS, questions: int | None = None
) -> Load:
    """Let users ask at once, each again as soon as it has its answer.

    Args:
        address: of the app.
        ask: asks once; raises what went wrong.
        users: how many.
        seconds: for how long new questions are asked.
        questions: so many of each user instead, however long that takes.
    """
    made = Load()
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=users)
    start = time.perf_counter()

    async def user(client: httpx.AsyncClient, session: str) -> None:
        asked = 0
        while asked < questions if questions else time.perf_counter() - start < seconds:
            begun = time.perf_counter()
            try:
                await ask(client, session)
            except (WrongAnswer, httpx.HTTPError, ValueError, KeyError) as error:
                made.errors.append(f"{type(error).__name__}: {error}")
            else:
                made.latencies.append(time.perf_counter() - begun)
            asked += 1

    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE, limits=limits) as client:
        await asyncio.gather(*(user(client, uuid.uuid4().hex[:11]) for _ in range(users)))
    made.seconds = time.perf_counter() - start
    return made


def memory(process: int) -> float:
    """Return what a process holds in memory, in MB."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def trained() -> Any:
    """Return a run of digits that has just been trained, in a folder of its own."""
    os.environ["RUNG_HOME"] = tempfile.mkdtemp(prefix="rung-serve-")
    from rung.projects.command import main as train
    from rung.train.record import find_run

    if train(["digits", "--data", "mnist5k", "--epochs", "4", "--track", "none", "--name", "digits"]):
        raise SystemExit("digits could not be trained")
    return find_run("digits")


def measure(run: Any, users: int, seconds: float, rounds: int) -> list[dict[str, Any]]:
    """Start the app of a run and put load on it: a row for each way of asking."""
    from rung.projects.serving import app_folder, start

    app = start(app_folder(run, print))
    rows = []
    try:
        app.wait()
        for way, ask in ASKS.items():
            held = [memory(app.process.pid)]
            loads = []
            for _ in range(rounds):
                loads.append(asyncio.run(load(app.address, ask, users, seconds)))
                held.append(memory(app.process.pid))
            whole = Load(
                sum(one.seconds for one in loads),
                [latency for one in loads for latency in one.latencies],
                [error for one in loads for error in one.errors],
            )
            alone = asyncio.run(load(app.address, ask, 1, min(seconds, 3.0)))
            rows.append(
                {
                    "way": way,
                    **whole.told(),
                    "memory MB": held,
                    "alone": alone.told(),
                    "said": whole.errors[:5],
                }
            )
            print(f"{WAYS[way]}: {rows[-1]}", flush=True)
    finally:
        app.stop()
    return rows


def markdown(rows: list[dict[str, Any]], about: dict[str, str], users: int, seconds: float) -> str:
    """Return the table."""
    lines = ["# The app of digits under load", "", *(f"- {key}: {value}" for key, value in about.items()), ""]
    lines += [
        f"{users} users ask at once, each again as soon as its answer is there, for {seconds:g} seconds a",
        "round; they and the app share the machine. Latency is from question to whole answer, waiting",
        "included; one user has nobody to wait for. Memory is that of the app's process: before, and after",
        "each round.",
        "",
        "| asked through | answers | errors | a second | p50, ms | p95, ms | one user, ms | memory, MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        alone = row["alone"]
        lines.append(
            f"| {WAYS[row['way']]} | {row['answers']:,} | {row['errors']} | {row['a second']:.0f} | "
            f"{row['p50 ms']:.0f} | {row['p95 ms']:.0f} | {alone['p50 ms']:.0f}, {alone['p95 ms']:.0f} | "
            f"{', '.join(f'{v:.0f}' for v in row['memory MB'])} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--run", default="", help="a run of digits; else one is trained for it")
    parser.add_argument("--users", type=int, default=USERS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of a round")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--out", type=Path, default=HERE / "results" / "serve", help="without .md and .json")
    args = parser.parse_args()
    if args.run:
        from rung.train.record import find_run

        run = find_run(args.run)
    else:
        run = trained()
    began = os.getloadavg()[0]
    rows = measure(run, args.users, args.seconds, args.rounds)
    about = {**about_machine(), "Load when it began": f"{began:.1f} (1 minute)"}
    args.out.parent.mkdir(parents=True, exist_ok=True)
    content = {"about": about, "users": args.users, "seconds": args.seconds, "rows": rows}
    for suffix, text in (
        (".md", markdown(rows, about, args.users, args.seconds)),
        (".json", json.dumps(content, indent=1) + "\n"),
    ):
        temporary = args.out.with_suffix(suffix + ".tmp")
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, args.out.with_suffix(suffix))


if __name__ == "__main__":
    main()
