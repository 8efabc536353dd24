"""The gate: who gets in, from where, and what a page may load."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rung.studio.security import Access, Gate, OpenAddressError, check_address

ACCESS = Access(token="t" * 32, port=8765)
HOST = "127.0.0.1:8765"
COOKIE = f"rung-8765={'t' * 32}"


async def _app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"in"})


def ask(
    kind: str = "http",
    method: str = "GET",
    path: str = "/",
    query: str = "",
    access: Access = ACCESS,
    **headers: str,
) -> Any:
    """Send one request through the gate; returns the first message and its headers."""
    sent: list[dict[str, Any]] = []
    given = {"host": HOST, **headers}
    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "scheme": "http" if kind == "http" else "ws",
        "server": ("127.0.0.1", 8765),
        "headers": [(k.encode(), v.encode()) for k, v in given.items()],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect" if kind == "websocket" else "http.request"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(Gate(_app, access)(scope, receive, send))
    return sent[0], {k.decode(): v.decode() for k, v in sent[0].get("headers", [])}


def status(**kwargs: Any) -> int:
    return ask(**kwargs)[0]["status"]


def test_without_the_token_nothing_is_told():
    message, _ = ask()
    assert message["status"] == 401


@pytest.mark.parametrize("cookie", ["rung-8765=", "rung-8765=wrong", f"rung-9000={'t' * 32}"])
def test_a_wrong_cookie_is_refused(cookie):
    assert status(cookie=cookie) == 401


def test_the_cookie_lets_in():
    assert status(cookie=COOKIE) == 200


def test_the_link_is_swapped_for_a_cookie_and_a_clean_address():
    message, headers = ask(path="/lessons/relu", query=f"review=1&token={'t' * 32}")
    assert message["status"] == 303
    assert headers["location"] == "/lessons/relu?review=1"
    cookie = headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_signing_in_cannot_be_bent_to_another_site():
    _, headers = ask(path="//evil.example/", query=f"token={'t' * 32}")
    assert headers["location"] == "/evil.example/"


def test_a_foreign_name_for_this_machine_is_refused_even_with_the_cookie():
    assert status(cookie=COOKIE, host="evil.example:8765") == 421
    assert status(cookie=COOKIE, host="127.0.0.1.evil.example") == 421


@pytest.mark.parametrize("host", ["localhost:8765", "[::1]:8765", "127.0.0.1:8765"])
def test_every_name_of_the_loopback_is_answered(host):
    assert status(cookie=COOKIE, host=host) == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999"])
def test_another_origin_is_refused_whatever_it_asks(origin):
    assert status(cookie=COOKIE, origin=origin) == 403
    assert status(cookie=COOKIE, origin=origin, method="POST") == 403


def test_what_changes_something_must_say_where_it_comes_from():
    assert status(cookie=COOKIE, method="POST") == 403
    assert status(cookie=COOKIE, method="PUT", origin=f"http://{HOST}") == 200


def test_a_websocket_is_held_to_the_same_rules():
    def first(**headers: str) -> str:
        return ask(kind="websocket", **headers)[0]["type"]

    here = f"http://{HOST}"
    assert first(cookie=COOKIE, origin=here) == "websocket.accept"
    assert first(cookie=COOKIE) == "websocket.close"
    assert first(cookie=COOKIE, origin="http://evil.example") == "websocket.close"
    assert first(origin=here) == "websocket.close"
    assert first(cookie=COOKIE, origin="http://evil.example", host="evil.example") == "websocket.close"


def test_a_page_loads_from_the_studio_only_and_runs_no_script_of_a_stranger():
    _, headers = ask(cookie=COOKIE)
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in policy["script-src"]
    assert "'nonce-" in policy["script-src"]
    assert policy["frame-ancestors"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert ask(cookie=COOKIE)[1]["content-security-policy"] != headers["content-security-policy"], (
        "a nonce is used once"
    )


def test_listening_to_the_world_takes_a_word():
    assert check_address("127.0.0.1") == "127.0.0.1"
    assert check_address("0.0.0.0", expose=True) == "0.0.0.0"
    with pytest.raises(OpenAddressError, match="other machines could reach it"):
        check_address("0.0.0.0")
