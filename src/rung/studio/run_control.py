"""Starting a training from a page, stopping it, and letting it go on: each in a process of its own."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rung import projects
from rung.errors import RungError
from rung.train.record import Run, RunError, find_run, new_name, runs, runs_folder

from .faults import BadRequest, NotHere

AT_ONCE = 2  # trainings; more would only make each slower

children: list[subprocess.Popen[bytes]] = []


def find(name: str) -> Run:
    """Return the run of that name, or say to the page that it is not there."""
    try:
        return find_run(name)
    except RungError as error:
        raise NotHere(error.message, rule=error.rule, fix=error.fix) from None


async def start(request: Request) -> Response:
    """`POST /api/runs`: {"project", "dry_run", "mine"}; answers with the new run's name."""
    told = await _told(request)
    project = await asyncio.to_thread(_project, told.get("project"))
    words = [flag for key, flag in (("dry_run", "--dry-run"), ("mine", "--mine")) if told.get(key)]
    name = await asyncio.to_thread(new_name, project)
    return await _begin(name, ["train", project, "--name", name, *words])


async def stop(request: Request) -> Response:
    """`POST /api/runs/{name}/stop`."""
    run = await asyncio.to_thread(find, request.path_params["name"])
    if run.state != "running":
        raise RunError(f"the run {run.name} is not running", rule="Only a running one can be stopped.")
    run.ask_to_stop()
    return JSONResponse({"name": run.name})


async def go_on(request: Request) -> Response:
    """`POST /api/runs/{name}/resume`."""
    run = await asyncio.to_thread(find, request.path_params["name"])
    mine = ["--mine"] if run.config.get("mine") else []
    if run.state not in ("stopped", "failed"):
        raise RunError(f"the run {run.name} is {run.state}", rule="Only one that was broken off can go on.")
    return await _begin(
        run.name,
        ["train", run.config["project"], "--resume", run.name, *mine],
        lambda: run.state == "running",
    )


def _project(slug: object) -> str:
    if not isinstance(slug, str):
        raise BadRequest("a run needs the name of a project")
    return projects.load(slug).slug


async def _told(request: Request) -> dict[str, Any]:
    try:
        told = await request.json()
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise BadRequest("the studio was sent something that is no JSON object", fix="reload the page")
    return told


async def _begin(name: str, words: list[str], there: Callable[[], bool] | None = None) -> Response:
    """Start `rung` in a process of its own, which outlives the studio, and answer once its run is there."""
    children[:] = [c for c in children if c.poll() is None]
    if len([r for r in await asyncio.to_thread(runs) if r.state == "running"]) >= AT_ONCE:
        raise RunError(
            f"{AT_ONCE} trainings are running",
            rule="More at once would only make each slower.",
            fix="stop one",
        )
    there = there or (runs_folder() / name / "config.json").is_file
    log = runs_folder() / ".logs" / f"{name}.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as out:
        child = subprocess.Popen(
            [sys.executable, "-m", "rung", *words],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in the studio's terminal is not meant for the training
        )
    children.append(child)
    for _ in range(600):
        if there():
            return JSONResponse({"name": name})
        if child.poll() is not None:
            break
        await asyncio.sleep(0.05)
    if there() or (child.poll() == 0 and (runs_folder() / name / "result.json").is_file()):
        return JSONResponse({"name": name})
    said = log.read_text(encoding="utf-8", errors="replace").strip()
    raise RunError(
        "the training did not start: " + (said[-600:] or "it said nothing"), fix=f"rung {' '.join(words)}"
    )


async def _refused(request: Request, error: Exception) -> Response:
    """Answer a fault of a run's own: a sentence, to the script that asked."""
    assert isinstance(error, RungError)
    return JSONResponse({"error": error.message, "rule": error.rule, "fix": error.fix}, status_code=409)


def _answering(handler: Callable[[Request], Any]) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        try:
            result: Response = await handler(request)
        except RunError as error:
            return await _refused(request, error)
        return result

    return answer


routes = [
    Route("/api/runs", _answering(start), methods=["POST"]),
    Route("/api/runs/{name}/stop", _answering(stop), methods=["POST"]),
    Route("/api/runs/{name}/resume", _answering(go_on), methods=["POST"]),
]
