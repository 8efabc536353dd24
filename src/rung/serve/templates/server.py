"""The server: POST /predict for programs, GET /health for who watches it, the app at / for people."""

from __future__ import annotations

import base64
import binascii
import io
import json
import os
from typing import Any

import gradio as gr
import numpy as np
import uvicorn
from app import build
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from network import ABOUT, FOLDER, INPUT, Refused, answer
from PIL import Image, UnidentifiedImageError

MOST = 10_000_000  # bytes of a question
KEY = {"picture": "picture", "table": "row"}[INPUT["kind"]]

server = FastAPI(title=ABOUT["title"], description=f"{ABOUT['about']}. {ABOUT['metric']} {ABOUT['told']}.")


@server.get("/health")
def health() -> dict[str, str]:
    """Say that it is there, and which run it serves."""
    return {"status": "ok", "run": ABOUT["run"]}


@server.post("/predict")
async def predict(request: Request) -> JSONResponse:
    """Answer to {"picture": a PNG or JPEG in base64, or rows of grey values}, or to {"row": {...}}."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST:
            return refused(413, f"The question has more than {MOST:,} bytes.")
    try:
        asked = json.loads(body)
    except ValueError:
        return refused(422, "The question is no JSON.")
    if not isinstance(asked, dict) or set(asked) != {KEY}:
        return refused(422, f'The question is {{"{KEY}": ...}}.')
    try:
        probabilities, took = answer(decoded(asked[KEY]) if KEY == "picture" else asked[KEY])
    except Refused as error:
        return refused(422, str(error))
    best = max(probabilities, key=lambda name: probabilities[name])
    told = {"answer": best, "probabilities": probabilities, "milliseconds": round(took, 2)}
    return JSONResponse({**told, "run": ABOUT["run"]})


def refused(status: int, why: str) -> JSONResponse:
    """Return a plain message."""
    return JSONResponse({"error": why}, status_code=status)


def decoded(given: Any) -> np.ndarray:
    """Return a picture that came as text or as rows of numbers."""
    try:
        if isinstance(given, str):
            with Image.open(io.BytesIO(base64.b64decode(given, validate=True))) as image:
                return np.asarray(image.convert("RGBA"))
        return np.asarray(given, dtype=float)
    except (binascii.Error, UnidentifiedImageError, Image.DecompressionBombError, OSError):
        raise Refused("This is no picture: a PNG or JPEG in base64 is.") from None
    except (TypeError, ValueError):
        raise Refused("This is no picture: rows of equally many numbers are.") from None


server = gr.mount_gradio_app(server, build(), path="/", allowed_paths=[str(FOLDER / "failures")])

if __name__ == "__main__":
    host, port = os.environ.get("HOST", "0.0.0.0"), int(os.environ.get("PORT", "7860"))
    uvicorn.run(server, host=host, port=port, log_level="warning")
