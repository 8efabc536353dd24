"""The sweep pages: each search for good settings, its trials, what the score depended on, the best."""

import asyncio
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rung.errors import RungError
from rung.train.progress import duration
from rung.train.record import Run
from rung.train.sweep.journal import ENDED
from rung.train.sweep.pictures import Picture, importance, parallel
from rung.train.sweep.report import ENOUGH, counted, known, ranked
from rung.train.sweep.space import written
from rung.train.sweep.store import Sweep, find_sweep, sweeps

from .curves import Plot, Series, plot, smooth
from .faults import NotHere
from .pages import page
from .run_data import ago, say

_WIDTHS = {"wide": 960, "narrow": 345}  # px of a picture on a screen and on a telephone


def _find(name: str) -> Sweep:
    try:
        return find_sweep(name)
    except RungError as error:
        raise NotHere(error.message, rule=error.rule, fix=error.fix) from None


def _summary(sweep: Sweep) -> dict[str, Any]:
    """Return one sweep as data: a row of the list."""
    config, found = sweep.config, known(sweep)
    best = found["best"]
    return {
        "name": sweep.name,
        "project": config["project"],
        "title": config["title"],
        "state": found["state"],
        "done": sum(found["counts"].get(state, 0) for state in ENDED),
        "asked": found["asked"],
        "searched": list(config["space"]),
        "best": say(best["score"], found["unit"]) if best else "–",
        "metric": found["metric"],
        "sampler": config["sampler"].rpartition("/")[2],
        "started": config["started"],
    }


def _one(sweep: Sweep) -> dict[str, Any]:
    """Return everything a sweep's page shows."""
    config, found = sweep.config, known(sweep)
    best = ranked(found["trials"], found["higher"])
    rest = [row for row in found["trials"] if row["state"] != "complete"]
    space = sweep.space
    return {
        "sweep": _summary(sweep),
        "found": found,
        "counted": counted(found),
        "command": found["command"].replace(" --", "\n--").split("\n"),  # broken between options only
        "rows": [_row(sweep, row, found) for row in (*best, *rest)],
        "names": list(space),
        "asked": " and ".join(filter(None, (", ".join([*space][:-1]), [*space][-1]))),
        "importance": _drawn(importance, found),
        "parallel": _drawn(parallel, found, space),
        "enough": ENOUGH,
        "space": [(name, str(setting)) for name, setting in space.items()],
        "held": _held(config),
        "folder": str(sweep.folder),
    }


def _row(sweep: Sweep, row: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "said": say(row["score"], found["unit"]),
        "best": found["best"] is not None and row["number"] == found["best"]["number"],
        "settings": [(name, written(value)) for name, value in row["settings"].items()],
        "time": _time(row["seconds"]),
        "curve": bool(sweep.trial(row["number"]).metrics()),
    }


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    return f"{seconds:.1f} s" if seconds < 60 else duration(seconds)


def _drawn(draw: Any, found: dict[str, Any], *more: Any) -> dict[str, Markup] | None:
    """Return a picture for a wide and for a narrow page, or None where there is nothing to draw."""
    pictures: dict[str, Picture | None] = {
        name: draw(found, *more, width=width) for name, width in _WIDTHS.items()
    }
    return {name: Markup(picture.svg()) for name, picture in pictures.items() if picture} or None


def _held(config: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the settings that every trial had."""
    held = {**config["config"], **{k: v for k, v in config["techniques"].items() if v not in (None, False)}}
    if config["data_limit"] is not None:
        held["data-limit"] = config["data_limit"]
    return [
        (name.replace("_", "-"), written(value))
        for name, value in held.items()
        if name not in config["space"]
    ]


def _curves(trial: Run, metric: str, unit: str) -> list[Plot]:
    """Return a trial's loss and validation score, epoch by epoch."""
    lines = trial.metrics()
    checked = [line for line in lines if "epoch" in line]
    per_epoch = checked[0]["step"] / checked[0]["epoch"] if checked else 1
    epochs = trial.config["config"]["epochs"]
    x, losses = [line["step"] / per_epoch for line in lines], [line["loss"] for line in lines]
    raw, mean = Series(x, losses, "", "a", "faint"), Series(x, smooth(losses), "loss", "a")
    scores = Series(
        [line["step"] / per_epoch for line in checked],
        [line["validation"] for line in checked],
        metric,
        "a",
        "dots",
    )
    title = f"{metric[0].upper()}{metric[1:]} on the validation part"
    return [
        plot("Loss on the training batches", [raw, mean], xlabel="epoch", xmax=epochs, log=True),
        plot(title, [scores], xlabel="epoch", xmax=epochs, percent=unit == "share"),
    ]


def _trial(sweep: Sweep, number: int) -> dict[str, Any]:
    """Return everything a trial's page shows."""
    found = known(sweep)
    row = next((r for r in found["trials"] if r["number"] == number), None)
    if row is None:
        raise NotHere(f"the sweep {sweep.name} has no trial {number}", fix=f"/sweeps/{sweep.name}")
    return {
        "sweep": _summary(sweep),
        "trial": _row(sweep, row, found),
        "metric": found["metric"],
        "plots": _curves(sweep.trial(number), found["metric"], found["unit"]),
    }


async def sweeps_page(request: Request) -> Response:
    """`GET /sweeps`."""
    rows = await asyncio.to_thread(lambda: [_summary(sweep) for sweep in sweeps()])
    return page(request, "sweeps.html", sweeps=rows, ago=ago)


async def sweep_page(request: Request) -> Response:
    """`GET /sweeps/{name}`."""
    context = await asyncio.to_thread(lambda: _one(_find(request.path_params["name"])))
    return page(request, "sweep.html", **context, ago=ago)


async def trial_page(request: Request) -> Response:
    """`GET /sweeps/{name}/trials/{number}`."""
    told = request.path_params
    context = await asyncio.to_thread(lambda: _trial(_find(told["name"]), told["number"]))
    return page(request, "sweep_trial.html", **context)


async def sweep_json(request: Request) -> Response:
    """`GET /api/sweeps/{name}`: what `rung sweep --json` prints."""
    found = await asyncio.to_thread(lambda: known(_find(request.path_params["name"])))
    return JSONResponse(found)


routes = [
    Route("/sweeps", sweeps_page),
    Route("/sweeps/{name}", sweep_page),
    Route("/sweeps/{name}/trials/{number:int}", trial_page),
    Route("/api/sweeps/{name}", sweep_json),
]
