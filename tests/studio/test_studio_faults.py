"""What a person and a script are told when the studio itself fails."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from rung.studio.faults import handlers


def _boom(request: Request) -> None:
    raise ZeroDivisionError("a bug of ours")


def ask(path: str) -> tuple[int, str]:
    """Send one request to an application whose every route fails; the failure is raised again for the log."""
    app = Starlette(routes=[Route("/page", _boom), Route("/api/page", _boom)], exception_handlers=handlers)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "root_path": ""}
    scope |= {"query_string": b"", "headers": [(b"host", b"127.0.0.1")], "scheme": "http"}
    scope |= {"server": ("127.0.0.1", 80)}
    with suppress(ZeroDivisionError):
        asyncio.run(app(scope, receive, send))
    return sent[0]["status"], b"".join(m.get("body", b"") for m in sent[1:]).decode()


def test_a_bug_of_ours_is_a_page_that_says_what_is_safe_and_what_to_do():
    status, text = ask("/page")
    assert status == 500
    assert "Something went wrong" in text
    assert "a bug of ours" in text
    assert "untouched by this" in text
    assert "Traceback" not in text


def test_a_script_gets_the_same_as_data():
    status, text = ask("/api/page")
    assert status == 500
    assert "a bug of ours" in json.loads(text)["error"]


@pytest.mark.parametrize("path", ["/nothing", "/api/nothing"])
def test_an_address_that_leads_nowhere(path):
    status, text = ask(path)
    assert status == 404
    assert "There is nothing at" in text
