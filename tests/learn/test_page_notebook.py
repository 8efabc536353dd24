"""A notebook run headless: cells in order as blocks, figures alive, faults located."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rung.learn.mathml import MathError
from rung.learn.notebook import NotebookError, run

GALLERY = Path(__file__).parent / "gallery" / "lesson.py"
HEAD = """
import marimo
app = marimo.App()

with app.setup(hide_code=True):
    import marimo as mo
    from rung.learn.figure import Figure, Numbers
    from rung.learn.page import Page
    page = Page(__file__)

"""


def write(folder, *cells):
    """A notebook of cells given as (hidden, body)."""
    file = folder / "lesson.py"
    text = HEAD
    for hidden, body in cells:
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        text += f"@app.cell(hide_code={hidden})\ndef _():\n{lines}\n    return\n\n"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def gallery():
    return run(GALLERY)


def test_blocks_stand_in_the_order_of_the_cells(gallery):
    kinds = [b["type"] for b in gallery.blocks]
    assert kinds == ["markdown", "predict", *["figure"] * 6, "cell", "quiz", "code"]
    json.dumps(gallery.blocks, allow_nan=False)
    assert gallery.headings == [{"level": 1, "id": "the-gallery-of", "text": gallery.headings[0]["text"]}]


def test_figures_stay_alive_and_answer(gallery):
    assert list(gallery.figures) == ["line", "curves", "network", "graph", "pictures", "breaks"]
    scene = gallery.figures["line"].handle({"event": "step"})
    assert scene["panels"][1]["items"][1] == {"label": "steps", "value": 1, "note": ""}
    assert all(figure.error is None for figure in gallery.figures.values())


def test_a_visible_cell_gives_code_what_it_printed_and_its_value(gallery):
    cell = next(b for b in gallery.blocks if b["type"] == "cell")
    assert 'print("two weights")' in cell["source"]
    assert cell["printed"] == "two weights\n"
    assert "3.0" in cell["output"]


def test_each_cell_keeps_its_own_printing_and_a_hidden_one_shows_nothing(tmp_path):
    book = run(
        write(
            tmp_path,
            (False, "print('one')"),
            (True, "print('two')"),
            (False, "print('three')\nmo.md('*so*')"),
        )
    )
    assert [b.get("printed") for b in book.blocks] == ["one\n", "three\n"]
    assert book.blocks[1]["output"] == "<p><em>so</em></p>"


def test_a_notebook_is_read_afresh_every_time(tmp_path):
    assert "one" in run(write(tmp_path, (True, "mo.md('one')"))).blocks[0]["html"]
    assert "two" in run(write(tmp_path, (True, "mo.md('two')"))).blocks[0]["html"]


def test_a_cell_that_fails_is_named_by_its_line(tmp_path):
    with pytest.raises(NotebookError, match=r"lesson\.py, line 14: ZeroDivisionError"):
        run(write(tmp_path, (True, "x = 0\n1 / x")))


def test_two_figures_of_one_name_are_refused(tmp_path):
    same = "page.figure(Figure('f', lambda s: [Numbers([('n', 1)])]))"
    with pytest.raises(NotebookError, match="two figures have the id 'f'"):
        run(write(tmp_path, (True, same), (True, same)))


def test_a_formula_that_cannot_be_shown_stops_the_notebook(tmp_path):
    with pytest.raises(MathError, match="nosuch"):
        run(write(tmp_path, (True, r"mo.md(r'$\nosuch{x}$')")))


def test_what_is_no_notebook_says_so(tmp_path):
    with pytest.raises(NotebookError, match="is missing"):
        run(tmp_path / "lesson.py")
    (tmp_path / "lesson.py").write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(NotebookError, match="has no `app`"):
        run(tmp_path / "lesson.py")
    (tmp_path / "lesson.py").write_text("x = (\n", encoding="utf-8")
    with pytest.raises(NotebookError, match="SyntaxError"):
        run(tmp_path / "lesson.py")


def test_the_gallery_is_valid_marimo_and_its_figures_show_as_widgets():
    import sys
    import warnings

    sys.path.insert(0, str(GALLERY.parent))
    try:
        import lesson as notebook

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # marimo's and anywidget's own
            outputs, _ = notebook.app.run()
            figure = next(o for o in outputs if type(o).__name__ == "Figure")
            widget = figure._display_()
            widget.message = {"count": 1, "figure": "line", "event": "step"}
            assert widget.scene["panels"][1]["items"][1]["value"] == 1
            widget.message = {"count": 2, "figure": "line", "event": "nonsense"}
            assert "no event" in widget.scene["error"]
            assert "application/vnd.jupyter.widget-view+json" in figure._repr_mimebundle_()[0]
    finally:
        sys.path.remove(str(GALLERY.parent))
        sys.modules.pop("lesson", None)
