"""Live figures: state, controls and a draw function in Python; the page draws the scene it gets.

    Figure("slope", draw, state={"w": 1.0}, controls=[Slider("w", "slope w", -3.0, 3.0, 1.0)])

A message from the page ("this slider is at 0.4", "Step was pressed") changes the state, `draw` answers with
panels, and they go back as one JSON scene. The same figure runs in the studio, in marimo and in Jupyter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rung.errors import did_you_mean
from rung.learn.figures.controls import (
    Button,
    Choice,
    Control,
    DrawPad,
    Input,
    Number,
    Play,
    Slider,
    Toggle,
    Trigger,
)
from rung.learn.figures.diagrams import Graph, Network
from rung.learn.figures.drag import Target
from rung.learn.figures.events import Event, takes_value, tell
from rung.learn.figures.images import Picture, Pictures
from rung.learn.figures.marks import Arrow, Bars, Curve, Field, Handle, HLine, Label, Mark, Points, VLine
from rung.learn.figures.panels import Numbers, Panel, Plot, Say, Table
from rung.learn.figures.state import State
from rung.learn.figures.wire import FigureError, Scene

__all__ = [
    "Arrow",
    "Bars",
    "Button",
    "Choice",
    "Control",
    "Curve",
    "DrawPad",
    "Field",
    "Figure",
    "FigureError",
    "Graph",
    "HLine",
    "Handle",
    "Label",
    "Mark",
    "Network",
    "Number",
    "Numbers",
    "Panel",
    "Picture",
    "Pictures",
    "Play",
    "Plot",
    "Points",
    "Say",
    "Slider",
    "State",
    "Table",
    "Toggle",
    "VLine",
]

Draw = Callable[[State], Sequence[Panel] | Panel]
Owners = Callable[[], list[tuple[str, str]]]
_ID = re.compile(r"[a-z][a-z0-9-]*")


class Figure:
    """Make a figure that a person can move.

    Args:
        id: lower-case words joined by `-`; unique on its page.
        draw: `draw(s)` returns the panels for state `s`, in under 50 ms, and leaves `s` alone.
        state: first values, plain: numbers, strings, lists (arrays become lists).
        controls: Slider, Choice, Toggle, Number, Button, Play, DrawPad; their keys join the state.
        on: {event: f}; `f(s)` or `f(s, value)` changes the state in place, `value` being what was picked.
            "reset" is built in: back to the first state.
        caption: markdown: what it shows, and how to read it.
        parts: show whose code is running, the library's or the learner's.

    Raises:
        FigureError: a malformed id, two controls for one key, or a button for an event not in `on`.

    An error inside `draw` or an event does not lose the state: the scene carries the sentence in `"error"`
    with the last panels that could be drawn, and an event that failed is undone.
    """

    def __init__(
        self,
        id: str,
        draw: Draw,
        *,
        state: Mapping[str, Any] | None = None,
        controls: Sequence[Control] = (),
        on: Mapping[str, Event] | None = None,
        caption: str = "",
        parts: bool = False,
    ) -> None:
        if not isinstance(id, str) or not _ID.fullmatch(id):
            raise FigureError(
                f"a figure's id is {id!r}",
                rule="Lower-case letters, digits and -, beginning with a letter.",
                fix='"line"',
            )
        if not callable(draw):
            raise FigureError(
                f"figure {id!r}: draw is a {type(draw).__name__}", rule="draw is a function of the state."
            )
        self.id, self.draw, self.caption, self.parts = id, draw, caption, bool(parts)
        self.controls, self.on = list(controls), dict(on or {})
        self.owners: Owners | None = None
        self.error: str | None = None
        self._check_controls()
        first = {c.key: c.initial() for c in self.controls if isinstance(c, Input)}
        self.state = State(id, first | dict(state or {}))
        self._first = self.state.snapshot()
        self._panels: list[Scene] = []
        self._targets: dict[str, Target] = {}
        self._drawn: dict[str, Any] | None = None
        self._version = 0

    def _check_controls(self) -> None:
        keys: set[str] = set()
        for control in self.controls:
            if not isinstance(control, Control):
                raise FigureError(
                    f"figure {self.id!r}: a control is a {type(control).__name__}",
                    rule="Controls are Slider, Choice, Button ...",
                )
            if isinstance(control, Input):
                if control.key in keys:
                    raise FigureError(
                        f"figure {self.id!r}: two controls write {control.key!r}", rule="One control a key."
                    )
                keys.add(control.key)
            if isinstance(control, Trigger):
                self._known_event(control.event)

    def _known_event(self, event: Any) -> None:
        known = [*self.on, "reset"]
        if not isinstance(event, str) or event not in known:
            guess = did_you_mean(event, known) if isinstance(event, str) else ""
            raise FigureError(
                f"figure {self.id!r} has no event {event!r}",
                rule=f"It has {', '.join(known)}.",
                fix=guess or "add it to on=",
            )

    # -- drawing

    def scene(self) -> Scene:
        """Draw the present state.

        Returns:
            `{"version", "panels", "values", "done", "error", "parts"}`, JSON-able. `values` holds each
            control's value, `done` the state's truth for each Play's `until`, `error` None or a sentence.
        """
        self._draw()
        return self._scene()

    def handle(self, message: Mapping[str, Any]) -> Scene:
        """Follow one message from the page and draw again.

        Args:
            message: `{"set": {key: value}}` or `{"event": name, "value": ...}`; `"figure"`, when there,
                is this id.

        Returns:
            the scene after it, as `scene()`.

        Raises:
            FigureError: an unknown key or event, or a value of the wrong kind. The state is unchanged.
        """
        self._check_message(message)
        self.error = None
        if "set" in message:
            self._set(message["set"])
            self._draw()
        else:
            self._fire(message["event"], message.get("value"))
        return self._scene()

    def reset(self) -> None:
        """Go back to the first state."""
        self.state.restore(self._first)

    def _draw(self) -> None:
        before = self.state.snapshot()
        try:
            drawn = self.draw(self.state)
            panels = [drawn] if isinstance(drawn, Panel) else list(drawn)
            for panel in panels:
                if not isinstance(panel, Panel):
                    raise FigureError(
                        f"draw returned a {type(panel).__name__}",
                        rule="draw returns a list of panels: Plot, Numbers, Say ...",
                    )
            scenes = [panel.scene() for panel in panels]
            self._targets = self._find_targets(scenes)
            self._panels, self.error, self._drawn = scenes, None, before
        except Exception as error:  # whatever the lesson's or the learner's code raises is shown, never lost
            self.error = tell(error, self.draw)
            self.state.restore(before)
        self._version += 1

    def _scene(self) -> Scene:
        return {
            "version": self._version,
            "panels": self._panels,
            "values": {c.key: getattr(self.state, c.key) for c in self.controls if isinstance(c, Input)},
            "done": {
                c.until: bool(getattr(self.state, c.until)) if c.until in self.state else False
                for c in self.controls
                if isinstance(c, Play)
            },
            "error": self.error,
            "parts": [{"name": name, "owner": owner} for name, owner in self.owners()]
            if self.parts and self.owners
            else [],
        }

    def _find_targets(self, panels: list[Scene]) -> dict[str, Target]:
        """Return what the page may drag: key -> the plot's ranges and, for points, how many."""
        found: dict[str, Target] = {}
        for panel in panels:
            if panel.get("pick") is not None:
                self._known_event(panel["pick"])
            for mark in panel.get("marks", ()):
                key = mark["key"] if mark["mark"] == "handle" else mark.get("drag")
                if key is None:
                    continue
                held = getattr(self.state, key)
                count = None if mark["mark"] == "handle" else len(mark["xy"])
                wanted = 2 if count is None else count
                if not isinstance(held, list) or len(held) != wanted:
                    raise FigureError(
                        f"figure {self.id!r}: {key!r} can be dragged, but the state holds {held!r}"[:200],
                        rule="A handle's key holds [x, y]; dragged points' key holds one [x, y] a point.",
                    )
                found[key] = Target(panel["x"], panel["y"], count)
        return found

    # -- messages

    def _check_message(self, message: Any) -> None:
        if not isinstance(message, Mapping) or ("set" in message) == ("event" in message):
            raise FigureError(
                f"figure {self.id!r} got {message!r}"[:200],
                rule='A message has "set" or "event".',
                fix='{"set": {"w": 0.5}}',
            )
        if message.get("figure", self.id) != self.id:
            raise FigureError(f"figure {self.id!r} got a message for {message['figure']!r}")
        if "set" in message and not isinstance(message["set"], Mapping):
            raise FigureError(
                f"figure {self.id!r}: set is {message['set']!r}"[:200], rule='"set" is {key: value}.'
            )

    def _set(self, values: Mapping[str, Any]) -> None:
        """Write every value, or none when one of them is refused."""
        accepted = {key: self._accept(key, value) for key, value in values.items()}
        for key, value in accepted.items():
            setattr(self.state, key, value)

    def _accept(self, key: str, value: Any) -> Any:
        for control in self.controls:
            if isinstance(control, Input) and control.key == key:
                try:
                    return control.accept(value)
                except FigureError as error:
                    raise FigureError(f"figure {self.id!r}: {error.message}", rule=error.rule) from None
        if (
            self._drawn != self.state.snapshot()
        ):  # the state was put back by hand: what can be dragged may differ
            self._draw()
        if key in self._targets:
            return self._targets[key].accept(self.id, key, value, getattr(self.state, key))
        known = [*(c.key for c in self.controls if isinstance(c, Input)), *self._targets]
        raise FigureError(
            f"figure {self.id!r}: nothing on the page writes {key!r}",
            rule=f"The page may write {', '.join(known) or 'nothing'}.",
            fix=did_you_mean(str(key), known),
        )

    def _fire(self, event: str, value: Any) -> None:
        self._known_event(event)
        before = self.state.snapshot()
        try:
            if event in self.on:
                f = self.on[event]
                f(self.state, value) if takes_value(f) else f(self.state)
            else:
                self.reset()
        except Exception as error:
            self.state.restore(before)
            self._draw()
            self.error = self.error or tell(error, self.on[event])
        else:
            self._draw()

    # -- where it is shown

    def block(self) -> dict[str, Any]:
        """Return the figure for a page: id, caption as HTML, controls, the first scene.

        `still` is HTML of that first state, of the live figure's size, for the page until the script runs.
        """
        from rung.learn.figures.still import still
        from rung.learn.render import markdown

        caption = markdown(self.caption, ids=False) if self.caption else ""
        controls, scene = [control.scene() for control in self.controls], self.scene()
        return {
            "type": "figure",
            "id": self.id,
            "caption": caption,
            "controls": controls,
            "scene": scene,
            "still": still(controls, scene, caption),
        }

    def _display_(self) -> Any:
        """Show the figure in marimo."""
        from rung.learn.figures.widget import widget

        return widget(self)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Show the figure in Jupyter."""
        from rung.learn.figures.widget import widget

        return widget(self)._repr_mimebundle_(**options)

    def __repr__(self) -> str:
        return f"Figure({self.id!r}, {len(self.controls)} controls)"
