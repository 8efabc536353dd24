"""`rung look RUN`: inside a trained network: what it is made of, what it makes of one example, and why."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from rung.terminal import screen


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    help_run = "the name of a finished run; or MODEL.pt, a torch.nn.Module saved whole, with --input"
    parser.add_argument("run", metavar="RUN", help=help_run)
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--test", type=int, default=0, metavar="N", help="the number of a test example (default 0)"
    )
    which.add_argument("--text", help="a text of your own")
    which.add_argument("--picture", metavar="FILE", help="a picture of your own")
    parser.add_argument("--input", metavar="FILE", help="of MODEL.pt: its input, a batch in a .npy or .npz")
    parser.add_argument("--trust", action="store_true", help="load MODEL.pt, which runs the code in it")
    parser.add_argument("--out", metavar="FOLDER", help="where the pictures go; RUN-look here if left out")
    parser.add_argument(
        "--training", action="store_true", help="look at the training: gradients, updates, its path ..."
    )
    parser.add_argument(
        "--no-checks", action="store_true", help="leave out the sanity checks, which draw each map anew"
    )
    parser.add_argument("--json", action="store_true", help="print what was found as JSON, and nothing else")


def run(options: Namespace) -> int:
    """Show the network and the answer, and write the pictures; of the training, if that was asked for."""
    if options.training:
        from rung.terminal.look_training import run as run_training

        return run_training(options)
    from rung.explain import network
    from rung.projects.ownparts import told_parts
    from rung.projects.viewfolder import written
    from rung.projects.views import recorded, views

    looking, example = chosen(options)
    passed = recorded(looking)
    answer, found = views(looking, example, passed)
    checked = {} if options.no_checks else checks(looking, [v.method for v in found if v.method])
    notes = told_parts(getattr(looking, "parts", ()))
    folder = Path(options.out or f"{Path(options.run).stem}-look")
    written(found, folder, example, answer, checked, notes)
    if options.json:
        screen.as_json(
            {
                "run": options.run,
                "example": example.label,
                "truth": example.truth or None,
                "said": answer.said,
                "top": [{"answer": name, "share": share} for name, share in answer.top],
                "network": network.table(passed),
                "views": {view.name: view.caption for view in found},
                "checks": {
                    name: {"similarity": c.similarity, "verdict": c.verdict} for name, c in checked.items()
                },
                "parts": notes,
                "folder": str(folder),
            }
        )
        return 0
    screen.table(["layer", "kind", "output", "parameters", "memory", "work", "time"], _rows(passed))
    screen.say()
    screen.say(network.caption(passed))
    for note in notes:
        screen.say(note)
    screen.say()
    truth = f" (it is {example.truth})" if example.truth else ""
    screen.say(f"{example.label[0].upper()}{example.label[1:]}{truth}", "bold")
    for name, share in answer.top:
        screen.say(f"  {share:6.1%}  {name}")
    if not answer.top:
        screen.say(f"  {answer.said}")
    for view in found:
        text = view.text() if view.text else ""
        if text or view.method in checked:
            screen.say()
            screen.say(view.title, "bold")
        for line in text.splitlines():
            screen.indented(line, 2)
        if view.beside is not None and view.beside.text and view.method in checked:
            screen.indented("With random weights:", 2)
            for line in view.beside.text().splitlines():
                screen.indented(line, 2)
        if view.method in checked:
            screen.say(checked[view.method].verdict)
    screen.say()
    screen.say(f"{len(found)} views, with what each shows: {folder / 'index.html'}")
    return 0


def _rows(passed: Any) -> list[list[str]]:
    """Return a row for each box of the drawing: what it is, what comes out, and what it costs."""
    from rung.explain import network

    return [
        [
            box.name or "model",
            box.kind,
            "x".join(map(str, box.output)),
            network.told_count(box.parameters) if box.parameters else "",
            network.told_bytes(box.bytes),
            network.told_flops(box.flops) if box.flops else "",
            network.told_seconds(box.seconds) if box.seconds > 0 else "",
        ]
        for box in network.nodes(passed, network.opened_at_first(passed))
    ]


def checks(looking: Any, methods: list[str]) -> dict[str, Any]:
    """Check the sanity of every method, telling how far it is on standard error where that is a terminal."""
    from rung.projects.checking import sanity

    kept = sanity(looking)
    found = {}
    for method in methods:
        for now in kept.steps(method):
            if sys.stderr.isatty():
                told = f"sanity check of {method}: {len(now.similarities)} of {now.of} examples"
                sys.stderr.write(f"\r{told:<70}")
                sys.stderr.flush()
        found[method] = kept.checked(method)
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{'':<70}\r")
    return found


def chosen(options: Namespace) -> tuple[Any, Any]:
    """Return what to look into, a run or a model from outside, and the example.

    Raises:
        ExampleError: a model from outside has no input, or a file cannot be read.
    """
    from rung.learn.parts import replacements
    from rung.projects.looking import ExampleError, Looking
    from rung.projects.outside import Outside
    from rung.train.record import find_run

    if options.run.endswith((".pt", ".pth")):
        if options.input is None:
            raise ExampleError(f"{options.run} comes without an input", fix="--input x.npy, a batch of it")
        outside = Outside(options.run, options.input, options.trust)
        return outside, outside.example(options.test)
    looking = Looking(find_run(options.run), replacements())
    if options.text is not None:
        return looking, looking.own_text(options.text)
    if options.picture is None:
        return looking, looking.example(options.test)
    try:
        file = Path(options.picture).expanduser().read_bytes()
    except OSError as error:
        raise ExampleError(f"{options.picture} cannot be read: {error.strerror}") from None
    return looking, looking.own_picture(file)
