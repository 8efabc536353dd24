"""The page that looks into a run: what the network made of one example, layer by layer, and why."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rung.errors import RungError
from rung.projects.brought import ExampleError
from rung.projects.marks import mark, marks, unmark
from rung.train.record import Run

from .faults import BadRequest, answer
from .look_process import asked
from .pages import page
from .run_control import find
from .run_data import summary

PAUSE = 0.1  # seconds between two looks whether a page has been left
_KINDS = {"png": "image/png", "svg": "image/svg+xml", "html": "text/html; charset=utf-8"}


async def _run(request: Request) -> Run:
    return await asyncio.to_thread(find, request.path_params["name"])


def _which(request: Request) -> dict[str, str]:
    """Return which example and which open blocks an address asks for."""
    return {"n": request.query_params.get("n", "0"), "open": request.query_params.get("open", "-")}


async def _wanted(request: Request, work: Callable[[Callable[[], bool]], Any]) -> Any:
    """Do work in a thread; if the page is left before its turn comes, it is not begun.

    A page asks for many pictures, one is drawn at a time. Whoever moves on must not wait for the rest.

    Args:
        request: whose page.
        work: called with what tells whether it is still wanted.
    """
    left = threading.Event()
    await request.body()  # what comes next is that the page has been left
    doing = asyncio.create_task(asyncio.to_thread(work, lambda: not left.is_set()))
    while not (await asyncio.wait({doing}, timeout=PAUSE))[0]:
        if await request.is_disconnected():
            left.set()
    return doing.result()


async def look_page(request: Request) -> Response:
    """`GET /runs/{name}/look?n=12&open=features`."""
    run, which = await _run(request), _which(request)
    try:
        told = await asyncio.to_thread(asked, "page", run, which)
    except ExampleError as error:
        return answer(request, 404, error)
    assert isinstance(told, dict)
    number = told["example"]["number"]
    result = run.result or {}
    context = {
        **told,
        "run": summary(run),
        "which": which["n"],
        "blocks": which["open"],
        "mistakes": [m["row"] for m in result.get("mistakes", ())][:12],
        "classes": "confusion" in result,
        "mark": next((m for m in marks(run) if m.number == number), None),
    }
    return page(request, "look.html", **context)


async def failures_page(request: Request) -> Response:
    """`GET /runs/{name}/failures`."""
    run = await _run(request)
    told = await asyncio.to_thread(asked, "failures", run, {})
    assert isinstance(told, dict)
    return page(request, "failures.html", run=summary(run), **told)


async def failures_file(request: Request) -> Response:
    """`GET /runs/{name}/failures/{view}.png|svg|npy`: one view, as a picture or as numbers."""
    run, file = await _run(request), request.path_params["file"]
    return _sent(
        await _wanted(request, lambda wanted: asked("failures_file", run, {"file": file}, wanted)), file
    )


async def look_file(request: Request) -> Response:
    """`GET /runs/{name}/look/{view}.png|svg|html|npy?n=12`: one view, as a picture or as numbers."""
    run, file = await _run(request), request.path_params["file"]
    told = {**_which(request), "file": file}
    try:
        return _sent(await _wanted(request, lambda wanted: asked("file", run, told, wanted)), file)
    except ExampleError as error:
        return answer(request, 404, error)


def _sent(content: bytes, file: str) -> Response:
    form = file.rpartition(".")[2]
    seen = form in ("png", "html")
    headers = {} if seen else {"Content-Disposition": f'attachment; filename="{file}"'}
    return Response(content, media_type=_KINDS.get(form, "application/octet-stream"), headers=headers)


async def check(request: Request) -> Response:
    """`POST /api/runs/{name}/look/check/{method}?n=12`: go one example on with a method's sanity check.

    Answers with {"done", "of"}, and with {"similarity", "verdict"} when all examples have been tried.
    """
    run = await _run(request)
    told = {**_which(request), "method": request.path_params["method"]}
    found = await _wanted(request, lambda wanted: asked("check", run, told, wanted))
    return JSONResponse(found if isinstance(found, dict) else {})


async def bring(request: Request) -> Response:
    """`POST /api/runs/{name}/look`: {"text"} or {"picture"}; answers with what to call the example."""
    run = await _run(request)
    try:
        told = await request.json()
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise BadRequest("an example is a text or a picture")
    try:
        found = await asyncio.to_thread(asked, "bring", run, told)
    except RungError as error:
        return answer(request, 400, error)
    assert isinstance(found, dict)
    return JSONResponse(found)


async def mark_example(request: Request) -> Response:
    """`PUT` or `DELETE /api/runs/{name}/marks/{number}`: keep {"note"} with a test example, or forget it."""
    run = await _run(request)
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


routes = [
    Route("/runs/{name}/look", look_page),
    Route("/runs/{name}/look/{file}", look_file),
    Route("/runs/{name}/failures", failures_page),
    Route("/runs/{name}/failures/{file}", failures_file),
    Route("/api/runs/{name}/look", bring, methods=["POST"]),
    Route("/api/runs/{name}/look/check/{method}", check, methods=["POST"]),
    Route("/api/runs/{name}/marks/{number:int}", mark_example, methods=["PUT", "DELETE"]),
]
