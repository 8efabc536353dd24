"""Serve the studio: choose a port, print the link, run until Ctrl-C."""

import os
import socket
import sys
from contextlib import suppress
from pathlib import Path

from rung.errors import RungError

from .security import LOOPBACK, Access, check_address

PORT = 8765


class PortTakenError(RungError, OSError):
    """Another program listens where the studio was told to.

    Perhaps a studio runs there already: its link is in the terminal that started it.
    """

    name = "port-taken"


def _token() -> str:
    """The key of this learner's studio: kept, so that a tab or a bookmark still works after a restart."""
    import secrets

    from rung.learn import workspace

    file: Path = workspace.own() / "studio.key"
    try:
        found = file.read_text(encoding="ascii").strip()
        if len(found) >= 32:
            return found
    except (OSError, ValueError):
        pass
    made = secrets.token_urlsafe(24)
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(made)
    return made


def listen(host: str, port: int | None) -> socket.socket:
    """Return a socket that listens; without a port, the first free one from 8765 up.

    Raises:
        PortTakenError: the port that was asked for is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    tried = [port] if port is not None else [*range(PORT, PORT + 20), 0]
    for candidate in tried:
        sock = socket.socket(family, socket.SOCK_STREAM)
        if sys.platform != "win32":  # there it would let two studios share a port
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, candidate))
            return sock
        except OSError as error:
            sock.close()
            reason = error.strerror
    raise PortTakenError(
        f"The studio cannot listen on {host}, port {port}: {reason}.",
        rule="One program a port.",
        fix="leave --port out, and a free one is taken",
    )


def serve(
    host: str = "127.0.0.1",
    port: int | None = None,
    *,
    expose: bool = False,
    open_browser: bool = True,
    page: str = "/",
) -> None:
    """Run the studio until it is interrupted.

    Args:
        host: address to listen on; anything but this machine's own needs `expose`.
        port: to listen on; None takes the first free one from 8765.
        expose: let other machines reach it. Whoever has the link can run code here.
        open_browser: open the link in the person's browser.
        page: where the link leads.
        page: which page the link opens, from "/" on.

    Raises:
        OpenAddressError: `host` can be reached from elsewhere, and `expose` is False.
        PortTakenError: the port is taken.
    """
    check_address(host, expose=expose)
    sock = listen(host, port)

    import uvicorn

    from .app import application

    number = sock.getsockname()[1]
    access = Access(token=_token(), port=number, hosts=() if expose else LOOPBACK)
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    link = f"http://{shown}:{number}{page}?token={access.token}"
    config = uvicorn.Config(
        application(access),
        log_level="warning",
        access_log=False,
        server_header=False,
        ws_ping_interval=20,
        timeout_graceful_shutdown=2,
    )

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            sys.stdout.write(f"The studio is open:  {link}\nCtrl-C ends it. Nothing leaves this machine.\n")
            sys.stdout.flush()
            if open_browser:
                import webbrowser

                webbrowser.open(link)

    with suppress(KeyboardInterrupt):  # Ctrl-C is how it ends
        Server(config).run(sockets=[sock])
