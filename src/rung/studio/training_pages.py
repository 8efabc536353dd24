"""The page of a run's training: gradients, updates, histograms, the path across the loss, the boundary."""

import asyncio
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from rung.errors import RungError
from rung.projects.rate_command import search_words
from rung.projects.training_views import FORMS, GROUPS, Scene, TrainingView, TrainingViewError, scenes
from rung.projects.watching import Watched
from rung.train.record import Run

from . import training_seen
from .faults import NotHere
from .pages import environment, page
from .run_control import find
from .run_data import summary


def _shown(run: Run, scene: Scene) -> dict[str, Any]:
    """Return a scene for the page: drawn, or to be fetched where the network must be asked for it."""
    made = None if scene.asks else training_seen.view(run, scene.name)
    return {"scene": scene, "view": made, "drawn": Markup(made.draw()) if made else ""}


def _context(run: Run) -> dict[str, Any]:
    found = scenes(run)
    groups = [
        {"name": name, "title": title, "scenes": [_shown(run, s) for s in found if s.group == name]}
        for name, title in GROUPS.items()
    ]
    told = summary(run)
    return {
        "run": told,
        "groups": [g for g in groups if g["scenes"]],
        "missing": Watched(run).missing,
        "ended": (run.folder / "model.safetensors").is_file(),
        "search": "" if any(s.group == "rate" for s in found) else search_words(run),
    }


async def training_page(request: Request) -> Response:
    """`GET /runs/{name}/training`."""
    run = await asyncio.to_thread(find, request.path_params["name"])
    return page(request, "training.html", **await asyncio.to_thread(_context, run))


async def training_file(request: Request) -> Response:
    """`GET /runs/{name}/training/{view}.svg|csv|npy`: a view as a file; without an ending as a figure."""
    run = await asyncio.to_thread(find, request.path_params["name"])
    name, _, form = request.path_params["file"].rpartition(".")
    if not name:
        return await asyncio.to_thread(_figure, run, form)
    if form not in FORMS:
        raise NotHere(f"there is no view {name}.{form}", rule=f"A view is {', '.join(FORMS)}.")
    content = await asyncio.to_thread(lambda: training_seen.view(run, name).file(form))
    headers = {"Content-Disposition": f'attachment; filename="{run.name}-{name}.{form}"'}
    return Response(content, media_type=FORMS[form], headers=headers)


def _figure(run: Run, name: str) -> Response:
    """Return a view as the part of the page that it fills; or a sentence where it cannot be made."""
    made: TrainingView | None = None
    fault: RungError | None = None
    try:
        made = training_seen.view(run, name)
    except TrainingViewError as error:
        fault = error
    text = (
        environment()
        .get_template("training_figure.html")
        .render(run=summary(run), view=made, drawn=Markup(made.draw()) if made else "", fault=fault)
    )
    return HTMLResponse(text)


routes = [
    Route("/runs/{name}/training", training_page),
    Route("/runs/{name}/training/{file}", training_file),
]
