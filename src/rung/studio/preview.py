"""A lesson's text read from its notebook's source, for the seconds before the notebook has first run.

Only what stands there word for word can be had without running it: markdown without computed numbers, and the
exercise. The page made from it says so, and is replaced as soon as the real one is there.
"""

import ast
from typing import Any

from rung.learn.lesson import Lesson
from rung.learn.render import markdown


def preview(found: Lesson) -> dict[str, Any]:
    """Return blocks as `rendered.stored` does, with `{"type": "waiting"}` for whatever has to be run.

    Args:
        found: the lesson.

    Cost:
        one parse of the source and its markdown: some 50 ms for a long lesson.
    """
    blocks: list[dict[str, Any]] = []
    taken: set[str] = set()
    for cell in _cells(found.notebook.read_text(encoding="utf-8")):
        shown = _shown(cell)
        if shown is None:
            continue
        call = shown.func if isinstance(shown, ast.Call) else None
        name = call.attr if isinstance(call, ast.Attribute) else ""
        text = shown.args[0] if isinstance(shown, ast.Call) and shown.args else None
        if name == "md" and isinstance(text, ast.Constant) and isinstance(text.value, str):
            blocks.append({"type": "markdown", "html": markdown(text.value, taken=taken)})
        elif name == "exercise":
            blocks.append({"type": "exercise", "lesson": found.slug})
        elif not blocks or blocks[-1]["type"] != "waiting":
            blocks.append({"type": "waiting"})
    return {"blocks": blocks, "headings": [], "seconds": 0.0}


def _cells(source: str) -> list[ast.FunctionDef]:
    """The functions that marimo runs as cells, in order; a source that does not parse has none."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    return [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.decorator_list]


def _shown(cell: ast.FunctionDef) -> ast.expr | None:
    """What a cell ends with: its last expression before the `return` that marimo writes."""
    body = [node for node in cell.body if not isinstance(node, ast.Return)]
    return body[-1].value if body and isinstance(body[-1], ast.Expr) else None
