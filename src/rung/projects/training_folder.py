"""The views of a training written into a folder: pictures, rows, arrays, and one page with all of them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from rung.projects.training_views import FORMS, TrainingView
from rung.train.checkpoint import write_whole


def training_folder(found: Sequence[TrainingView], folder: Path, title: str) -> Path:
    """Write views into a folder: each as SVG, CSV and NumPy file, and all on a page with their captions.

    Args:
        found: the views.
        folder: where; files of the same names are replaced.
        title: of the page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for view in found:
        for form in FORMS:
            write_whole(folder / f"{view.name}.{form}", view.file(form))
        caption = f"<figcaption>{escape(view.caption)}</figcaption>"
        parts.append(f"<figure><h2>{escape(view.title)}</h2>{view.draw()}{caption}</figure>")
    page = _PAGE.format(title=escape(title), body="\n".join(parts))
    write_whole(folder / "index.html", page)
    return folder


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1.2rem; }}
figure {{ margin: 2.5rem 0; }} h2 {{ font-size: 1.1rem; margin: 0 0 .8rem; }}
svg {{ max-width: 100%; height: auto; }}
figcaption {{ font-size: .875rem; max-width: 68ch; margin-top: .5rem; }}
</style>
<h1>{title}</h1>
{body}
</html>
"""
