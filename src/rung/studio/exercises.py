"""The learner's file, seen from a page: read and save it, check it, hints one at a time, the answer.

The file is the workspace's own, the one that a terminal grades and any editor opens. A save says which
version it was made from; where that is no longer what stands on disk, nothing is written and the page shows
both.
"""

import asyncio
import re
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rung.learn import evidence, workspace
from rung.learn.grading import Verdict, grade
from rung.learn.grading.verdict import code_hash
from rung.learn.lesson import Lesson, lesson
from rung.learn.render import code as highlighted
from rung.learn.render import markdown
from rung.learn.stub import answer, stub

from .faults import BadRequest
from .pages import environment

LONGEST = 200_000  # characters of a learner's file
LINE = re.compile(r"\b[Ll]ine (\d+)")
ONE_AT_A_TIME = asyncio.Semaphore(2)  # verdicts under way; more would only make each of them slower


@dataclass(frozen=True)
class State:
    """Where the learner stands with one exercise.

    Attributes:
        text: the file on disk, or the stub.
        hash: of that text.
        stub: the beginning.
        path: of the file, with the home folder as ~.
        hints: the rungs opened so far, as (heading, HTML).
        rungs: how many there are.
        passed: whether it ever passed.
        review: whether this is the file of a review.
    """

    text: str
    hash: str
    stub: str
    path: str
    hints: list[tuple[str, str]]
    rungs: int
    passed: bool
    review: bool


def state(found: Lesson, review: bool = False) -> State:
    """Read where the learner stands with a lesson's exercise."""
    text = workspace.read(found.slug, review=review)
    rungs = found.hints()
    return State(
        text=text,
        hash=code_hash(text),
        stub=stub(found),
        path=shown_path(found.slug, review),
        hints=[(heading, markdown(body, ids=False)) for heading, body in rungs[: opened(found)]],
        rungs=len(rungs),
        passed=any(r.passed for r in evidence.records(found.slug)),
        review=review,
    )


def opened(found: Lesson) -> int:
    """How many rungs of the hints have been opened: they are opened in order, so the count says which."""
    return len({step.detail for step in evidence.steps(found.slug, "hint")})


def shown_path(slug: str, review: bool = False) -> str:
    """The path of the learner's file as a person writes it."""
    from pathlib import Path

    path = workspace.path(slug, review=review)
    try:
        return "~/" + path.relative_to(Path.home()).as_posix()
    except ValueError:
        return str(path)


def verdict_html(verdict: Verdict, found: Lesson, following: Any = None) -> str:
    """The verdict as a part of a page; the page without scripts and the one with them show the same."""
    told = markdown(verdict.diagnosis, ids=False) if verdict.diagnosis else ""
    template = environment().get_template("_verdict.html")
    return template.render(
        verdict=verdict, diagnosis=told, failure=verdict.failure(), lesson=found, next=following
    )


def clash_html(error: workspace.ClashError) -> str:
    """Both versions are safe: the page shows this beside the text that was sent."""
    return environment().get_template("_clash_plain.html").render(error=error)


def replaced(now: State, text: str) -> State:
    """The state with the page's text in the place of the disk's."""
    return replace(now, text=text)


async def check(found: Lesson, text: str, review: bool = False) -> Verdict:
    """Grade a text, and keep what came of it."""
    async with ONE_AT_A_TIME:
        path = workspace.path(found.slug, review=review)
        verdict = await asyncio.to_thread(grade, found, text, filename=path.name)
    await asyncio.to_thread(evidence.record, verdict, review=review)
    return verdict


def first_line(verdict: Verdict) -> int | None:
    """The line of the learner's file that a fault points at, if it names one."""
    failure = verdict.failure()
    match = LINE.search(verdict.fault or "") or LINE.search(failure.message if failure else "")
    return int(match[1]) if match else None


# -- what scripts ask ----------------------------------------------------------------------------------------


def _lesson(request: Request) -> tuple[Lesson, bool]:
    return lesson(request.path_params["slug"]), request.query_params.get("review") == "1"


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise BadRequest("The page sent something that is not JSON.", fix="reload the page")
    return body


def _text(body: dict[str, Any]) -> tuple[str, str | None]:
    text, expected = body.get("text"), body.get("expected")
    if not isinstance(text, str) or not (expected is None or isinstance(expected, str)):
        raise BadRequest("The page sent no text to save.", fix="reload the page; your text is kept in it")
    if len(text) > LONGEST:
        raise BadRequest(
            f"That is {len(text):,} characters; an exercise takes {LONGEST:,} at most.",
            fix="was something pasted twice?",
        )
    return text, expected


def _clash(error: workspace.ClashError) -> Response:
    body = {"error": error.message, "text": error.current, "hash": code_hash(error.current)}
    return JSONResponse(body, status_code=409)


async def read_file(request: Request) -> Response:
    """`GET file`: the text, its hash and where it is."""
    found, review = _lesson(request)
    text = await asyncio.to_thread(workspace.read, found.slug, review=review)
    return JSONResponse({"text": text, "hash": code_hash(text), "path": shown_path(found.slug, review)})


async def write_file(request: Request) -> Response:
    """`PUT file` with `{"text", "expected"}`: save; 409 with the text on disk where that is another."""
    found, review = _lesson(request)
    text, expected = _text(await _body(request))
    try:
        await asyncio.to_thread(workspace.write, found.slug, text, expected, review=review)
    except workspace.ClashError as error:
        return _clash(error)
    return JSONResponse({"hash": code_hash(text)})


async def check_file(request: Request) -> Response:
    """`POST check` with `{"text", "expected"}`: save, grade, record; the verdict as data and as HTML."""
    found, review = _lesson(request)
    text, expected = _text(await _body(request))
    try:
        await asyncio.to_thread(workspace.write, found.slug, text, expected, review=review)
    except workspace.ClashError as error:
        return _clash(error)
    verdict = await check(found, text, review)
    hub = request.app.state.hub
    await hub.look()  # every page hears of it before this one has its answer
    if verdict.passed and not review:
        hub.redraw(found.slug)  # also when it had passed before: it is another text now
    failure = verdict.failure()
    return JSONResponse(
        {
            "verdict": verdict.to_dict(),
            "html": verdict_html(verdict, found, hub.watch.next_lesson()),
            "hash": code_hash(text),
            "line": None if verdict.passed else first_line(verdict),
            "summary": verdict.fault or (failure.title if failure else ""),
        }
    )


async def next_hint(request: Request) -> Response:
    """`POST hints`: open the next rung. Recorded, never punished."""
    found, _ = _lesson(request)
    rungs, used = found.hints(), opened(found)
    html = ""
    if used < len(rungs):
        heading, body = rungs[used]
        await asyncio.to_thread(evidence.note, found.slug, "hint", str(used + 1))
        used += 1
        template = environment().get_template("_hint.html")
        html = template.render(heading=heading, body=markdown(body, ids=False), number=used)
    return JSONResponse({"html": html, "used": used, "of": len(rungs)})


async def solution(request: Request) -> Response:
    """`POST solution`: the library's own code. Recorded, not forbidden."""
    found, _ = _lesson(request)
    await asyncio.to_thread(evidence.note, found.slug, "solution", "studio")
    return JSONResponse({"html": highlighted(answer(found)), "targets": list(found.target)})


async def read_stub(request: Request) -> Response:
    """`GET stub`: the beginning."""
    found, _ = _lesson(request)
    return JSONResponse({"text": stub(found)})


routes = [
    Route("/api/lessons/{slug}/file", read_file, methods=["GET"]),
    Route("/api/lessons/{slug}/file", write_file, methods=["PUT"]),
    Route("/api/lessons/{slug}/check", check_file, methods=["POST"]),
    Route("/api/lessons/{slug}/hints", next_hint, methods=["POST"]),
    Route("/api/lessons/{slug}/solution", solution, methods=["POST"]),
    Route("/api/lessons/{slug}/stub", read_stub, methods=["GET"]),
]
