"""The page of a lesson, written or not."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from rung.learn import evidence, workspace
from rung.learn.lesson import Lesson
from rung.learn.roadmap import Roadmap, Topic, roadmap
from rung.learn.standing import Standing, is_done, standing

from . import exercises
from .pages import page
from .preview import preview
from .rendered import NotRendered
from .watch import brief


@dataclass(frozen=True)
class Around:
    """What stands next to a lesson on the map.

    Attributes:
        missing: prerequisites that are not passed.
        before: what it stands on.
        after: what it opens.
    """

    missing: list[Topic]
    before: list[Topic]
    after: list[Topic]


def around(plan: Roadmap, states: dict[str, Standing], topic: Topic) -> Around:
    """Find what stands next to a topic."""
    before = [plan.topics[r] for r in topic.requires if r in plan.topics]
    after = [t for t in plan.topics.values() if topic.slug in t.requires]
    missing = [plan.topics[s] for s in states[topic.slug].missing]
    return Around(missing, before, after)


def _place(slug: str) -> dict[str, Any]:
    plan, states = roadmap(), standing()
    topic = plan.topic(slug)
    near = around(plan, states, topic)
    # Onward: what this lesson opens and is not passed yet, a written one first.
    ahead = sorted(
        near.after, key=lambda t: (not t.written, is_done(states[t.slug].state), t.track != topic.track)
    )
    return {
        "plan": plan,
        "topic": topic,
        "standing": states[topic.slug],
        "states": states,
        "around": near,
        "onward": ahead[0] if ahead else None,
        "stage": next(s for s in plan.stages if (s.track, s.level) == (topic.track, topic.level)),
        "passed": sum(is_done(s.state) for s in states.values()),
        "of": len(states),
    }


async def lesson_page(request: Request) -> Response:
    """`GET /lessons/{slug}`: the lesson, or what it will teach."""
    slug = request.path_params["slug"]
    place = await asyncio.to_thread(_place, slug)
    topic: Topic = place["topic"]
    if topic.slug != slug:
        return RedirectResponse(f"/lessons/{topic.slug}", status_code=308)
    if topic.lesson is None:
        return page(request, "unwritten.html", **place)
    review = request.query_params.get("review") == "1"
    await asyncio.to_thread(evidence.note, topic.slug, "opened", "studio")
    return await _written(request, topic.lesson, place, review)


async def _written(
    request: Request,
    found: Lesson,
    place: dict[str, Any],
    review: bool,
    verdict: str = "",
    text: str | None = None,
) -> Response:
    state = await asyncio.to_thread(exercises.state, found, review)
    fault, waiting = None, False
    try:
        content = await request.app.state.renderer.page(found.slug)
        if content is None:
            content, waiting = await asyncio.to_thread(preview, found), True
    except NotRendered as error:
        # The exercise needs no notebook: a lesson whose text is broken can still be worked on.
        content, fault = {"blocks": [{"type": "exercise"}], "headings": []}, error
    status = 200 if fault is None else 500
    shown = state if text is None else exercises.replaced(state, text)
    return page(
        request,
        "lesson.html",
        status,
        lesson=found,
        content=content,
        fault=fault,
        waiting=waiting,
        exercise=shown,
        verdict=verdict,
        **place,
    )


async def check_without_scripts(request: Request) -> Response:
    """`POST /lessons/{slug}`: save and check from the plain form; the page comes back with the verdict."""
    place = await asyncio.to_thread(_place, request.path_params["slug"])
    topic: Topic = place["topic"]
    if topic.lesson is None:
        return page(request, "unwritten.html", **place)
    review = request.query_params.get("review") == "1"
    form = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    text = form.get("code", [""])[0].replace("\r\n", "\n")
    try:
        await asyncio.to_thread(workspace.write, topic.slug, text, form.get("hash", [""])[0], review=review)
    except workspace.ClashError as error:
        message = exercises.clash_html(error)
        return await _written(request, topic.lesson, place, review, verdict=message, text=text)
    verdict = await exercises.check(topic.lesson, text, review)
    html = exercises.verdict_html(verdict, topic.lesson, brief(place["onward"]))
    return await _written(
        request, topic.lesson, await asyncio.to_thread(_place, topic.slug), review, verdict=html
    )


routes = [
    Route("/lessons/{slug}", lesson_page, methods=["GET"]),
    Route("/lessons/{slug}", check_without_scripts, methods=["POST"]),
]
