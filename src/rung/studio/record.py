"""The record page: what was passed, when, what it took, what is due; and the same as a file."""

import asyncio
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from rung.learn.report import as_markdown, report, span

from .home import WORDS
from .pages import page

_DASH = datetime(2000, 1, 2).strftime("%-d") == "2"  # Windows knows no %-d


def when(seconds: float | None) -> str:
    """A day as a person writes it."""
    return datetime.fromtimestamp(seconds).strftime("%-d %B %Y" if _DASH else "%d %B %Y") if seconds else ""


async def record_page(request: Request) -> Response:
    """`GET /record`."""
    data = await asyncio.to_thread(report)
    return page(
        request,
        "record.html",
        data=data,
        when=when,
        span=span,
        words=WORDS,
        passed=data["passed"],
        of=data["total"],
    )


async def record_json(request: Request) -> Response:
    """`GET /record.json`: the same as `rung record --json`."""
    headers = {"Content-Disposition": 'attachment; filename="rung-record.json"'}
    return JSONResponse(await asyncio.to_thread(report), headers=headers)


async def record_markdown(request: Request) -> Response:
    """`GET /record.md`: the same as `rung record --markdown`."""
    headers = {"Content-Disposition": 'attachment; filename="rung-record.md"'}
    text = as_markdown(await asyncio.to_thread(report))
    return PlainTextResponse(text, media_type="text/markdown", headers=headers)


routes = [
    Route("/record", record_page),
    Route("/record.json", record_json),
    Route("/record.md", record_markdown),
]
