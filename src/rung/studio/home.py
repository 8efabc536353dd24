"""The home page: what to do now, and the map."""

import asyncio
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rung.learn import evidence
from rung.learn.roadmap import Roadmap, Topic, roadmap
from rung.learn.standing import STATES, Standing, as_row, is_done, standing, upcoming

from .chart import Chart, lay_out
from .pages import page
from .watch import ahead

# What a sign on the map means, in the order of the legend; the same words are read out.
WORDS = {
    "passed": "passed",
    "next": "next",
    "due": "due for review",
    "stale": "changed since it passed",
    "open": "open",
    "locked": "needs others first",
    "unwritten": "not written yet",
}


@dataclass(frozen=True)
class Now:
    """What to do now.

    Attributes:
        fresh: nothing was ever done here.
        topic: the lesson to go on with.
        resumed: it was begun before.
        due: further lessons whose review is due.
        others: further open lessons.
    """

    fresh: bool
    topic: Topic | None
    resumed: bool
    due: list[Topic]
    others: list[Topic]


def now(plan: Roadmap, states: dict[str, Standing], following: Topic | None) -> Now:
    """Find what to do now: the lesson last worked on if it is not passed, else the next one."""
    touched = [(r.at, r.lesson) for r in evidence.records()] + [(s.at, s.lesson) for s in evidence.steps()]
    last = plan.topics.get(max(touched)[1]) if touched else None
    resumed = last is not None and last.lesson is not None and not is_done(states[last.slug].state)
    topic = last if resumed else following
    due = [t for t in plan.topics.values() if states[t.slug].state == "due" and t != topic]
    ready = [t for t in plan.path() if t.lesson and states[t.slug].state == "open" and t != topic]
    return Now(not touched, topic, resumed, due[:3], ready[: 3 if not due else 1])


@lru_cache(maxsize=2)
def _chart(tracks: tuple[str, ...], topics: tuple[Topic, ...], lines: tuple[tuple[str, str], ...]) -> Chart:
    return lay_out(tracks, topics, lines)


def chart(plan: Roadmap) -> Chart:
    """The map laid out; the same roadmap is laid out once."""
    return _chart(tuple(plan.tracks), tuple(plan.topics.values()), tuple(plan.lines()))


def _context() -> dict[str, Any]:
    plan, states = roadmap(), standing()
    laid = chart(plan)
    following = upcoming()
    todo = now(plan, states, following)
    fresh = ahead({slug: s.state for slug, s in states.items()}, following)
    passed = sum(is_done(s.state) for s in states.values())
    opens: dict[str, list[str]] = {slug: [] for slug in plan.topics}
    for line in laid.lines:
        opens[line.source].append(line.target)
    return {
        "plan": plan,
        "states": states,
        "chart": laid,
        "now": todo,
        "next": fresh.slug if fresh else "",
        "passed": passed,
        "of": len(states),
        "written": sum(t.written for t in plan.topics.values()),
        "words": WORDS,
        "opens": opens,
    }


async def home(request: Request) -> Response:
    """`GET /`."""
    return page(request, "home.html", **await asyncio.to_thread(_context))


def map_data() -> dict[str, Any]:
    """The map as data: what `rung map --json` prints, and the next lesson."""
    plan, states = roadmap(), standing()
    following = upcoming()
    return {
        "lessons": [as_row(t, states[t.slug].state) for t in plan.topics.values()],
        "states": STATES,
        "next": following.slug if following else None,
    }


async def map_json(request: Request) -> Response:
    """`GET /api/map`."""
    return JSONResponse(await asyncio.to_thread(map_data))


routes = [Route("/", home), Route("/api/map", map_json)]
