"""`rung studio [LESSON]`: the studio in the browser."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rung.terminal.names import chosen


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("lesson", nargs="?", help="open this lesson")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on; this machine only if left out"
    )
    parser.add_argument("--port", type=int, default=None, help="a free one from 8765 up if left out")
    parser.add_argument("--no-browser", action="store_true", help="print the link, open nothing")
    parser.add_argument("--expose", action="store_true", help="allow an address that others can reach")


def run(options: Namespace) -> int:
    """Start the studio and stay until it is stopped."""
    page = f"/lessons/{chosen(options.lesson).slug}" if options.lesson else "/"
    from rung import studio

    shown = not options.no_browser
    studio.serve(options.host, options.port, expose=options.expose, open_browser=shown, page=page)
    return 0
