"""What a person sees when something is not there or went wrong: a sentence and a likely repair."""

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import HTTPExceptionHandler

from rung.errors import RungError, UnknownNameError

log = logging.getLogger("rung.studio")


class NotHere(RungError, LookupError):
    """An address of the studio leads to nothing.

    It was mistyped, or it belongs to a lesson, run or file that has since been renamed or removed.
    """

    name = "not-here"


class BadRequest(RungError, ValueError):
    """A page of the studio sent something the studio does not understand.

    A page that was open while rung was updated does this; reloading it is the cure.
    """

    name = "bad-request"


def wants_json(request: Request) -> bool:
    """Whether the answer goes to a script and not to a person."""
    return request.url.path.startswith("/api/")


def answer(request: Request, status: int, error: RungError) -> Response:
    """Say what happened: JSON to a script, a page to a person."""
    if wants_json(request):
        body = {"error": error.message, "rule": error.rule, "fix": error.fix, "name": error.name}
        return JSONResponse(body, status_code=status)
    from .pages import page

    return page(request, "fault.html", status=status, error=error, code=status)


async def not_here(request: Request, error: Exception) -> Response:
    """A name or an address that leads nowhere."""
    if isinstance(error, RungError):
        return answer(request, 404, error)
    path = request.url.path
    return answer(request, 404, NotHere(f"There is nothing at {path}.", fix="look for it on the map"))


async def http_fault(request: Request, error: Exception) -> Response:
    """Starlette's own refusals: no route, wrong method."""
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return await not_here(request, error)
    return answer(request, error.status_code, BadRequest(str(error.detail), fix="reload the page"))


async def refused(request: Request, error: Exception) -> Response:
    """An error that rung raises on purpose: the sentence is the answer."""
    assert isinstance(error, RungError)
    return answer(request, 400, error)


async def broken(request: Request, error: Exception) -> Response:
    """A bug of ours: the terminal gets the traceback, the learner a sentence and what is safe."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    sentence = f"The studio failed while answering: {type(error).__name__}: {error}"
    fault = RungError(
        sentence,
        rule="Your files and your record are on disk and untouched by this.",
        fix="reload the page; if it happens again, the terminal that runs `rung studio` shows where",
    )
    return answer(request, 500, fault)


handlers: dict[int | type[Exception], HTTPExceptionHandler] = {
    NotHere: not_here,
    UnknownNameError: not_here,
    RungError: refused,
    HTTPException: http_fault,
    500: broken,
}
