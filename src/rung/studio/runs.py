"""The runs pages: every training, live while it goes, and its result beside what it must beat."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from rung.train.progress import duration
from rung.train.record import Run, runs

from . import look_pages, run_apps, run_control, training_pages
from .faults import NotHere
from .pages import environment, page
from .run_control import find
from .run_data import FILES, ago, curves, details, say, summary


def _live(run: Run) -> str:
    """Return the part of a run's page that moves."""
    return (
        environment()
        .get_template("runs_live.html")
        .render(run=summary(run), plots=curves(run), duration=duration, say=say)
    )


async def runs_page(request: Request) -> Response:
    """`GET /runs`."""
    rows = await asyncio.to_thread(lambda: [summary(run) for run in runs()])
    return page(request, "runs.html", runs=rows, ago=ago)


async def run_page(request: Request) -> Response:
    """`GET /runs/{name}`."""
    run = await asyncio.to_thread(find, request.path_params["name"])
    context = await asyncio.to_thread(details, run)
    return page(request, "runs_one.html", **context, ago=ago, duration=duration, say=say)


async def run_file(request: Request) -> Response:
    """`GET /runs/{name}/files/{file}`."""
    run, file = await asyncio.to_thread(find, request.path_params["name"]), request.path_params["file"]
    shown_there = {f["picture"] for f in (run.result or {}).get("findings", ()) if f["picture"]}
    if file not in {*FILES, "tiles.png", *shown_there} or not (run.folder / file).is_file():
        raise NotHere(f"the run {run.name} has no file {file!r}", rule=f"It may have {', '.join(FILES)}.")
    shown = file.endswith(".png")
    return FileResponse(run.folder / file, filename=None if shown else f"{run.name}-{file}")


async def runs_json(request: Request) -> Response:
    """`GET /api/runs`."""
    rows = await asyncio.to_thread(lambda: [summary(r) for r in runs()])
    return JSONResponse({"runs": rows})


async def run_json(request: Request) -> Response:
    """`GET /api/runs/{name}`: the run as data; with `?live` also the moving part of its page."""
    run = await asyncio.to_thread(find, request.path_params["name"])
    live = "live" in request.query_params

    def gather() -> dict[str, Any]:
        data = summary(run)
        return data | (
            {"html": _live(run)}
            if live
            else {"config": run.config, "result": run.result, "metrics": run.metrics()}
        )

    return JSONResponse(await asyncio.to_thread(gather))


routes = [
    Route("/runs", runs_page),
    Route("/runs/{name}", run_page),
    Route("/runs/{name}/files/{file}", run_file),
    Route("/api/runs", runs_json),
    Route("/api/runs/{name}", run_json),
    *training_pages.routes,
    *run_control.routes,
    *look_pages.routes,
    *run_apps.routes,
]
