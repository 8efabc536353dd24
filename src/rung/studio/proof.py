"""The proof page: every part beside PyTorch, whose code was run, and how far apart the two are."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rung.learn.roadmap import roadmap
from rung.testing.prove import WHY_NOT_EXACT

from .faults import BadRequest
from .pages import environment, page
from .prover import Proof, ProofError, Prover, key
from .run_data import ago

COLUMNS = {"forward": "Values", "gradient": "Gradients", "steps": "After steps"}
VERDICTS = {"exact": "exact", "equal": "approximate", "different": "different"}

prover = Prover()


def cell(value: float | str | None, allowed: float) -> dict[str, str]:
    """Return how a difference is shown: {"state": "none", "exact", "equal" or "different", "text"}.

    Example:
        >>> cell(0.0, 1e-10)["text"], cell(2.2e-16, 1e-10)["text"], cell("inf", 1e-10)["state"]
        ('exact', '2.2e-16', 'different')
    """
    if value is None:
        return {"state": "none", "text": "–"}
    number = float(value)
    if number == 0:
        return {"state": "exact", "text": "exact"}
    state = "equal" if number <= allowed else "different"
    return {"state": state, "text": _digits(number)}


def _digits(number: float) -> str:
    if number == float("inf"):
        return "shape, nan or inf"
    return f"{number:.1e}" if number < 1e-3 else f"{number:.2g}"


def row(part: dict[str, Any], whose: dict[str, str]) -> dict[str, Any]:
    """Return a part as a row of the table."""
    topics = roadmap().topics
    return {
        **{k: part[k] for k in ("name", "verdict", "note")},
        "word": VERDICTS[part["verdict"]],
        "cells": [(label, cell(part[k], part["allowed"])) for k, label in COLUMNS.items()],
        "module": part["from"].removeprefix("rung.scratch."),
        "yours": [
            {"name": name, "lesson": whose[name] if whose[name] in topics else ""}  # it may be renamed since
            for name in part["yours"]
        ],
    }


def rows(proof: Proof, start: int = 0) -> list[dict[str, Any]]:
    """Return the rows of a proof, from the one numbered `start` on."""
    return [row(part, proof.whose) for part in proof.parts[start:]]


def summary(proof: Proof | None, mine: bool) -> dict[str, Any]:
    """Return what stands above the table."""
    if proof is None:
        return {"state": "none", "run": "", "done": 0, "of": 0, "counts": {}}
    counts = {word: sum(p["verdict"] == v for p in proof.parts) for v, word in VERDICTS.items()}
    found = [
        (float(p[k]), p["name"], label.lower())
        for p in proof.parts
        for k, label in COLUMNS.items()
        if p["verdict"] == "equal" and p[k]
    ]
    return {
        "state": proof.state,
        "run": f"{proof.at:.6f}",
        "done": proof.done,
        "of": proof.of,
        "shown": len(proof.parts),
        "counts": counts,
        "worst": max(found, default=None),
        "wrong": [p["name"] for p in proof.parts if p["verdict"] == "different"],
        "at": proof.at,
        "seconds": proof.seconds,
        "whose": proof.whose,
        "idle": [name for name in proof.whose if not any(name in p["yours"] for p in proof.parts)],
        "fault": proof.fault,
        "stale": proof.state != "running" and proof.key != key(mine),
    }


def _head(about: dict[str, Any], mine: bool) -> str:
    """Return the part of the page that moves above the table."""
    return environment().get_template("proof_head.html").render(about=about, mine=mine, ago=ago)


async def proof_page(request: Request) -> Response:
    """`GET /prove`: the library's parts; with `?mine=1` the learner's."""
    mine = request.query_params.get("mine") == "1"

    def gather() -> dict[str, Any]:
        proof = prover.shown(mine)
        return {"about": summary(proof, mine), "rows": rows(proof) if proof else []}

    sums = (0.1 + 0.2) + 0.3, 0.1 + (0.2 + 0.3)
    context = await asyncio.to_thread(gather)
    return page(request, "proof.html", **context, mine=mine, ago=ago, why=WHY_NOT_EXACT, sums=sums)


async def proof_json(request: Request) -> Response:
    """`GET /api/proof`: where the proof is, and the rows from number `from` on, as the page shows them."""
    mine = request.query_params.get("mine") == "1"
    start = request.query_params.get("from", "0")
    if not start.isdecimal():
        raise BadRequest("`from` is the number of a row")

    def gather() -> dict[str, Any]:
        proof = prover.shown(mine)
        new = rows(proof, int(start)) if proof else []
        about = summary(proof, mine)
        template = environment().get_template("proof_rows.html")
        about["shown"] = int(start) + len(new)  # not what came in since
        return {
            **{k: about[k] for k in ("state", "run", "done", "of", "shown")},
            "head": _head(about, mine),
            "rows": template.render(rows=new, mine=mine),
        }

    return JSONResponse(await asyncio.to_thread(gather))


async def start(request: Request) -> Response:
    """`POST /api/proof`: {"mine": bool}; starts a proof, or goes on with the one under way."""
    try:
        told = await request.json()
    except ValueError:
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("mine"), bool):
        raise BadRequest('a proof is started with {"mine": true} or {"mine": false}', fix="reload the page")
    try:
        proof = await asyncio.to_thread(prover.start, told["mine"])
    except ProofError as error:
        body = {"error": error.message, "rule": error.rule, "fix": error.fix}
        return JSONResponse(body, status_code=409)
    return JSONResponse({"run": f"{proof.at:.6f}"})


async def stop(request: Request) -> Response:
    """`POST /api/proof/stop`."""
    await asyncio.to_thread(prover.stop)
    return JSONResponse({})


routes = [
    Route("/prove", proof_page),
    Route("/api/proof", proof_json),
    Route("/api/proof", start, methods=["POST"]),
    Route("/api/proof/stop", stop, methods=["POST"]),
]
