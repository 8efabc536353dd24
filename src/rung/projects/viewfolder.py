"""Views written into a folder: pictures, numbers, and one page with all of them and their captions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from rung.projects.checking import Checked
from rung.projects.looking import Answer, Example
from rung.projects.view import GROUPS, View
from rung.train.checkpoint import write_whole


def written(
    found: Sequence[View],
    folder: Path,
    example: Example,
    answer: Answer,
    checked: Mapping[str, Checked] | None = None,
    notes: Sequence[str] = (),
) -> Path:
    """Write views into a folder: each as a picture and as numbers, and all on a page with their captions.

    Args:
        found: the views.
        folder: where; files of the same names are replaced.
        example: what was shown.
        answer: what was said.
        checked: by method of attribution, its sanity check; the map with random weights stands beside.
        notes: what else is to be said of all of it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    checked = checked or {}
    parts, group = [f"<p>{escape(note)}</p>" for note in notes], ""
    for view in found:
        if view.group != group:
            group = view.group
            parts.append(f"<h2>{escape(GROUPS[group])}</h2>")
        parts.append(_figure(view, folder, checked.get(view.method)))
    truth = f"; it is {example.truth}" if example.truth else ""
    title = escape(f"{example.label}: it says {answer.said}{truth}")
    page = _PAGE.format(title=title, body="\n".join(parts))
    write_whole(folder / "index.html", page.encode())
    return folder


def _figure(view: View, folder: Path, checked: Checked | None) -> str:
    """Write a view's files, and return it for the page; a map with what it is with random weights."""
    inside = _written(view, folder)
    if view.beside is not None and checked is not None:
        noise = _written(view.beside, folder)
        below = f"<p>{escape(view.beside.title)}</p>"
        inside = f'<div class="pair"><div>{inside}</div><div>{noise}{below}</div></div>'
    caption = escape(view.caption)
    if checked is not None:
        caption += f"<br><strong>{escape(checked.verdict)}</strong>"
    more = "".join(
        f"<details><summary>{escape(one.title)}</summary>{_figure(one, folder, None)}</details>"
        for one in view.more
    )
    return f"<figure><h3>{escape(view.title)}</h3>{inside}<figcaption>{caption}</figcaption>{more}</figure>"


def _written(view: View, folder: Path) -> str:
    """Write a view as a picture and as numbers, and return what shows it on the page."""
    write_whole(folder / f"{view.name}.npy", view.as_npy())
    drawn = view.as_bytes()
    if view.form != "html":
        write_whole(folder / f"{view.name}.{view.form}", drawn)
    elif view.svg is not None:
        write_whole(folder / f"{view.name}.svg", view.as_bytes("svg"))
    name = escape(view.name, quote=True)
    return drawn.decode() if view.form != "png" else f'<img src="{name}.png" alt="{escape(view.title)}">'


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1.2rem; }}
figure {{ margin: 2rem 0; }} h2 {{ font-size: 1.3rem; margin: 2.5rem 0 0; }}
h3 {{ font-size: 1rem; margin: 0 0 .5rem; }}
img, svg {{ max-width: 100%; height: auto; }} img {{ image-rendering: pixelated; }}
figcaption {{ font-size: .875rem; max-width: 68ch; margin-top: .5rem; }}
details figure {{ margin: .8rem 0; }} summary {{ cursor: pointer; font-size: .9rem; }}
.pair {{ display: flex; flex-wrap: wrap; gap: 1rem 1.5rem; }}
.pair > div {{ flex: 0 1 27rem; min-width: 10rem; }}
.pair p {{ font-size: .875rem; margin: .2rem 0 0; }}
.pulls {{ list-style: none; padding: 0; max-width: 34rem; }}
.pulls li {{ display: grid; grid-template-columns: 10rem 1fr 4rem; gap: .6rem; align-items: center; }}
.pull {{ position: relative; height: .8rem; }} .pull i {{ position: absolute; inset-block: 0; }}
.for {{ background: #d55e00; }} .against {{ background: #0072b2; }} .num {{ text-align: right; }}
</style>
<h1>{title}</h1>
{body}
</html>
"""
