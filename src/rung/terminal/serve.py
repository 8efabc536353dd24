"""`rung serve RUN`: a trained network as an app in the browser: draw or fill in, and read the answer."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rung.terminal import screen


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("run", metavar="RUN", help="the name of a finished run; `rung runs` lists them")
    parser.add_argument("--port", type=int, help="a free one from 7860 up if left out")
    parser.add_argument("--no-browser", action="store_true", help="print the link, open nothing")


def run(options: Namespace) -> int:
    """Start the app and stay until it is stopped."""
    import webbrowser

    from rung.projects.serving import app_folder, start
    from rung.train.record import find_run

    folder = app_folder(find_run(options.run), screen.say)
    screen.say("starting the app; the first time takes some seconds")
    app = start(folder, options.port)
    try:
        app.wait()
        screen.say(f"{options.run} is at {app.address}; programs ask POST {app.address}/predict")
        screen.say("Ctrl-C ends it.")
        if not options.no_browser:
            webbrowser.open(app.address)
        app.process.wait()
    except KeyboardInterrupt:
        screen.say()
        return 0
    finally:
        app.stop()
    return 2
