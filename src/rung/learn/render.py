r"""Markdown with LaTeX to HTML: one function for lessons, captions, quizzes and the text inside figures.

The dialect is marimo's (tables, fenced code, admonitions, details); formulas become MathML, so the page needs
no script for them and nothing moves after it has loaded.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from inspect import cleandoc
from threading import Lock
from typing import Any

from rung.learn.mathml import MathError, mathml

__all__ = ["MathError", "code", "inline", "markdown", "mathml", "slugs"]

# a fence or a code span is left alone; then display math, then inline math. As in marimo, $ is math when no
# space stands just inside it and no digit just after it: "costs $5 and $6" stays text.
_TOKENS = re.compile(
    r"""
    (?P<fence>^[ \t]*(?P<ticks>`{3,}|~{3,})[^\n]*\n.*?^[ \t]*(?P=ticks)[ \t]*$)
  | (?P<span>(?P<quote>`+)(?!`).+?(?<!`)(?P=quote)(?!`))
  | (?P<escaped>\\\$)
  | \$\$(?P<display>.+?)\$\$
  | \\\[(?P<bracket>.+?)\\\]
  | \\\((?P<paren>.+?)\\\)
  | (?<![\w$])\$(?!\s)(?P<inline>(?:\\.|[^$\\\n`]|\n(?!\s*\n))+?)(?<!\s)\$(?!\d)
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_COMMAND = re.compile(r"\\[A-Za-z]{2,}.{0,40}")
_SLOT = re.compile("\ue000(\\d+)\ue001")
_FORMULA = re.compile("\ue000(\\d+)\ue001([,.;:!?)”’]*)")
_HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
_LOCK = Lock()


@lru_cache(maxsize=1)
def _converter() -> Any:
    import markdown as python_markdown

    return python_markdown.Markdown(
        extensions=[
            "tables",
            "sane_lists",
            "footnotes",
            "pymdownx.highlight",
            "pymdownx.superfences",
            "pymdownx.tilde",
            "pymdownx.caret",
            "pymdownx.tasklist",
            "pymdownx.blocks.admonition",
            "pymdownx.blocks.details",
        ],
        extension_configs={
            "pymdownx.highlight": {"use_pygments": True, "css_class": "highlight", "guess_lang": False},
            "footnotes": {"UNIQUE_IDS": True},
        },
        output_format="html",
    )


def markdown(text: str, ids: bool = True, taken: set[str] | None = None) -> str:
    r"""Return markdown as HTML, formulas as MathML.

    Args:
        text: markdown, indented as it stands in a lesson or not.
        ids: give every heading an id made of its words.
        taken: ids used before on the same page; new ones are added to it.

    Raises:
        MathError: a formula that the page cannot show.

    Cost:
        about 1 ms for a paragraph; a formula is converted once.
    """
    formulas: list[str] = []

    def hold(match: re.Match[str]) -> str:
        if match["fence"] or match["span"]:
            return match[0]
        if match["escaped"]:
            formulas.append("$")
        else:
            block = match["display"] or match["bracket"]
            formulas.append(mathml(block or match["paren"] or match["inline"], bool(block)))
        return f"\ue000{len(formulas) - 1}\ue001"

    text = cleandoc(text)
    if stray := _COMMAND.search(_TOKENS.sub(" ", text)):
        raise MathError(stray[0], "a LaTeX command stands outside $...$ and outside code")
    held = _TOKENS.sub(hold, text)
    with _LOCK:
        converter = _converter()
        converter.reset()
        out = converter.convert(held)
    out = out.replace("<table>", '<div class="table-wrap" tabindex="0"><table>').replace(
        "</table>", "</table></div>"
    )
    if ids:
        out = _with_ids(out, taken if taken is not None else set())
    return _FORMULA.sub(lambda match: _held(formulas[int(match[1])], match[2]), out)


def _held(formula: str, mark: str) -> str:
    """Return a formula with the mark that follows it, so that no line begins with a comma."""
    if mark and formula.startswith('<math display="inline"'):
        return f'<span class="math-held">{formula}{mark}</span>'
    return formula + mark


def inline(text: str) -> str:
    """Return one line of markdown as HTML without the paragraph around it."""
    out = markdown(text, ids=False).strip()
    return out[3:-4] if out.startswith("<p>") and out.endswith("</p>") and out.count("<p>") == 1 else out


def _with_ids(page: str, taken: set[str]) -> str:
    def name(match: re.Match[str]) -> str:
        slug = slugs(match[2], taken)
        return f'<h{match[1]} id="{slug}">{match[2]}</h{match[1]}>'

    return _HEADING.sub(name, page)


def slugs(heading: str, taken: set[str]) -> str:
    """Return an id for a heading (HTML or text) that is not in `taken`, and add it there."""
    words = html.unescape(_SLOT.sub(" ", re.sub(r"<[^>]*>", "", heading))).lower()
    base = re.sub(r"[^\w]+", "-", words, flags=re.ASCII).strip("-") or "section"
    slug, n = base, 1
    while slug in taken:
        n += 1
        slug = f"{base}-{n}"
    taken.add(slug)
    return slug


def code(source: str, language: str = "python") -> str:
    """Return source as highlighted HTML, `<div class="highlight"><pre>`; colours are the style sheet's."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name

    return highlight(source, get_lexer_by_name(language), HtmlFormatter(cssclass="highlight"))
