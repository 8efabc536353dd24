"""What a lesson and its hints read like in the terminal."""

from pathlib import Path

from rung.learn import hints
from rung.learn.lesson import Lesson, lesson
from rung.terminal.lesson import texts
from rung.terminal.tex import plain


def whole(one: Lesson) -> str:
    return "\n".join(texts(one))


def test_text_keeps_the_sections_whose_numbers_a_run_computes() -> None:
    text = whole(lesson("backprop-how"))
    assert "## Who may go first?" in text
    assert text.index("## Who may go first?") < text.index("## Your turn") < text.index("## Where it breaks")


def test_text_shows_code_and_figures_in_their_places() -> None:
    text = whole(lesson("backprop-how"))
    assert "def __add__(self, other" in text
    assert "y.backward(retain_graph=True)" in text
    assert text.count("> *A figure, in the studio.*") == 2
    assert "- Its operands have their slopes already" in text


def test_formulas_read_without_commands() -> None:
    assert plain(r"$\frac{dL}{d\hat y}\cdot\frac{d\hat y}{dh}$") == "dL/dŷ · dŷ/dh"
    assert plain(r"$y\,\big(w\cdot x\big) \Longrightarrow \lvert e\rvert$") == "y (w · x) ⇒ |e|"


def test_a_hint_that_begins_with_code_keeps_its_indentation(tmp_path: Path) -> None:
    (tmp_path / "hints.md").write_text("## Nudge\n\n    # score\n    return 1\n", encoding="utf-8")
    assert hints.read(tmp_path / "hints.md") == [("Nudge", "    # score\n    return 1")]
