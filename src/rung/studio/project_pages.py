"""The project pages: what each asks, what it takes to train it, and its runs on this machine."""

import asyncio
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rung import projects
from rung.errors import RungError
from rung.learn.render import markdown
from rung.learn.roadmap import roadmap
from rung.learn.standing import is_mine
from rung.train.recipe import parts_of
from rung.train.record import runs

from .faults import NotHere
from .pages import page
from .run_data import ago, say, summary


def _all() -> list[dict[str, Any]]:
    """Return every project with what was reached on this machine."""
    rows = [summary(run) for run in runs()]
    told = []
    for slug in projects.slugs():
        own = [r for r in rows if r["project"] == slug]
        scored = [r for r in own if r["score"] and not r["dry_run"]]
        best = max if not scored or scored[0]["higher"] else min
        top = best(scored, key=lambda r: r["score"]["value"]) if scored else None
        told.append({"project": projects.load(slug), "runs": len(own), "best": top and top["said"]})
    return told


def _one(slug: str) -> dict[str, Any]:
    """Return everything a project's page shows."""
    try:
        project = projects.load(slug)
    except RungError as error:
        raise NotHere(error.message, rule=error.rule, fix=error.fix) from None
    plan, recipe = roadmap(), project.recipe
    parts = [
        {
            "title": p.title,
            "lesson": p.lesson,
            "lesson_title": plan.topics[p.lesson].title if p.lesson in plan.topics else p.lesson,
            "yours": any(is_mine(one) for one in _lessons_of(p.target, p.lesson)),
        }
        for p in parts_of(recipe)
    ]
    text = (project.folder / "README.md").read_text(encoding="utf-8")
    body = text.split("\n", 1)[1] if text.startswith("# ") else text  # the page has its own heading
    unit = recipe.TASK.unit
    expected = [
        (name, f"{say(low, unit)} to {say(high, unit)}") for name, (low, high) in project.expected.items()
    ]
    return {
        "project": project,
        "parts": parts,
        "yours": sum(p["yours"] for p in parts),
        "expected": expected,
        "runs": [summary(run) for run in runs(slug)],
        "readme": Markup(markdown(body)),  # the package's own text
    }


def _lessons_of(target: type, first: str) -> list[str]:
    """Return the lessons that teach a class: a part may be begun in one and finished in another."""
    name = f"{target.__module__}:{target.__qualname__}"
    written = [t for t in roadmap().topics.values() if t.lesson is not None]
    return [t.slug for t in written if t.lesson and name in t.lesson.target] or [first]


async def projects_page(request: Request) -> Response:
    """`GET /projects`."""
    return page(request, "projects.html", projects=await asyncio.to_thread(_all))


async def project_page(request: Request) -> Response:
    """`GET /projects/{slug}`."""
    context = await asyncio.to_thread(_one, request.path_params["slug"])
    return page(request, "project.html", **context, ago=ago)


routes = [Route("/projects", projects_page), Route("/projects/{slug}", project_page)]
