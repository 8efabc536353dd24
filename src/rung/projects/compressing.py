"""What `rung compress RUN` does: one table of what making a trained network smaller costs and brings."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rung.projects.project import load
from rung.projects.scoring import kept_score
from rung.projects.shrinking import MAY_LOSE, METHODS, Shrinking, Variant
from rung.scratch.errors import RungError, UnknownNameError, did_you_mean
from rung.serve.compress.errors import CompressError
from rung.train.checkpoint import write_whole
from rung.train.inputs import predict
from rung.train.machine import versions
from rung.train.recipe import truth_of
from rung.train.record import Run
from rung.train.restore import restore
from rung.train.watch import Stop

PROJECTS = ("digits", "sentiment", "cat-dog", "objects-10")
BATCHES = (1, 64)  # examples in a call that is timed
FOLDER = "compressed"  # of the files, within the run's


def compress(
    run: Run, methods: Sequence[str] | None, epochs: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """Make the network of a finished run smaller, by each method, and measure all that comes of it.

    Settings are chosen on the validation part. Then every network answers the test part once. The networks
    are kept as files in the run's folder, the table as compress.json; neither is touched before all is done.

    Args:
        run: the run; it is not changed.
        methods: keys of METHODS; None: all of them. What does not fit the network is left out.
        epochs: of each training on, at least 1.
        say: told of what takes long.

    Returns:
        the content of compress.json.

    Raises:
        UnknownNameError: there is no such method.
        RunError: the run has not come to its end.
        CompressError: its project is none of PROJECTS, or the only method asked for does not fit.
        KeyboardInterrupt: a person stopped it; nothing was written.
    """
    for method in methods or ():
        if method not in METHODS:
            raise UnknownNameError(
                f"there is no method {method!r}",
                rule=f"There are {', '.join(METHODS)}.",
                fix=did_you_mean(method, list(METHODS)),
            )
    if epochs < 1:
        raise CompressError(f"--epochs is {epochs}", rule="It must be at least 1.")
    kept_score(run)
    slug = run.config["project"]
    if slug not in PROJECTS:
        raise CompressError(
            f"{run.name} is a run of {slug}",
            rule=f"Networks are made smaller of {', '.join(PROJECTS)}: classes of pictures or texts.",
            fix=f"rung export {run.name} --to onnx, and the quantiser of onnxruntime",
        )
    say(f"bringing back {run.name}")
    with Stop() as stop:
        shrinking = Shrinking(restore(load(slug).recipe, run), epochs, say, lambda: stop.wished)
        variants, left_out = [shrinking.original()], []
        for method in METHODS if methods is None else dict.fromkeys(methods):
            try:
                variants.append(shrinking.make(method))
            except RungError as error:
                if methods is not None and len(set(methods)) == 1:
                    raise  # nothing else was asked for; of several, minutes of work would be lost with one
                say(f"  left out: {error.message}")
                left_out.append({"method": method, "why": error.message})
        told = _measured(run, shrinking, variants, stop)
    told["left_out"] = left_out
    _keep(run, variants, told)
    return told


def file_of(variant: Variant) -> str:
    """Return the name of a variant's file: packed where pruning shows only so."""
    return f"{variant.method or 'as-trained'}.onnx{'.gz' * (variant.method == 'magnitude')}"


def content_of(variant: Variant) -> bytes:
    """Return what a variant's file holds."""
    from rung.serve.compress.measure import gzipped

    return gzipped(variant.content) if variant.method == "magnitude" else variant.content


def _measured(run: Run, shrinking: Shrinking, variants: list[Variant], stop: Stop) -> dict[str, Any]:
    """Return the table: sizes, times, and one answer of each network to the test part."""
    from rung.serve.compress.measure import answers, gzipped, latencies, opened, weight_bytes
    from rung.serve.compress.recall import losers
    from rung.serve.onnx_file import compared

    say, task, inputs = shrinking.say, shrinking.recipe.TASK, shrinking.inputs
    sessions = {v.name: opened(v.content) for v in variants}
    test, truth = inputs.splits["test"], truth_of(inputs, "test")
    names = list(map(str, kept_score(run)["names"]))
    say("timing them in turn")
    times = {n: latencies(sessions, shrinking.shown(test[:n])) for n in BATCHES}
    rows: list[dict[str, Any]] = []
    first: Any = None
    for variant in variants:
        if stop.wished:
            raise KeyboardInterrupt
        say(f"answering the test part: {variant.name}")
        raw = answers(sessions[variant.name], shrinking.batches(test))
        if first is None:
            expected = predict(shrinking.backend, shrinking.model, inputs, test, shrinking.outputs)
            compared(raw, expected)
        given = task.outputs(raw)
        first = given if first is None else first
        said, was = given.argmax(axis=1), first.argmax(axis=1)
        rows.append(
            {
                "method": variant.method,
                "name": variant.name,
                "tried": list(variant.tried),
                "file": f"{FOLDER}/{file_of(variant)}",
                "bytes": len(content_of(variant)),
                "gzip": len(gzipped(variant.content)),
                "weights": weight_bytes(variant.content),
                "ms": {str(n): round(times[n][variant.name], 4) for n in BATCHES},
                "score": asdict(task.score(variant.name, given, truth)),
                "difference": task.difference(given, first, truth) if variant.method else None,
                "changed": int((said != was).sum()),
                "losers": [
                    {**lost, "class": names[lost["class"]]}
                    for lost in losers(was, said, truth, given.shape[1])
                ],
            }
        )
    return {
        "run": run.name,
        "about": kept_score(run)["about"],
        "metric": task.metric,
        "unit": task.unit,
        "validation": {"examples": len(inputs.splits["validation"]), "before": shrinking.before},
        "test": len(test),
        "note": _note(len(test), shrinking.width),
        "machine": {**versions(), "processor": processor(), "runtime": "onnxruntime, 1 thread"},
        "rows": rows,
    }


def _note(test: int, width: int) -> str:
    """Say how the table came about."""
    note = (
        f"Settings were chosen on the validation part (the strongest that loses at most {MAY_LOSE:.0%}); "
        f"each network of the table answered the {test:,} test examples once. File: bytes of the ONNX "
        "file; that of magnitude pruning is packed with gzip, since a zero takes as much room as any number. "
        "Memory: of weights and scales as they lie in the file. Times: medians of one call, all networks in "
        "turn. Differences, with their 95 % intervals, and recall are in hundredths; changed: answers."
    )
    filled = f" Texts are filled up to {width} words, the longest there is: the file has one width."
    return note + filled * bool(width)


def processor() -> str:
    """Return what the processor calls itself."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _keep(run: Run, variants: list[Variant], told: dict[str, Any]) -> None:
    """Write the networks and the table, and take away what an earlier table had and this one has not."""
    folder = run.folder / FOLDER
    folder.mkdir(exist_ok=True)
    for variant in variants:
        write_whole(folder / file_of(variant), content_of(variant))
    run.write("compress.json", told)
    kept = {file_of(variant) for variant in variants}
    for file in folder.iterdir():
        if file.name.endswith((".onnx", ".onnx.gz")) and file.name not in kept:
            file.unlink()
