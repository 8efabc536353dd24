"""Apps of runs and trackio's dashboard, started from pages: each a process, ended with the studio."""

import asyncio
import atexit
import threading
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rung.projects.serving import App, app_folder, start, start_dashboard

from .run_control import find

AT_ONCE = 2  # apps; each has a Python with Gradio in it

_apps: dict[str, App] = {}
_lock = threading.Lock()


def _opened(name: str, begin: Callable[[], App]) -> str:
    """Return the address of an app, started if it does not run."""
    with _lock:
        app = _apps.get(name)
        if app is None or app.process.poll() is not None:
            while len(_apps) >= AT_ONCE:
                _apps.pop(next(iter(_apps))).stop()
            app = _apps[name] = begin()
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

    def begin() -> App:
        return start(app_folder(run, lambda said: None))

    return JSONResponse({"address": await asyncio.to_thread(_opened, f"run {run.name}", begin)})


async def open_dashboard(request: Request) -> Response:
    """`POST /api/dashboard`: answers with the address of trackio's dashboard once it answers itself."""
    return JSONResponse({"address": await asyncio.to_thread(_opened, "trackio", start_dashboard)})


routes = [
    Route("/api/runs/{name}/app", open_app, methods=["POST"]),
    Route("/api/dashboard", open_dashboard, methods=["POST"]),
]
