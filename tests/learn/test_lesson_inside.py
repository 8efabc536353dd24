"""The lesson on forward propagation looks into a network through the learner's code once it has passed."""

import pytest

from rung.learn import evidence, notebook, workspace
from rung.learn.grading.verdict import Verdict, checks_hash, code_hash
from rung.learn.lesson import lesson
from rung.learn.stub import answer

SLUG = "forward-propagation"
MARKED = """
ReLU._marks = []
_relu = ReLU.forward
def _noting(self, x):
    ReLU._marks.append(x.shape)
    return _relu(self, x)
ReLU.forward = _noting
"""


def told(figure):
    return str(figure.block())


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def test_the_figure_and_the_cell_run_on_the_learners_code_once_it_has_passed(home):
    one = lesson(SLUG)
    book = notebook.run(one)
    assert "Seen through the library’s Linear and ReLU." in told(book.figures["inside"])
    text = answer(one) + MARKED
    workspace.write(SLUG, text)
    hashes = {"code_hash": code_hash(text), "checks_hash": checks_hash(one.folder)}
    evidence.record(Verdict(SLUG, True, **hashes), now=0.0)
    figure = book.figures["inside"]
    assert "Seen through your own Linear and ReLU." in told(figure), "no need to run the notebook anew"
    from rung.learn.parts import mine

    assert (1, 16) in mine(SLUG).ReLU._marks, "the hidden layer went through it"
    cells = [b for b in notebook.run(one).blocks if b["type"] == "cell" and "look.activations" in b["source"]]
    assert "Seen through your own Linear and ReLU." in cells[0]["output"]
    assert "data:image/png" in cells[0]["output"]
