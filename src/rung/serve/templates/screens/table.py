"""The screen of a network that takes a row of a table: a form with a field for every column."""

from __future__ import annotations

import html
import math
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import gradio as gr
from network import ABOUT, INPUT, run
from pieces import (
    AGAINST,
    FOR,
    as_it_came,
    classes_reply,
    classes_shown,
    classes_told,
    explanation,
    latency,
    milliseconds,
    plainly,
)
from prepare import prepare, remarks
from why import METHOD, READ, Part, why

KEY = "row"  # what a program's question is called
SPEC = INPUT["spec"]
NAMES = [field["name"] for field in SPEC["fields"]]
CLASSES = ABOUT["classes"]  # none where the answer is a number
WEIGHTIEST = 8  # columns that are shown
STYLE = """<style>
#why table, #why tr, #why td { border: 0 !important }
#why table { width: 100%; border-collapse: collapse; margin: 8px 0 }
#why td { padding: 4px 10px 4px 0; overflow-wrap: anywhere; line-height: 1.3 }
#why td:last-child { padding: 4px 0; text-align: right; white-space: nowrap }
#why td.bar { width: 36% }
#why td.bar div { position: relative; height: 14px; background: linear-gradient(90deg,
  transparent calc(50% - 1px), currentColor calc(50% - 1px), currentColor 50%, transparent 50%) }
#why td.bar i { position: absolute; height: 14px }
</style>"""


def decoded(given: Any) -> Any:
    """Return a row that a program sent: a value for every column by its name."""
    return given


def reply(row: Any) -> dict[str, Any]:
    """Return what a program gets: the answer, how sure it is of it, and what should be said beside it.

    Raises:
        Refused: the row is none that the network can be asked about.
    """
    if CLASSES:
        told = classes_reply(row)
    else:
        value, took = number(row)
        told = {"answer": value, "milliseconds": round(took, 2)}
        if ABOUT["within"]:
            half = ABOUT["within"]["half"]
            told |= {"low": value - half, "high": value + half, "share": ABOUT["within"]["share"]}
    return {**told, "remarks": remarks(row, SPEC)}


def number(row: Any) -> tuple[float, float]:
    """Return the number that the network answers, and how long it took, in milliseconds.

    Raises:
        Refused: the row is none that the network can be asked about.
    """
    start = time.perf_counter()
    value = run(prepare(row, SPEC), ["scores"])[0].item()
    return value, (time.perf_counter() - start) * 1000


def show() -> None:
    """Lay out what a person gives and what the network answers."""
    with gr.Row():
        with gr.Column(scale=3, min_width=300):
            examples = _examples()
            fields = _form()
            button = gr.Button("Ask the network", variant="primary")
        with gr.Column(scale=2, min_width=300):
            if CLASSES:
                answer, took = classes_shown()
            else:
                answer, took = gr.Textbox(label="Its answer", lines=1, interactive=False), latency()
            said, shown = gr.Markdown(), explanation()
    outputs = [answer, took, said, shown]
    button.click(_told, fields, outputs, api_name="answer", scroll_to_output=True)
    for example, row in zip(examples, ABOUT["examples"], strict=True):
        filled = example.click(partial(_values, row["given"]), None, fields, api_visibility="private")
        filled.success(_told, fields, outputs, api_visibility="private", scroll_to_output=True)


@plainly
def _told(*values: Any) -> Iterator[tuple[Any, str, str, str]]:
    """Answer to a filled form, then say which columns speak for the answer."""
    row = dict(zip(NAMES, values, strict=True))
    if CLASSES:
        answer, took = classes_told(row)
        target = max(range(len(CLASSES)), key=lambda i: answer[CLASSES[i]])
        lines = []
    else:
        value, spent = number(row)
        answer, took, target = f"{value:.4g}", milliseconds(spent), None
        lines = [_within(value)] if ABOUT["within"] else []
    lines += [f"**Note.** {remark}" for remark in remarks(row, SPEC)]
    said = "\n\n".join(lines)
    yield answer, took, said, ""
    parts = why(run, prepare, row, target, SPEC, "probabilities" if CLASSES else "scores")
    yield answer, took, said, _bars(parts, CLASSES[target] if target is not None else "")


def _within(value: float) -> str:
    """Say how far from the truth such an answer may be."""
    told = ABOUT["within"]
    low, high = value - told["half"], value + told["half"]
    return (
        f"**{low:.4g} to {high:.4g}.** Of its answers to {told['of']} rows that it never saw, "
        f"at least {told['share']:.0%} were within {told['half']:.3g} of the truth. That is so of the "
        "network as a whole, and the same for every row: it does not know how sure it is of this one."
    )


def _bars(parts: list[Part], answer: str) -> str:
    """Return what the columns are worth as signed bars, HTML."""
    most = max((abs(part.worth) for part in parts), default=0.0) or 1.0
    what = f"the chance of “{html.escape(answer)}”, in points of 100" if CLASSES else "the answer"
    digits = max(0, 2 - math.floor(math.log10(most)))  # two of the weightiest, and the others as exact as it
    rows = []
    for part in parts[:WEIGHTIEST]:
        share = 50 * abs(part.worth) / most
        left, colour = (50, FOR) if part.worth >= 0 else (50 - share, AGAINST)
        same = str(part.given) == str(part.typical)
        worth = (
            f"{round(100 * part.worth, 1) or 0.0:+.1f}"
            if CLASSES
            else f"{round(part.worth, digits) or 0.0:+.{digits}f}"
        )
        rows.append(
            f"<tr><td><b>{html.escape(part.name.replace('_', ' '))}</b> {_value(part.given)}<br>"
            f"<small>{'the typical value' if same else f'typical: {_value(part.typical)}'}</small></td>"
            '<td class="bar"><div><i style="left:'
            f'{left:.1f}%;width:{share:.1f}%;background:{colour}"></i></div></td><td>{worth}</td></tr>'
        )
    return (
        f"{STYLE}<p><b>Why?</b> What each value is worth to {what}.</p><table>{''.join(rows)}</table>"
        f"<p>{READ} <i>Method: {METHOD}.</i></p>"
    )


def _value(value: Any) -> str:
    """Return a value of a column as HTML shows it."""
    if value is None or not str(value).strip():
        return "(not known)"
    return f"{value:g}" if isinstance(value, (int, float)) else html.escape(str(value))


def _examples() -> list[gr.Button]:
    """Return a button for each example of the test part, which fills the form in."""
    if ABOUT["examples"]:
        gr.Markdown("Start from a row that training never saw, or fill in your own.")
    with gr.Row():
        return [
            gr.Button(f"Example {i}: {_truth(example['truth'])}", size="sm", min_width=140)
            for i, example in enumerate(ABOUT["examples"], start=1)
        ]


def _truth(truth: Any) -> str:
    return str(CLASSES[truth]) if CLASSES else f"{truth:.4g}"


def _values(row: dict[str, Any]) -> list[Any]:
    """Return the values of a row in the order of the form."""
    return [row[name] for name in NAMES]


def _form() -> list[Any]:
    """Return a field for every column."""
    fields: list[Any] = []
    with gr.Row():
        for field in SPEC["fields"]:
            label = field["name"].replace("_", " ")
            if field["kind"] == "string":
                choices = [(word or "(not known)", word) for word in field["choices"]]
                made: Any = gr.Dropdown(choices, value=field["typical"], label=label, min_width=180)
            else:
                known = f"{field['low']:g} to {field['high']:g}; empty: not known"
                made = gr.Number(field["typical"], label=label, info=known, min_width=180)
            fields.append(as_it_came(made, lambda sent: sent))
    return fields
