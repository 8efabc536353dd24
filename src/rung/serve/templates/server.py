"""The server: POST /predict for programs, GET /health for who watches it, the app at / for people."""

from __future__ import annotations

import json
import os
import sys
import threading

import gradio as gr
import uvicorn
from app import build
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from network import ABOUT, FOLDER, Refused
from screen import KEY, decoded, reply

MOST = 10_000_000  # bytes of a question

server = FastAPI(title=ABOUT["title"], description=f"{ABOUT['about']}. {ABOUT['metric']} {ABOUT['told']}.")


@server.get("/health")
def health() -> dict[str, str]:
    """Say that it is there, and which run it serves."""
    return {"status": "ok", "run": ABOUT["run"]}


@server.post("/predict")
async def predict(request: Request) -> JSONResponse:
    """Answer to {KEY: what a person would give}: "picture", a PNG or JPEG in base64, "row", {...}."""
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
        return JSONResponse({**reply(decoded(asked[KEY])), "run": ABOUT["run"]})
    except Refused as error:
        return refused(422, str(error))


def refused(status: int, why: str) -> JSONResponse:
    """Return a plain message."""
    return JSONResponse({"error": why}, status_code=status)


server = gr.mount_gradio_app(
    server, build(), path="/", allowed_paths=[str(FOLDER / name) for name in ("examples", "failures")]
)


def end_with_stdin() -> None:
    """End as soon as whoever started this process is gone: standard input is a pipe from there."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    if os.environ.get("ENDS_WITH_STDIN") == "1":
        threading.Thread(target=end_with_stdin, daemon=True).start()
    host, port = os.environ.get("HOST", "0.0.0.0"), int(os.environ.get("PORT", "7860"))
    uvicorn.run(server, host=host, port=port, log_level="warning")
