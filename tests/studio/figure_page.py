"""A page for the browser that holds figures and nothing else: files from the package, answers from Python itself."""

# ruff: noqa: E501 (HTML stand on one line)

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rung.learn.notebook import Notebook

STATIC = Path(__file__).resolve().parents[2] / "src" / "rung" / "studio" / "static"
ADDRESS = "http://rung.test/"
KINDS = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2"}
FONTS = "".join(
    f'<link rel="preload" href="/static/fonts/{name}.woff2" as="font" type="font/woff2" crossorigin>'
    for name in (
        "source-sans-3-latin-wght-normal",
        "source-code-pro-latin-wght-normal",
        "stix-two-math-subset",
    )
)
_SCRIPT = """
import { mount } from "/static/figure.js";
window.figures = {};
window.latency = [];
for (const block of JSON.parse(document.getElementById("blocks").textContent)) {
  const root = document.querySelector(`[data-root="${block.id}"]`);
  const figure = mount(root, block, async (message) => {
    const scene = await window.answer(message);
    if (scene) figure.update(scene);
  });
  window.figures[block.id] = figure;
}
document.documentElement.dataset.ready = "yes";
"""


def html(book: Notebook, theme: str = "light") -> str:
    """Return the page as one document; words stand as they do in a lesson."""
    parts = []
    for block in book.blocks:
        if block["type"] == "figure":
            parts.append(f'<div data-root="{block["id"]}" class="wide">{block["still"]}</div>')
        elif block["type"] in ("markdown", "html", "code", "cell"):
            parts.append(f'<div class="prose">{block["html"]}</div>')
    data = json.dumps([b for b in book.blocks if b["type"] == "figure"]).replace("<", "\\u003c")
    style = """body{margin:0;background:var(--paper);color:var(--ink);font:400 1.0625rem/1.65 var(--font-text)}
      main{width:min(44rem,100% - 2.5rem);margin:3rem auto}.wide{margin:2rem 0}
      @media(min-width:56rem){.wide{margin-inline:-2.5rem}} pre{overflow:auto}"""
    return (
        f'<!doctype html><html lang="en" data-theme="{theme}"><meta charset="utf-8"><title>figures</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'{FONTS}<link rel="stylesheet" href="/static/tokens.css"><link rel="stylesheet" href="/static/figure.css">'
        f"<style>{style}</style><main>{''.join(parts)}</main>"
        f'<script type="application/json" id="blocks">{data}</script><script type="module">{_SCRIPT}</script></html>'
    )


def serve(page: Any, book: Notebook, theme: str = "light") -> None:
    """Make a Playwright page answer for ADDRESS, figures included, and open it."""
    document = html(book, theme)

    def answer(message: dict[str, Any]) -> dict[str, Any]:
        return book.figures[message["figure"]].handle(message)

    def give(route: Any) -> None:
        path = route.request.url.removeprefix(ADDRESS)
        if path == "":
            route.fulfill(body=document, content_type="text/html")
        elif path.startswith("static/") and (file := STATIC / path.removeprefix("static/")).is_file():
            route.fulfill(body=file.read_bytes(), content_type=KINDS[file.suffix])
        else:
            route.abort()

    page.route("**/*", give)
    page.expose_function("answer", answer)
    page.goto(ADDRESS)
    page.wait_for_selector("html[data-ready]")
