"""The page that looks into a run: what the network made of one example, layer by layer, and why."""

import asyncio
import base64
import random
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rung.errors import RungError
from rung.explain.colors import png
from rung.projects.looking import Example, ExampleError, Looking
from rung.projects.marks import mark, marks, unmark
from rung.projects.views import GROUPS, View
from rung.train.record import Run

from . import looked
from .faults import BadRequest, NotHere, answer
from .pages import page
from .run_control import find
from .run_data import summary

SHOWN = 24  # examples of a list


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
        "classes": "confusion" in (run.result or {}),
        "takes": looking.takes,
        "mark": next((m for m in marks(run) if m.number == number), None),
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


def _thumbnail(looking: Looking, number: int) -> dict[str, Any]:
    """Return a test example small enough for a list."""
    example = looking.example(number)
    return {"number": number, "picture": _picture(example), "told": example.told, "truth": example.truth}


def _failures_context(run: Run) -> dict[str, Any]:
    looking, found = looked.failures(run)
    groups = [
        {"name": name, "title": title, "views": [_shown(v) for v in found.views if v.group == name]}
        for name, title in (("failures", "Over the whole test part"), ("many", "Many examples at once"))
    ]
    issues = [
        {**_thumbnail(looking, i.place), "likely": i.likely, "given": i.given, "sure": i.sure}
        for i in found.labels.issues[:SHOWN]
    ]
    worst = [
        {**_thumbnail(looking, f.place), "answer": f.answer, "given": f.given, "sure": f.sure}
        for f in found.worst.failures[:SHOWN]
    ]
    kept = [
        {**_thumbnail(looking, m.number), "note": m.note} for m in marks(run) if m.number < len(looking.rows)
    ]
    return {
        "run": summary(run),
        "groups": groups,
        "issues": issues,
        "issues_caption": found.labels.caption,
        "worst": worst,
        "worst_caption": found.worst.caption,
        "marked": kept,
    }


async def failures_page(request: Request) -> Response:
    """`GET /runs/{name}/failures`."""
    run = await asyncio.to_thread(find, request.path_params["name"])
    context = await asyncio.to_thread(_failures_context, run)
    return page(request, "failures.html", **context)


async def failures_file(request: Request) -> Response:
    """`GET /runs/{name}/failures/{view}.png|svg|npy`: one view, as a picture or as numbers."""
    run = await asyncio.to_thread(find, request.path_params["name"])
    file = request.path_params["file"]
    return await asyncio.to_thread(lambda: _file(looked.failures(run)[1].views, file, run))


async def mark_example(request: Request) -> Response:
    """`PUT` or `DELETE /api/runs/{name}/marks/{number}`: keep {"note"} with a test example, or forget it."""
    run = await asyncio.to_thread(find, request.path_params["name"])
    number = request.path_params["number"]
    if request.method == "DELETE":
        await asyncio.to_thread(unmark, run, number)
        return JSONResponse({"marked": False})
    try:
        note = (await request.json())["note"]
    except (ValueError, TypeError, KeyError):
        note = None
    if not isinstance(note, str):
        raise BadRequest("a mark is a note, which may be empty")
    await asyncio.to_thread(mark, run, number, note)
    return JSONResponse({"marked": True})


async def look_file(request: Request) -> Response:
    """`GET /runs/{name}/look/{view}.png|svg|html|npy?n=12`: one view, as a picture or as numbers."""
    run = await asyncio.to_thread(find, request.path_params["name"])
    file = request.path_params["file"]
    try:
        return await asyncio.to_thread(lambda: _file(looked.seen(run, *_asked(request))[3], file, run))
    except ExampleError as error:
        return answer(request, 404, error)


def _file(views: Sequence[View], file: str, run: Run) -> Response:
    """Return a view as a file: its picture, or its numbers as .npy."""
    name, _, form = file.rpartition(".")
    view = next((v for v in views if v.name == name), None)
    if view is None or form not in (view.form, "npy"):
        raise NotHere(f"there is no view {file} of {run.name}")
    content = looked.numbers(view) if form == "npy" else looked.drawn(view)
    kinds = {"png": "image/png", "svg": "image/svg+xml", "html": "text/html; charset=utf-8"}
    headers = {} if form == "png" else {"Content-Disposition": f'attachment; filename="{file}"'}
    return Response(content, media_type=kinds.get(form, "application/octet-stream"), headers=headers)


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
    Route("/runs/{name}/failures", failures_page),
    Route("/runs/{name}/failures/{file}", failures_file),
    Route("/api/runs/{name}/look", bring, methods=["POST"]),
    Route("/api/runs/{name}/marks/{number:int}", mark_example, methods=["PUT", "DELETE"]),
]
