"""Words coloured by what each is worth to an answer, as HTML."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
from pieces import AGAINST, FOR
from prepare import shortened
from why import METHOD, READ, shades, told

_BOX = "display:inline-flex;flex-direction:column;align-items:center;margin:0 1px 6px;max-width:100%"
_WORD = "padding:1px 5px;border-radius:4px;overflow-wrap:anywhere"


def coloured(words: Sequence[str], worth: np.ndarray, answer: str) -> str:
    """Return words with their numbers below, and how to read them.

    Args:
        words: in their order; the end of a line is one of them.
        worth: of each, as `why` finds it.
        answer: whose chance the numbers are about.
    """
    shown = []
    for word, value, shade in zip(words, worth, shades(worth), strict=True):
        if word == "\n":
            shown.append("<br>")
            continue
        tint = f"{FOR if shade > 0 else AGAINST}{round(140 * abs(shade)):02x}"
        name = html.escape(shortened(word))
        shown.append(
            f'<span style="{_BOX}"><span style="{_WORD};background:{tint}">{name}</span>'
            f'<small style="min-height:1.3em;opacity:.85">{told(value)}</small></span>'
        )
    return (
        f'<p><b>Why {html.escape(answer)}?</b></p><p style="line-height:1.5">{" ".join(shown)}</p>'
        f"<p>{READ} <i>Method: {METHOD}.</i></p>"
    )
