"""Views written into a folder: pictures, numbers, and one page with all of them and their captions."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from rung.projects.looking import Answer, Example
from rung.projects.views import View
from rung.train.checkpoint import write_whole


def written(found: Sequence[View], folder: Path, example: Example, answer: Answer) -> Path:
    """Write views into a folder: each as a picture and as numbers, and all on a page with their captions.

    Args:
        found: the views.
        folder: where; files of the same names are replaced.
        example: what was shown.
        answer: what was said.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for view in found:
        write_whole(folder / f"{view.name}.npy", view.as_npy())
        drawn = view.as_bytes()
        if view.form != "html":
            write_whole(folder / f"{view.name}.{view.form}", drawn)
        name = escape(view.name, quote=True)
        inside = (
            drawn.decode() if view.form != "png" else f'<img src="{name}.png" alt="{escape(view.title)}">'
        )
        caption = f"<figcaption>{escape(view.caption)}</figcaption>"
        parts.append(f"<figure><h2>{escape(view.title)}</h2>{inside}{caption}</figure>")
    truth = f"; it is {example.truth}" if example.truth else ""
    title = escape(f"{example.label}: it says {answer.said}{truth}")
    page = _PAGE.format(title=title, body="\n".join(parts))
    write_whole(folder / "index.html", page.encode())
    return folder


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1.2rem; }}
figure {{ margin: 2rem 0; }} h2 {{ font-size: 1rem; margin: 0 0 .5rem; }}
img, svg {{ max-width: 100%; height: auto; image-rendering: pixelated; }}
figcaption {{ font-size: .875rem; opacity: .8; max-width: 68ch; margin-top: .5rem; }}
.pulls {{ list-style: none; padding: 0; max-width: 34rem; }}
.pulls li {{ display: grid; grid-template-columns: 10rem 1fr 4rem; gap: .6rem; align-items: center; }}
.pull {{ position: relative; height: .8rem; }} .pull i {{ position: absolute; inset-block: 0; }}
.for {{ background: #d55e00; }} .against {{ background: #0072b2; }} .num {{ text-align: right; }}
</style>
<h1>{title}</h1>
{body}
</html>
"""
