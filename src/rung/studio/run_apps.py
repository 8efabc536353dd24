"""The apps of runs, started from their pages: each in a process of its own, and ended with the studio."""

import asyncio
import atexit
import threading

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rung.projects.serving import App, app_folder, start
from rung.train.record import Run

from .run_control import find

AT_ONCE = 2  # apps; each has a Python with Gradio in it

_apps: dict[str, App] = {}
_lock = threading.Lock()


def _opened(run: Run) -> str:
    """Return the address of a run's app, started if it does not run."""
    with _lock:
        app = _apps.get(run.name)
        if app is None or app.process.poll() is not None:
            folder = app_folder(run, lambda said: None)
            while len(_apps) >= AT_ONCE:
                _apps.pop(next(iter(_apps))).stop()
            app = _apps[run.name] = start(folder)
    app.wait()
    return app.address


def stop_all() -> None:
    """End every app."""
    with _lock:
        while _apps:
            _apps.popitem()[1].stop()


atexit.register(stop_all)


async def open_app(request: Request) -> Response:
    """`POST /api/runs/{name}/app`: answers with the app's address once it answers itself."""
    run = await asyncio.to_thread(find, request.path_params["name"])
    return JSONResponse({"address": await asyncio.to_thread(_opened, run)})


routes = [Route("/api/runs/{name}/app", open_app, methods=["POST"])]
