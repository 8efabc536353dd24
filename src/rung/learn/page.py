"""The blocks of a lesson's page: predict, figure, code, exercise, quiz, reading, cheat-sheet line.

    page = Page(__file__)
    page.quiz("Which way?", ["left", "right"], answer=1, why=["no: ...", "yes: ..."])

Each is a small object. `.block()` is its JSON for the studio, with every text already HTML; in marimo's own
editor and in Jupyter it shows itself in a plainer form.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from rung.errors import RungError
from rung.learn.embed import Embedded, embed
from rung.learn.figure import Figure
from rung.learn.lesson import Lesson, load
from rung.learn.render import code as highlighted
from rung.learn.render import inline, markdown
from rung.learn.sources import source


class PageError(RungError, ValueError):
    """A block of a lesson's page was given something it cannot show.

        page.quiz("Which?", ["a", "b"], answer=2, why=["..."])     # answer is 0 or 1; one why an option

    Repair: the message names the block and the argument; docs/lesson-anatomy.md shows each block.
    """

    name = "page"


class Block:
    """One thing on a lesson's page."""

    def block(self) -> dict[str, Any]:
        """Return the block as JSON-able data, texts as HTML."""
        raise NotImplementedError(f"{type(self).__name__}.block")

    def _repr_html_(self) -> str:
        """Return what marimo's editor and Jupyter show."""
        raise NotImplementedError(f"{type(self).__name__}._repr_html_")


class Question(Block):
    """A question with options: commit to an answer, then read why."""

    def __init__(
        self, kind: str, question: str, options: Sequence[str], answer: int, why: Sequence[str]
    ) -> None:
        self.kind, self.question, self.options, self.answer, self.why = (
            kind,
            question,
            list(options),
            answer,
            list(why),
        )

    def block(self) -> dict[str, Any]:
        """Return `{"type", "question", "options", "answer"}` with `"reveal"` (predict) or `"why"` (quiz)."""
        told = [inline(text) if self.kind == "quiz" else markdown(text, ids=False) for text in self.why]
        return {
            "type": self.kind,
            "question": markdown(self.question, ids=False),
            "options": [inline(option) for option in self.options],
            "answer": self.answer,
            **({"why": told} if self.kind == "quiz" else {"reveal": told[0]}),
        }

    def _repr_html_(self) -> str:
        shown = self.block()
        if self.kind == "quiz":
            rows = zip(shown["options"], shown["why"], strict=True)
            items = "".join(
                f"<li><details><summary>{o}</summary>{('No', 'Yes')[i == self.answer]}: {w}</details></li>"
                for i, (o, w) in enumerate(rows)
            )
            return f"<section>{shown['question']}<ol type='A'>{items}</ol></section>"
        items = "".join(f"<li>{o}</li>" for o in shown["options"])
        told = f"<b>{'ABCDEFGH'[self.answer]}.</b> {shown['reveal']}"
        reveal = f"<details><summary>Choose first, then look</summary>{told}</details>"
        return f"<section>{shown['question']}<ol type='A'>{items}</ol>{reveal}</section>"


class Code(Block):
    """Source embedded from the library by symbol."""

    def __init__(self, symbol: str, docstring: bool = True) -> None:
        self.source: Embedded = embed(symbol, docstring)

    def block(self) -> dict[str, Any]:
        """Return `{"type": "code", "symbol", "source", "html", "file", "line"}`."""
        s = self.source
        return {
            "type": "code",
            "symbol": s.symbol,
            "source": s.text,
            "html": highlighted(s.text),
            "file": s.file,
            "line": s.line,
        }

    def _repr_html_(self) -> str:
        where = f"<small>{escape(self.source.file)}, line {self.source.line}</small>"
        return f"<pre><code>{escape(self.source.text)}</code></pre>{where}"


class Exercise(Block):
    """Your turn: the studio puts the editor with the stub, Check, hints and diagnosis here."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson

    def block(self) -> dict[str, Any]:
        """Return `{"type": "exercise", "lesson", "targets"}`."""
        return {"type": "exercise", "lesson": self.lesson.slug, "targets": list(self.lesson.target)}

    def _repr_html_(self) -> str:
        names = ", ".join(f"<code>{escape(name)}</code>" for name in self.lesson.names)
        then = f"Write {names} in your own file, then run <code>rung check {self.lesson.slug}</code>."
        return f"<section><b>Your turn.</b> {then}</section>"


class Reading(Block):
    """What to read, from whose point of view, and why."""

    def __init__(self, items: list[dict[str, Any]]) -> None:
        self.items = items

    def block(self) -> dict[str, Any]:
        """Return `{"type": "reading", "items"}`; an item has source, view, why and its entry there."""
        return {"type": "reading", "items": [{**item, "why": inline(item["why"])} for item in self.items]}

    def _repr_html_(self) -> str:
        rows = ((i, escape(str(i.get("title", i["source"])))) for i in self.items)
        return (
            "<ul>"
            + "".join(f"<li>{t} ({escape(i['view'])}): {inline(i['why'])}</li>" for i, t in rows)
            + "</ul>"
        )


class CheatSheet(Block):
    """The one line to remember."""

    def __init__(self, text: str) -> None:
        self.text = text

    def block(self) -> dict[str, Any]:
        """Return `{"type": "cheatsheet", "html"}`."""
        return {"type": "cheatsheet", "html": inline(self.text)}

    def _repr_html_(self) -> str:
        return f"<p><b>To remember:</b> {inline(self.text)}</p>"


class Page:
    """Make the blocks of one lesson.

    Args:
        file: the notebook's `__file__`; its folder is the lesson.
    """

    def __init__(self, file: str | Path) -> None:
        self.folder = Path(file).resolve().parent

    @cached_property
    def lesson(self) -> Lesson:
        """The lesson's metadata.

        Raises:
            LessonError: lesson.toml is missing or malformed.
        """
        return load(self.folder)

    def predict(self, question: str, options: Sequence[str], answer: int, reveal: str) -> Question:
        """Ask for a commitment before the figure; `reveal` is shown after the choice, right or wrong.

        Raises:
            PageError: fewer than two options, an answer that is not one of them, or an empty text.
        """
        _check_options("predict", question, options, answer)
        _check_text("predict", "reveal", reveal)
        return Question("predict", question, options, answer, [reveal])

    def quiz(self, question: str, options: Sequence[str], answer: int, why: Sequence[str]) -> Question:
        """Ask a question with one sentence of `why` for every option, right and wrong.

        Raises:
            PageError: as for predict, or `why` has not one sentence an option.
        """
        _check_options("quiz", question, options, answer)
        if isinstance(why, str) or len(why) != len(options):
            given = 1 if isinstance(why, str) else len(why)
            raise PageError(
                f"page.quiz has {given} sentences of why for {len(options)} options",
                rule="One sentence an option, right and wrong.",
            )
        for text in why:
            _check_text("quiz", "why", text)
        return Question("quiz", question, options, answer, why)

    def figure(self, figure: Figure) -> Figure:
        """Show a live figure.

        Raises:
            PageError: not a Figure.
        """
        if not isinstance(figure, Figure):
            raise PageError(
                f"page.figure was given a {type(figure).__name__}",
                rule="It takes a Figure.",
                fix='page.figure(Figure("line", draw, ...))',
            )
        if figure.parts:
            figure.owners = self.owners
        return figure

    def code(self, symbol: str, docstring: bool = True) -> Code:
        """Show the source of a library symbol, "module:name" or "module:Class.method".

        Raises:
            PageError: no such symbol, or one without Python source.
        """
        return Code(symbol, docstring)

    def exercise(self) -> Exercise:
        """Show the editor with the stub, Check, hints and diagnosis."""
        return Exercise(self.lesson)

    def reading(self) -> Reading:
        """Show what to read, from `[[reading]]` of lesson.toml.

        Raises:
            UnknownNameError: a key that sources.toml does not have.
        """
        items = []
        for r in self.lesson.reading:
            items.append({**source(r.source), "source": r.source, "view": r.view, "why": r.why})
        return Reading(items)

    def cheatsheet(self) -> CheatSheet:
        """Show the cheat-sheet line of lesson.toml."""
        return CheatSheet(self.lesson.cheatsheet)

    @property
    def mine(self) -> Any:
        """The learner's own versions once passed, else the library's: `page.mine.perceptron_update`.

        Look it up inside `draw`, not before: then a figure runs the learner's code from the moment it passes.
        """
        from rung.learn.parts import mine

        return mine(self.lesson)

    def owners(self) -> list[tuple[str, str]]:
        """Return (name, "library" or "yours") for everything the lesson teaches."""
        return [(name, self.mine.whose) for name in self.lesson.names]


def _check_text(block: str, argument: str, text: Any) -> None:
    if not isinstance(text, str) or not text.strip():
        raise PageError(f"page.{block}: {argument} is {text!r}", rule="It is a text in markdown, not empty.")


def _check_options(block: str, question: Any, options: Any, answer: Any) -> None:
    _check_text(block, "question", question)
    if isinstance(options, str) or not isinstance(options, Sequence) or len(options) < 2:
        raise PageError(f"page.{block}: options is {options!r}", rule="A list of two texts or more.")
    for option in options:
        _check_text(block, "an option", option)
    if not isinstance(answer, int) or isinstance(answer, bool) or not 0 <= answer < len(options):
        raise PageError(
            f"page.{block}: answer is {answer!r} for {len(options)} options",
            rule=f"It is an index, 0 to {len(options) - 1}.",
        )
