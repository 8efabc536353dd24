"""Who may talk to the studio: a token, the names it answers to, and what a page may load.

The studio runs code, so any page in the learner's browser that could reach it would own the account. Three
checks stand in front of every request, on HTTP and on WebSocket alike (pure ASGI: Starlette's
BaseHTTPMiddleware never sees a WebSocket):

- Host: only names of this machine, so that a foreign name made to resolve to 127.0.0.1 (DNS rebinding) gets
  nothing;
- Origin: whatever a browser sends across sites is refused, and whatever changes something must say where it
  comes from;
- token: in the printed link once, in an HttpOnly, SameSite=Strict cookie after that.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rung.errors import RungError

LOOPBACK = ("127.0.0.1", "localhost", "::1")
SAFE_METHODS = ("GET", "HEAD")
PAGE_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self' ws://{host}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class OpenAddressError(RungError):
    """The studio was asked to listen where other machines can reach it.

    It runs code for whoever has its link, so it listens on this machine only unless that is asked for by
    name.
    """

    name = "open-address"


def check_address(host: str, *, expose: bool = False) -> str:
    """Return `host` if the studio may listen there.

    Raises:
        OpenAddressError: `host` is not an address of this machine only, and `expose` is False.
    """
    if host in LOOPBACK or expose:
        return host
    raise OpenAddressError(
        f"The studio does not listen on {host}: other machines could reach it.",
        rule="It runs code for whoever holds its link, so it stays on 127.0.0.1 unless told otherwise.",
        fix=f"rung studio --host {host} --expose   (on a network you trust), or an SSH tunnel to 127.0.0.1",
    )


@dataclass(frozen=True)
class Access:
    """What a request must show.

    Args:
        token: the secret in the link.
        port: names the cookie, since browsers share cookies between the ports of a host.
        hosts: the names the studio answers to. Empty: any name (only for an exposed studio).
    """

    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    port: int = 0
    hosts: tuple[str, ...] = LOOPBACK

    @property
    def cookie(self) -> str:
        """Name of the cookie."""
        return f"rung-{self.port}"

    def knows(self, given: str) -> bool:
        """Whether `given` is the token; takes the same time for every wrong one."""
        return hmac.compare_digest(given.encode(), self.token.encode())


def _hostname(netloc: str) -> str:
    try:
        return urlsplit(f"//{netloc}").hostname or ""
    except ValueError:
        return ""


class Gate:
    """ASGI middleware that lets a request through, or says plainly why not."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app, self.access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        scope["nonce"] = secrets.token_urlsafe(16)
        answer = self._refusal(connection)
        if scope["type"] == "websocket":
            if answer is None:
                await self.app(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 4401, "reason": "not signed in"})
            return
        app = self.app if answer is None else answer
        await app(scope, receive, _with_headers(send, scope["nonce"], connection.headers.get("host", "")))

    def _refusal(self, connection: HTTPConnection) -> Response | None:
        """The answer to a request that may not pass, or None. Cheap checks that leak nothing come first."""
        scope, headers = connection.scope, connection.headers
        host = headers.get("host", "")
        if self.access.hosts and _hostname(host) not in self.access.hosts:
            return _plain(421, "This is a rung studio, and it answers to the address it printed only.")
        origin = headers.get("origin")
        changes = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        if (origin or changes) and urlsplit(origin or "").netloc != host:
            return _plain(403, "Refused: the request does not come from a page of this studio.")
        given = connection.query_params.get("token", "")
        if given and scope["type"] == "http" and scope["method"] in SAFE_METHODS and self.access.knows(given):
            return self._sign_in(connection)
        if self.access.knows(connection.cookies.get(self.access.cookie, "")):
            return None
        return _plain(401, "Open the link that `rung studio` printed: it carries the key to this studio.")

    def _sign_in(self, connection: HTTPConnection) -> Response:
        """Swap the token in the link for a cookie, and the link for one without it."""
        rest = [(k, v) for k, v in connection.query_params.multi_items() if k != "token"]
        # One leading slash only: "//name/" would be another host.
        path = "/" + connection.url.path.lstrip("/")
        answer = RedirectResponse(path + (f"?{urlencode(rest)}" if rest else ""), status_code=303)
        answer.set_cookie(
            self.access.cookie, self.access.token, httponly=True, samesite="strict", max_age=365 * 86400
        )
        return answer


def _plain(status: int, text: str) -> Response:
    return Response(text + "\n", status_code=status, media_type="text/plain")


def _with_headers(send: Send, nonce: str, host: str) -> Send:
    """Wrap `send` so that every answer says what it may load, and that nobody else may."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("Content-Security-Policy", PAGE_POLICY.format(nonce=nonce, host=host))
            headers.setdefault("X-Content-Type-Options", "nosniff")
            headers.setdefault("Referrer-Policy", "same-origin")
            headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
            headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending
