"""The screen of a network that writes: a beginning, the likeliest next words, and one way to go on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import gradio as gr
from failures import table
from network import ABOUT, INPUT, Refused, run
from pieces import explanation, latency, milliseconds, plainly
from prepare import joined, likely, prepare, read, remarks, written
from why import why
from words import coloured

KEY = "text"  # what a program's question is called
SPEC = INPUT["spec"]
VOCABULARY = {number: word for word, number in SPEC["numbers"].items()}
SHOWN = 8  # next words
MOST_WRITTEN = 200  # tokens
COLDEST, HOTTEST = 0.1, 2.0  # temperatures
_LINE_ENDS = "(end of the line)"


def decoded(given: Any) -> Any:
    """Return what a program sent: a beginning, or {"text", "words", "temperature", "seed"}."""
    return given


def reply(given: Any) -> dict[str, Any]:
    """Return what a program gets: the likeliest next words, and a continuation where it asked for one.

    Raises:
        Refused: the beginning is none that the network can be asked about, or a setting is none.
    """
    asked = given if isinstance(given, dict) else {"text": given, "words": 0}
    if not set(asked) <= {"text", "words", "temperature", "seed"}:
        raise Refused('What may be said beside "text" is "words", "temperature" and "seed".')
    found, took, _ = next_words(asked.get("text"))
    told: dict[str, Any] = {
        "answer": next(iter(found)),
        "probabilities": found,
        "milliseconds": round(took, 2),
    }
    count, temperature, seed = settings(
        asked.get("words", 40), asked.get("temperature", 1), asked.get("seed", 0)
    )
    if count:
        told["continuation"] = "".join(grown(asked["text"], count, temperature, seed, every=False))
    return {**told, "remarks": remarks(asked["text"], SPEC)}


def next_words(text: Any) -> tuple[dict[str, float], float, int]:
    """Return the likeliest next words with their probabilities, milliseconds, and the likeliest one's number.

    Raises:
        Refused: the beginning is none that the network can be asked about.
    """
    start = time.perf_counter()
    (p,) = run(prepare(text, SPEC), ["probabilities"])[0]
    took = (time.perf_counter() - start) * 1000
    order = likely(p).argsort(kind="stable")[::-1][:SHOWN]
    return {_shown(int(i)): float(p[i]) for i in order}, took, int(order[0])


def grown(text: str, count: int, temperature: float, seed: int, every: bool = True) -> Iterator[str]:
    """Yield what is written after a beginning, longer and longer; or once, when it is whole."""
    tokens = [number for _, number in read(text, SPEC)]
    words: list[str] = []
    for number in written(run, tokens, count, temperature, seed, SPEC["reach"]):
        words.append(VOCABULARY[number])
        if every or len(words) == count:
            yield joined(words)


def settings(count: Any, temperature: Any, seed: Any) -> tuple[int, float, int]:
    """Return how to write, if it is possible.

    Raises:
        Refused: one of the three is no number, or out of its range.
    """
    try:
        made = int(count), float(temperature), int(seed)
    except (TypeError, ValueError, OverflowError):
        raise Refused("How many words, the temperature and the seed are numbers.") from None
    if not 0 <= made[0] <= MOST_WRITTEN:
        raise Refused(f"It writes 0 to {MOST_WRITTEN} words, not {made[0]:,}.")
    if not COLDEST <= made[1] <= HOTTEST:
        raise Refused(f"The temperature is from {COLDEST:g} to {HOTTEST:g}, not {made[1]:g}.")
    if made[2] < 0:
        raise Refused("The seed is 0 or more.")
    return made


def show() -> None:
    """Lay out what a person gives and what the network answers."""
    with gr.Row():
        with gr.Column(scale=3, min_width=300):
            text = gr.Textbox(lines=4, max_lines=12, label="The beginning", value="To be, or not to")
            with gr.Row():
                count = gr.Slider(0, MOST_WRITTEN, 40, step=1, label="Words to write", min_width=180)
                heat = gr.Slider(
                    COLDEST,
                    HOTTEST,
                    0.8,
                    step=0.1,
                    label="Temperature",
                    info="low: what is likeliest; high: what surprises",
                    min_width=180,
                )
                seed = gr.Number(0, label="Seed", info="the same seed writes the same again", min_width=140)
            button = gr.Button("What comes next?", variant="primary")
        with gr.Column(scale=2, min_width=300):
            label = gr.Label(num_top_classes=SHOWN, label="The next word")
            took, said = latency(), gr.Markdown()
    more = gr.Textbox(label="How it goes on", lines=5, interactive=False)
    outputs = [label, took, said, more, explanation()]
    button.click(_told, [text, count, heat, seed], outputs, api_name="answer")


@plainly
def _told(text: Any, *ways: Any) -> Iterator[tuple[dict[str, float], str, str, str, str]]:
    """Answer with the next word, go on writing, then say which words spoke for the next one."""
    count, heat, seed = settings(*ways)
    found, spent, best = next_words(text)
    took = milliseconds(spent)
    said = "\n\n".join(f"**Note.** {remark}" for remark in remarks(text, SPEC))
    more = ""
    yield found, took, said, more, ""
    for more in grown(text, count, heat, seed):
        yield found, took, said, more, ""
    tokens = read(text, SPEC)
    worth = why(run, prepare(text, SPEC)[0], best)
    yield found, took, said, more, coloured([word for word, _ in tokens], worth, _shown(best))


def failures() -> None:
    """Show the lines of the test part that surprised the network most."""
    worst = ABOUT["worst"]
    gr.Markdown(f"## What it gets wrong\n\n{worst['text'] if worst else 'Nothing was kept of this run.'}")
    if worst:
        rows = [[f"{v:.3g}" if isinstance(v, float) else v for v in row] for row in worst["rows"]]
        gr.HTML(table(worst["columns"], rows))


def _shown(number: int) -> str:
    return _LINE_ENDS if VOCABULARY[number] == "\n" else VOCABULARY[number]
