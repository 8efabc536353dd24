"""The page that looks into a run: what the network made of one example, layer by layer, and why."""

import asyncio
import base64
import random
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rung.errors import RungError
from rung.explain.colors import png
from rung.projects.looking import Example, ExampleError
from rung.projects.views import GROUPS, View
from rung.train.record import Run

from . import looked
from .faults import BadRequest, NotHere, answer
from .pages import page
from .run_control import find
from .run_data import summary


def _asked(request: Request) -> tuple[str, str]:
    """Return which example and which open blocks an address asks for."""
    return request.query_params.get("n", "0"), request.query_params.get("open", "-")


def _picture(example: Example) -> str:
    """Return the example's picture as an address that holds it whole."""
    if example.picture is None:
        return ""
    pixels = example.picture
    data = base64.b64encode(png(pixels, max(1, 168 // pixels.shape[1]))).decode()
    return f"data:image/png;base64,{data}"


def _shown(view: View) -> dict[str, Any]:
    """Return a view for the page: words and drawings stand in it, pictures are fetched when they are seen."""
    inline = view.form != "png"
    return {"view": view, "drawn": Markup(looked.drawn(view).decode()) if inline else ""}


def _context(run: Run, which: str, blocks: str) -> dict[str, Any]:
    looking, example, said, views = looked.seen(run, which, blocks)
    groups = [
        {"name": name, "title": title, "views": [_shown(v) for v in views if v.group == name]}
        for name, title in GROUPS.items()
    ]
    count, number = len(looking.rows), example.number
    mistakes = [m["row"] for m in (run.result or {}).get("mistakes", ())]
    return {
        "run": summary(run),
        "which": which,
        "blocks": blocks,
        "example": example,
        "picture": _picture(example),
        "said": said,
        "right": not example.truth or not said.top or said.said == example.truth,
        "groups": [g for g in groups if g["views"]],
        "count": count,
        "before": None if number is None else (number - 1) % count,
        "after": None if number is None else (number + 1) % count,
        "any": random.randrange(count),
        "mistakes": mistakes[:12],
        "takes": looking.takes,
        "ink": looking.takes == "picture" and example.picture is not None and example.picture.ndim == 2,
    }


async def look_page(request: Request) -> Response:
    """`GET /runs/{name}/look?n=12&open=features`."""
    run = await asyncio.to_thread(find, request.path_params["name"])
    try:
        context = await asyncio.to_thread(_context, run, *_asked(request))
    except ExampleError as error:
        return answer(request, 404, error)
    return page(request, "look.html", **context)


async def look_file(request: Request) -> Response:
    """`GET /runs/{name}/look/{view}.png|svg|html|npy?n=12`: one view, as a picture or as numbers."""
    run = await asyncio.to_thread(find, request.path_params["name"])
    name, _, form = request.path_params["file"].rpartition(".")

    def draw() -> bytes:
        *_, views = looked.seen(run, *_asked(request))
        view = next((v for v in views if v.name == name), None)
        if view is None or form not in (view.form, "npy"):
            raise NotHere(f"there is no view {name}.{form} of {run.name}")
        return looked.numbers(view) if form == "npy" else looked.drawn(view)

    try:
        file = await asyncio.to_thread(draw)
    except ExampleError as error:
        return answer(request, 404, error)
    kinds = {"png": "image/png", "svg": "image/svg+xml", "html": "text/html; charset=utf-8"}
    headers = {} if form == "png" else {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Response(file, media_type=kinds.get(form, "application/octet-stream"), headers=headers)


async def bring(request: Request) -> Response:
    """`POST /api/runs/{name}/look`: {"text"} or {"picture"}; answers with what to call the example."""
    run = await asyncio.to_thread(find, request.path_params["name"])
    try:
        told = await request.json()
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise BadRequest("an example is a text or a picture")
    try:
        name = await asyncio.to_thread(looked.brought, run, told)
    except RungError as error:
        return answer(request, 400, error)
    return JSONResponse({"n": name})


routes = [
    Route("/runs/{name}/look", look_page),
    Route("/runs/{name}/look/{file}", look_file),
    Route("/api/runs/{name}/look", bring, methods=["POST"]),
]
