"""`rung`: the terminal. One table of commands; a command's module is imported when it is called."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from rung import __version__
from rung.errors import RungError, UnknownNameError, did_you_mean

PASSED, NOT_PASSED, FAULT = 0, 1, 2

# command: (module in rung.terminal, what it does); in the order in which help shows them
COMMANDS: dict[str, tuple[str, str]] = {
    "studio": ("studio", "open the studio in the browser: map, lessons, record"),
    "init": ("init", "make the folder with one file a lesson"),
    "next": ("next", "what comes next, and where its file is"),
    "check": ("check", "grade my code"),
    "watch": ("watch", "grade it again at every save"),
    "hint": ("hint", "a nudge, then an idea, then almost the code"),
    "solution": ("solution", "the library's own answer, after a pass or with a reason"),
    "lesson": ("lesson", "read a lesson in the terminal"),
    "map": ("map", "every topic, and where I stand"),
    "record": ("record", "what I passed, when, and what is due"),
    "train": ("train", "train a project on real data"),
    "runs": ("runs", "every training: listed, compared, one beside another"),
    "score": ("score", "how good a run is on examples it never saw"),
    "sweep": ("sweep", "search for good settings, judged on the validation part alone"),
    "look": ("look", "inside a trained network: what it makes of an example, and why"),
    "serve": ("serve", "a trained network as an app in the browser"),
    "export": ("export", "a run for others: ONNX, PyTorch, a web page, a Space, a card"),
    "compress": ("compress", "a run made smaller: what each way costs and brings"),
    "data": ("data", "the data sets: what each holds, and whether it is here"),
    "prove": ("prove", "every part beside the reference: values, gradients, steps"),
    "where": ("where", "where a name stands: op, layer, lesson, tests, users"),
    "explain": ("explain", "the page of an error: why, and the repair"),
    "cheatsheet": ("cheatsheet", "the line to remember of every lesson"),
    "resources": ("resources", "papers, books and courses, by the lessons they serve"),
    "doctor": ("doctor", "is this machine ready?"),
    "new": ("new", "the skeleton of a lesson, op, model, data set or project"),
    "dev": ("dev", "for authors: is a lesson honest?"),
}
# commands that read their own words, options included
OWN_WORDS = {"train", "sweep"}


def parser(command: str) -> argparse.ArgumentParser:
    """Return the parser of one command.

    Args:
        command: a key of COMMANDS.
    """
    made = argparse.ArgumentParser(prog=f"rung {command}", description=_sentence(COMMANDS[command][1]))
    _module(command).arguments(made)
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: the words after `rung`; the process's own if left out.

    Returns:
        0 when it passed or was done, 1 when it did not pass, 2 for a fault, which is told on standard error.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    _write_anything()
    if not words or words[0] in ("-h", "--help", "help"):
        print(_help())
        return PASSED
    if words[0] in ("-V", "--version", "version"):
        print(f"rung {__version__}")
        return PASSED
    command, rest = words[0], words[1:]
    try:
        _known(command)
        if command in OWN_WORDS:
            return int(_module(command).run(rest))
        return int(_module(command).run(parser(command).parse_args(rest)))
    except RungError as error:
        print(error, file=sys.stderr)
        return FAULT
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        _close_quietly()
        return PASSED
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return NOT_PASSED


def _known(command: str) -> None:
    if command not in COMMANDS:
        fix = did_you_mean(command, list(COMMANDS)) or "rung --help"
        raise UnknownNameError(f'there is no command "{command}"', fix=fix)


def _module(command: str):  # type: ignore[no-untyped-def]  # a module has no narrower type
    return importlib.import_module(f"rung.terminal.{COMMANDS[command][0]}")


def _help() -> str:
    width = max(map(len, COMMANDS))
    rows = [f"  {name:<{width}}  {about}" for name, (_, about) in COMMANDS.items()]
    return "\n".join(
        [
            "rung: learn deep learning by doing it, one runnable step at a time.",
            "",
            "usage: rung COMMAND [...]       rung COMMAND --help tells more",
            "",
            *rows,
        ]
    )


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def _write_anything() -> None:
    """Let a terminal that lacks a letter show something in its place, in place of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _close_quietly() -> None:
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
