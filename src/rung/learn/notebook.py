"""A lesson's notebook, run headless: cells in order, outputs as blocks, figures kept alive.

This is the only module that touches marimo's internals; they stand at its end.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
import sys
import time
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from types import ModuleType
from typing import Any

from rung.errors import RungError
from rung.learn.figure import Figure
from rung.learn.lesson import Lesson
from rung.learn.page import Block
from rung.learn.render import code as highlighted
from rung.learn.render import markdown

_HEADING = re.compile(r'<h([1-6]) id="([^"]*)">(.*?)</h\1>', re.DOTALL)


class NotebookError(RungError, RuntimeError):
    """A lesson's notebook did not run to its end.

    The message names the cell's first line in lesson.py and the error. Run the notebook by itself to see it
    whole:

        python src/rung/lessons/perceptron/lesson.py

    Repair: correct the cell that the message names, and run it again.
    """

    name = "notebook"


@dataclass
class Notebook:
    """What a lesson's notebook gave.

    Attributes:
        blocks: the page, from top to bottom, JSON-able. Besides the blocks of `page` there are
            `{"type": "markdown", "html"}`, `{"type": "cell", "html" (its code), "printed", "output" (HTML)}`
            and `{"type": "html", "html"}`.
        figures: the live figures by id; `figures[id].handle(message)` answers the page.
        headings: `{"level", "id", "text"}` of every heading, for a table of contents.
        seconds: how long it ran.
    """

    blocks: list[dict[str, Any]] = field(default_factory=list)
    figures: dict[str, Figure] = field(default_factory=dict)
    headings: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0


def run(lesson: Lesson | Path | str) -> Notebook:
    """Import a lesson's notebook afresh, run its cells, and return the page with its figures.

    Args:
        lesson: a lesson, or the path of a notebook.

    Returns:
        blocks in the order of the cells, and the figures that they show.

    Raises:
        NotebookError: it does not parse, a cell raised, or two figures have one id.
        MathError: a formula that the page cannot show.
        LessonError: its lesson.toml is malformed.
    """
    file = lesson.notebook if isinstance(lesson, Lesson) else Path(lesson)
    start = time.perf_counter()
    cells = _cells(file)
    book, taken = Notebook(), set[str]()
    for cell in cells:
        if cell.shows_code:
            book.blocks.append(_code_cell(cell))
            outputs = [cell.output] if isinstance(cell.output, Block | Figure) else []
        else:
            outputs = list(cell.output) if isinstance(cell.output, list | tuple) else [cell.output]
        for output in outputs:
            _add(book, output, taken, file)
    for block in book.blocks:
        found = _HEADING.findall(block["html"]) if block["type"] == "markdown" else []
        book.headings += [
            {"level": int(n), "id": slug, "text": re.sub(r"<[^>]*>", "", text).strip()}
            for n, slug, text in found
        ]
    book.seconds = time.perf_counter() - start
    return book


def _add(book: Notebook, output: Any, taken: set[str], file: Path) -> None:
    if output is None:
        return
    if isinstance(output, Figure):
        if output.id in book.figures:
            raise NotebookError(
                f"{_short(file)}: two figures have the id {output.id!r}",
                rule="Every figure has an id of its own.",
            )
        book.figures[output.id] = output
        book.blocks.append(output.block())
    elif isinstance(output, Block):
        book.blocks.append(output.block())
    elif (text := _markdown_of(output)) is not None:
        book.blocks.append({"type": "markdown", "html": markdown(text, taken=taken)})
    else:
        book.blocks.append({"type": "html", "html": as_html(output)})


def _code_cell(cell: _Cell) -> dict[str, Any]:
    inner = cell.output
    text = None if inner is None or isinstance(inner, Block | Figure) else _markdown_of(inner)
    if text is not None:
        output = markdown(text, ids=False)
    else:
        output = "" if inner is None or isinstance(inner, Block | Figure) else as_html(inner)
    return {
        "type": "cell",
        "html": highlighted(cell.code),
        "source": cell.code,
        "printed": cell.printed,
        "output": output,
    }


def as_html(value: Any) -> str:
    """Return any value as HTML: its own `_repr_html_`, marimo's HTML, or its repr."""
    own = getattr(value, "_repr_html_", None)
    if callable(own) and not isinstance(value, type):
        return str(own())
    if isinstance(getattr(value, "text", None), str) and hasattr(value, "_mime_"):
        return str(value.text)
    return f'<pre class="value">{escape(value if isinstance(value, str) else repr(value))}</pre>'


# -- marimo: everything below knows its internals


@dataclass
class _Cell:
    """One cell after its run."""

    code: str
    shows_code: bool
    output: Any
    printed: str


def _markdown_of(value: Any) -> str | None:
    """Return the markdown that `mo.md` was given, or None for anything else."""
    text = getattr(value, "_markdown_text", None)
    return text if isinstance(text, str) else None


def _cells(file: Path) -> list[_Cell]:
    """Run the notebook and return its cells in the order they stand, the setup cell left out."""
    from marimo._ast.app import InternalApp
    from marimo._ast.names import SETUP_CELL_NAME

    app = _import(file).app
    internal = InternalApp(app)
    try:
        app._maybe_initialize()
        outputs, printed = _run(internal, file)
    except Exception as error:
        raise _located(error, file) from error
    cells = []
    for data in internal.cell_manager.cell_data():
        if data.cell is None or data.cell_id == SETUP_CELL_NAME or data.cell_id not in outputs:
            continue
        shown = not data.config.hide_code
        cells.append(_Cell(data.code.strip(), shown, outputs[data.cell_id], printed.get(data.cell_id, "")))
    return cells


def _run(internal: Any, file: Path) -> tuple[dict[Any, Any], dict[Any, str]]:
    """Run every cell as `app.run()` does, and keep what each printed apart."""
    from marimo._runtime.app.script_runner import AppScriptRunner

    printed: dict[Any, str] = {}
    buffer = io.StringIO()

    class Runner(AppScriptRunner):
        def _handle_run_result(self, cid: Any, result: Any, outputs: Any) -> None:
            printed[cid] = buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
            super()._handle_run_result(cid, result, outputs)

    setup = internal._app._setup
    values = {**setup._glbls} if setup is not None else {}
    with contextlib.redirect_stdout(buffer):
        outputs, _ = Runner(internal, filename=str(file), glbls=values).run()
    return outputs, printed


def _import(file: Path) -> ModuleType:
    """Import a notebook from its file, not from any cache."""
    name = f"rung_notebook_{file.parent.name}_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None or not file.is_file():
        raise NotebookError(
            f"{_short(file)} is missing", rule="A lesson's folder holds a lesson.py, a marimo notebook."
        )
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise _located(error, file) from error
    finally:
        sys.modules.pop(name, None)
    if not hasattr(module, "app"):
        raise NotebookError(
            f"{_short(file)} has no `app`", rule="A notebook is made with `app = marimo.App(...)`."
        )
    return module


def _located(error: Exception, file: Path) -> RungError:
    """Return the error with the place in the notebook it came from."""
    import traceback

    if isinstance(error, NotebookError):
        return error
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if Path(f.filename) == file]
    where = f"{_short(file)}, line {lines[-1]}" if lines else _short(file)
    return NotebookError(
        f"{where}: {type(error).__name__}: {error}", rule="Every cell of a lesson runs without an error."
    )


def _short(file: Path) -> str:
    return "/".join(file.parts[-3:])
