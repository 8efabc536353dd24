"""`rung lesson [NAME]`: a lesson's text in the terminal, figures left to the studio."""

from __future__ import annotations

import ast
import inspect
import textwrap
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from rung.learn import evidence, workspace
from rung.learn.lesson import Lesson
from rung.terminal import screen
from rung.terminal.names import chosen


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", nargs="?", help="a lesson; the current one if left out")
    parser.add_argument("--text", action="store_true", help="the whole text, not just what it is about")


def run(options: Namespace) -> int:
    """Show what a lesson is about, or its whole text."""
    lesson = chosen(options.name)
    evidence.note(lesson.slug, "opened")
    screen.say(f"{lesson.title}  ({lesson.track} {lesson.level}, {lesson.minutes} min)", "bold")
    rows = [
        ["write", ", ".join(t.partition(":")[2] for t in lesson.target)],
        ["after", ", ".join(lesson.requires) or "nothing"],
        ["teaches", ", ".join(lesson.teaches)],
        ["leaves out", "; ".join(lesson.outside) or "nothing"],
        ["file", str(workspace.path(lesson.slug))],
        ["studio", f"rung studio {lesson.slug}"],
    ]
    screen.table(["", ""], rows)
    if options.text:
        screen.say("\nFigures, and the numbers that stand here as …, are computed in the studio.")
        for text in texts(lesson):
            screen.say()
            screen.markdown(text)
    elif first := next(texts(lesson), None):
        screen.say()
        screen.markdown(first)
        screen.say(f"\nThe whole text: rung lesson {lesson.slug} --text")
    return 0


def texts(lesson: Lesson) -> Iterator[str]:
    """Yield a lesson's notebook as markdown, in order and without running it.

    What only a run can tell is marked: a number in the text is shown as "…", a figure by its caption.

    Args:
        lesson: the lesson.
    """
    if not lesson.notebook.is_file():
        return
    source = lesson.notebook.read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        if any(ast.unparse(decorator) == "app.cell" for decorator in node.decorator_list):  # shows its code
            lines = source.split("\n")[
                node.body[0].lineno - 1 : node.body[-1].lineno - 1
            ]  # all but the return
            yield _fenced(textwrap.dedent("\n".join(lines)).strip())
        calls = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
        for call in sorted(calls, key=lambda each: each.lineno):
            if text := _said(call):
                yield text


def _said(call: ast.Call) -> str | None:
    """Return what one call of the notebook puts on the page, or None if it puts nothing there."""
    name = ast.unparse(call.func)
    if name == "mo.md" and call.args:
        return inspect.cleandoc(_string(call.args[0]))
    if name == "Figure":
        caption = next((_string(each.value) for each in call.keywords if each.arg == "caption"), "")
        return f"> *A figure, in the studio.* {caption}"
    if name == "page.quiz" and len(call.args) + len(call.keywords) > 1:
        given = {each.arg: each.value for each in call.keywords}
        options = given.get("options") or call.args[1]
        rows = [f"- {_string(each)}" for each in getattr(options, "elts", [])]
        return "\n".join([f"**Check yourself.** {_string(call.args[0])}", "", *rows])
    if name == "page.code" and call.args:
        return _fenced(_source(_string(call.args[0])))
    return None


def _string(node: ast.expr) -> str:
    """Return a string as it stands in the notebook, with "…" for each value that a run would put in."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_string(each) if isinstance(each, ast.Constant) else "…" for each in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _string(node.left) + _string(node.right)
    return "…"


def _source(target: str) -> str:
    """Return the library's source of "module:Name", without its docstring."""
    from rung.learn.embed import embed

    return embed(target, docstring=False).text


def _fenced(code: str) -> str:
    return f"```python\n{code}\n```"
