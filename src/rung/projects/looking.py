"""A run opened to be looked into: its model, its test examples, and examples that a person brings."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from rung.explain.activations import Activation, passed
from rung.explain.subject import Subject, first_of
from rung.projects.brought import ExampleError, decoded
from rung.projects.ownparts import parts_now
from rung.projects.project import load
from rung.scratch.function import use
from rung.train.pictures import as_picture
from rung.train.recipe import parts_of
from rung.train.record import Run
from rung.train.restore import Restored, restore
from rung.train.shown import shown
from rung.train.tasks import Classes, Language

LONGEST = 10_000  # characters of a person's own text that are read


@dataclass(frozen=True, eq=False)
class Example:
    """One input, and how a person sees it.

    Attributes:
        label: what to call it.
        x: what the network takes, a batch of 1.
        truth: what is right, in words; "" where nobody knows.
        picture: (h, w) or (h, w, 3) bytes, or None.
        told: a text, or columns by name, or None.
        words: of a text, as the network reads them; empty for all else.
        number: in the test part; None for a person's own.
    """

    label: str
    x: Any
    truth: str = ""
    picture: np.ndarray | None = None
    told: Any = None
    words: Sequence[str] = ()
    number: int | None = None


@dataclass(frozen=True)
class Answer:
    """What the network says to an example.

    Attributes:
        top: answers with their probabilities, the surest first; empty where the answer is a number.
        said: the answer in words.
        target: the number of the output to explain.
    """

    top: tuple[tuple[str, float], ...]
    said: str
    target: int


class Looking:
    """A finished run, ready to be looked into.

    Args:
        run: the run.
        replacements: by class of the library, what the learner has written and passed, as
            `rung.learn.parts.replacements()` gives them; of these the network is seen through those that it
            was trained with.

    Raises:
        RunError: it has no trained weights yet.

    Attributes:
        run, restored: the run, and all that belongs to it.
        subject: its model. A language model is asked for its scores of every word, not for its surprise.
        scored: the same model, asked for one row of answers: a language model for the word after the last.
        rows: which examples of the data set are in the test part.
        parts: of a run trained on the learner's own parts: whose code it is seen through now, and why.
        kept: what holds for every example and was computed once.

    Cost: that of loading the data and building the model; seconds where texts are read anew.
    """

    def __init__(self, run: Run, replacements: Mapping[type, type] | None = None) -> None:
        self.run = run
        recipe = load(run.config["project"]).recipe
        self.parts, own = parts_now(run, parts_of(recipe), replacements or {})
        with contextlib.ExitStack() as stack:
            for part, theirs in own.items():
                stack.enter_context(use(part, theirs))
            self.restored: Restored = restore(recipe, run)
        self.rows = self.restored.inputs.splits["test"]
        self.subject = self._asked(own)
        is_language = isinstance(self.restored.recipe.TASK, Language)
        self.scored = replace(self.subject, outputs=last_scores) if is_language else self.subject
        self.kept: dict[str, Any] = {}

    def _asked(self, own: Mapping[type, type]) -> Subject:
        """Return the model, called as `model(x)` if it can be: not on a picture and its mirror, say."""
        plain = Subject(self.restored.model, parts=own)
        outputs = getattr(self.restored.recipe, "outputs", None)
        if outputs is None or isinstance(self.restored.recipe.TASK, Language):
            return plain
        try:
            plain.ask(self.restored.inputs.take(self.rows[:1]))
        except (TypeError, ValueError, AttributeError, RuntimeError):
            return Subject(self.restored.model, outputs, own)
        return plain

    @property
    def count(self) -> int:
        """How many examples the test part has."""
        return len(self.rows)

    @cached_property
    def vocabulary(self) -> list[str]:
        """The words that whole numbers stand for, or none."""
        inputs = self.restored.inputs
        told = [inputs.about.get("words"), *(made.state().get("vocabulary") for made in inputs.fitted)]
        return next((list(words) for words in told if _are_words(words)), [])

    def example(self, number: int) -> Example:
        """Return one example of the test part.

        Raises:
            ExampleError: there are not so many.
        """
        if not 0 <= number < len(self.rows):
            raise ExampleError(
                f"there is no test example {number}",
                rule=f"They are numbered from 0 to {len(self.rows) - 1:,}.",
            )
        inputs, data, row = self.restored.inputs, self.restored.data, int(self.rows[number])
        x = inputs.take(self.rows[number : number + 1])
        is_picture = data.kind == "pictures" and len(data.shape) >= 2
        return Example(
            f"test example {number}",
            x,
            self._truth(inputs.y[row]),
            as_picture(data.images[row]) if is_picture else None,
            None if isinstance(self.restored.recipe.TASK, Language) else shown(data, row),
            self.words(x),
            number,
        )

    def _truth(self, y: Any) -> str:
        if isinstance(self.restored.recipe.TASK, Classes):
            return self.restored.data.names[int(y)]
        return f"{float(y):.4g}" if np.ndim(y) == 0 else ""

    def words(self, x: Any) -> list[str]:
        """Return the words of an input that is whole numbers in one row."""
        vocabulary = self.vocabulary
        one_row = isinstance(x, np.ndarray) and x.dtype.kind in "iu" and x.ndim == 2
        return [vocabulary[i] for i in x[0]] if one_row and vocabulary else []

    @property
    def takes(self) -> str:
        """What a person can bring: "picture", "text", or "" for nothing but the data set's own examples."""
        data, inputs = self.restored.data, self.restored.inputs
        if isinstance(inputs.x, np.ndarray) and inputs.x.dtype == np.uint8 and inputs.x.ndim in (3, 4):
            return "picture"
        reads = hasattr(next(iter(inputs.fitted), None), "transform")
        return "text" if data.kind == "texts" and reads and self.vocabulary else ""

    @property
    def picture_shape(self) -> tuple[int, ...]:
        """The shape (h, w) or (h, w, 3) of the pictures that the network takes; () of another network."""
        return tuple(np.shape(self.restored.inputs.x)[1:]) if self.takes == "picture" else ()

    def column_names(self, width: int) -> list[str]:
        """Return which column of the table each prepared number came from; "input 3" where nobody says it."""
        inputs, data = self.restored.inputs, self.restored.data
        made: Any = next(iter(inputs.fitted), None)
        if hasattr(made, "onehot"):
            onehot = [name.split(" = ")[0] for name in made.onehot(data.x[:1])[1]]
        else:
            made, onehot = getattr(made, "columns", None), []
        both = [*getattr(made, "numbers", ()), *getattr(made, "strings", ())]
        names = next((n for n in (onehot, both, list(data.features)) if len(n) == width), None)
        return names or [f"input {i}" for i in range(width)]

    def own_text(self, text: str) -> Example:
        """Make an example of a person's own text.

        Raises:
            ExampleError: the network takes no texts, or there is none.
        """
        if self.takes != "text":
            raise ExampleError(f"{self.run.name} takes no texts", fix="a test example, by its number")
        if not text.strip():
            raise ExampleError("the text is empty", rule="There must be at least one word.")
        inputs: Any = self.restored.inputs
        x = inputs.fitted[0].transform([text[:LONGEST]])
        x = inputs.to_input(x) if inputs.to_input else x
        return Example("your text", x, told=text[:LONGEST], words=self.words(x))

    def own_picture(self, file: bytes) -> Example:
        """Make an example of a person's own picture: a file that Pillow reads, cut and scaled to fit.

        A network of dark ink on light paper sees it as such: the ink is what differs from the corners.

        Raises:
            ExampleError: the network takes no pictures, or it is none.
        """
        if self.takes != "picture":
            raise ExampleError(f"{self.run.name} takes no pictures", fix="a test example, by its number")
        inputs: Any = self.restored.inputs
        shape = inputs.x.shape[1:]
        pixels = decoded(file, shape)
        x = inputs.to_input(pixels[None]) if inputs.to_input else pixels[None]
        is_ink = pixels.ndim == 2
        return Example("your picture", x, picture=255 - pixels if is_ink else pixels)

    def answer(self, example: Example, most: int = 5) -> Answer:
        """Ask the network.

        Args:
            example: what it is shown.
            most: how many answers are told.
        """
        return self._told(self.subject.ask(example.x), most)

    def pass_through(self, example: Example, most: int = 5) -> tuple[Answer, list[Activation]]:
        """Ask the network, and see in the same pass what every layer makes of the example.

        Args:
            example: what it is shown.
            most: how many answers are told.
        """
        raw, made = passed(self.subject, example.x)
        return self._told(raw, most), made

    def _told(self, raw: np.ndarray, most: int) -> Answer:
        task = self.restored.recipe.TASK
        if isinstance(task, Classes):
            return _of_classes(task.outputs(raw)[0], self.restored.data.names, most)
        if isinstance(task, Language) and raw.shape[-1] == len(self.vocabulary):
            last = raw.reshape(-1, raw.shape[-1])[-1].astype(np.float64)
            share = np.exp(last - last.max())
            return _of_classes(share / share.sum(), self.vocabulary, most)
        return Answer((), f"{float(np.ravel(task.outputs(raw))[0]):.4g}", 0)


def last_scores(model: Any, x: Any) -> Any:
    """Return a language model's scores (N, words) of the word after the last, of (N, length, words)."""
    return first_of(model(x))[:, -1]


def _are_words(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and bool(value) and all(isinstance(word, str) for word in value)


def _of_classes(shares: np.ndarray, names: Sequence[str], most: int) -> Answer:
    order = np.argsort(-shares, kind="stable")
    top = tuple((names[i], float(shares[i])) for i in order[:most])
    return Answer(top, top[0][0], int(order[0]))
