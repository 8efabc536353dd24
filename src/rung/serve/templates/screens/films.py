"""The screen of a network that foretells stars: films that somebody picks, and what it recommends to them."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator
from typing import Any

import gradio as gr
from failures import table
from network import ABOUT, INPUT, run
from pieces import as_it_came, explanation, latency, milliseconds, plainly
from prepare import Films, Recommended, alike, films, prepare, recommended

KEY = "films"  # what a program's question is called
SPEC = INPUT["spec"]
TITLES: list[str] = SPEC["titles"]
COUNT = 10  # films that are recommended
HEADS = ("film", "stars", "ratings")
_STARS = "those foretold" if SPEC["way"] == "vector" else "how far above their own average near people go"


def decoded(given: Any) -> Any:
    """Return what a program sent: titles that were liked, or {"liked": titles, "disliked": titles}."""
    return given


@functools.cache
def known() -> Films:
    """Return what the network knows of the films, asked once."""
    return films(run, SPEC)


def reply(given: Any) -> dict[str, Any]:
    """Return what a program gets: films with stars, each with the pick that it owes most, and films alike.

    Raises:
        Refused: nothing was picked, or there is no such film.
    """
    best, took, picked = asked(given)
    return {
        "recommended": [
            {
                "film": TITLES[one.place],
                "stars": round(one.stars, 3),
                "because": TITLES[one.because] if one.because is not None else None,
            }
            for one in best
        ],
        "alike": {TITLES[place]: [TITLES[i] for i in alike(known(), place)] for place in picked},
        "milliseconds": round(took, 2),
    }


def asked(given: Any) -> tuple[list[Recommended], float, list[int]]:
    """Return films for somebody, how many milliseconds that took, and the places of what they liked.

    Raises:
        Refused: nothing was picked, or there is no such film.
    """
    places, stars = prepare(given, SPEC)
    everything = known()  # the first question waits for the network to be asked about all films
    start = time.perf_counter()
    best = recommended(everything, places, stars, SPEC, COUNT)
    took = (time.perf_counter() - start) * 1000
    return best, took, [int(p) for p, s in zip(places, stars, strict=True) if s > 2.5]


def show() -> None:
    """Lay out what a person picks and what is recommended."""
    with gr.Row():
        with gr.Column(scale=2, min_width=300):
            often = sorted(range(len(TITLES)), key=lambda i: -SPEC["ratings"][i])
            first = [TITLES[i] for i in often[:2]]
            liked = _picked(
                "Films you liked", "Type a part of a title; the article stands last: Matrix, The", first
            )
            disliked = _picked("Films you did not like", "May be left empty", [])
            button = gr.Button("What else?", variant="primary")
            took = latency()
        with gr.Column(scale=3, min_width=300):
            shown = explanation()
    button.click(_told, [liked, disliked], [shown, took], api_name="answer")


def _picked(label: str, info: str, first: list[str]) -> Any:
    box = gr.Dropdown(TITLES, value=first, multiselect=True, label=label, info=info, filterable=True)
    return as_it_came(box, lambda sent: sent)  # a title that is not in the list is refused in our words


@plainly
def _told(liked: Any, disliked: Any) -> Iterator[tuple[str, str]]:
    """Answer with films and what each is owed to, and with those that lie next to the picks."""
    best, spent, picked = asked({"liked": liked or [], "disliked": disliked or []})
    yield _table(best) + _alike(picked), milliseconds(spent)


def _table(best: list[Recommended]) -> str:
    sign = "+" if SPEC["way"] == "people" else ""
    rows = []
    for one in best:
        title = TITLES[one.place]
        if one.because is not None:
            title += f"\nowed most to {TITLES[one.because]} ({one.worth:+.2f})"
        rows.append([title, f"{one.stars:{sign}.2f}", SPEC["ratings"][one.place]])
    return (
        f"<p><b>For you</b></p>{table(HEADS, rows)}<p>The stars are {_STARS}; the ratings "
        "are how many training had of the film. What a film is owed to is found by leaving out one pick at a "
        "time: its stars fall by the number in brackets. <i>Method: leave one pick out (occlusion).</i></p>"
    )


def _alike(picked: list[int]) -> str:
    rows = [[TITLES[place], "; ".join(TITLES[i] for i in alike(known(), place))] for place in picked[:5]]
    return (
        f"<p><b>People who liked ...</b></p>{table(['who liked', 'also liked'], rows)}<p>The films whose "
        "vectors point the same way: the same people gave them more stars than others did. No title and no "
        "genre was looked at.</p>"
    )


def failures() -> None:
    """Show the ratings of the test part that were foretold worst."""
    gr.Markdown(
        "## What it gets wrong\n\nThe ratings of the test part that it foretold worst, by people it knew."
    )
    rows = []
    for mistake in ABOUT["mistakes"][:15]:
        given = mistake["shown"]
        one = "s" * (mistake["truth"] != 1)
        told = f"gave {mistake['truth']:g} star{one}, foretold {mistake['answer']:.1f}"
        rows.append([given["item"], told, given["user"]])
    gr.HTML(table(["film", "stars", "person"], rows))
