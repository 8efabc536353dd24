"""A run opened to be looked into: its model, its test examples, and examples that a person brings."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from rung.explain.subject import Subject
from rung.projects.project import load
from rung.scratch.errors import RungError
from rung.train.pictures import as_picture
from rung.train.record import Run
from rung.train.restore import Restored, restore
from rung.train.shown import shown
from rung.train.tasks import Classes, Language

LONGEST = 10_000  # characters of a person's own text that are read
PIXELS = 40_000_000  # of a person's own picture


class ExampleError(RungError, ValueError):
    """What was brought is no example for this network.

    A network of pictures takes a picture, one of texts a text. Others take examples of their data set, by
    their number in the test part.

        >>> from rung.projects.looking import ExampleError
        >>> raise ExampleError("the text is empty")
        Traceback (most recent call last):
            ...
        rung.projects.looking.ExampleError: ...

    Repair: bring what the message asks for, or take a number from `rung look RUN`.
    """

    name = "example"


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

    Raises:
        RunError: it has no trained weights yet.

    Attributes:
        run, restored: the run, and all that belongs to it.
        subject: its model. A language model is asked for its scores of every word, not for its surprise.
        rows: which examples of the data set are in the test part.

    A run with the learner's own parts is seen through the library's: the weights are those of the run.

    Cost: that of loading the data and building the model; seconds where texts are read anew.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        recipe = load(run.config["project"]).recipe
        self.restored: Restored = restore(recipe, run)
        self.rows = self.restored.inputs.splits["test"]
        self.subject = self._asked()

    def _asked(self) -> Subject:
        """Return the model, called as `model(x)` if it can be: not on a picture and its mirror, say."""
        plain = Subject(self.restored.model)
        outputs = getattr(self.restored.recipe, "outputs", None)
        if outputs is None or isinstance(self.restored.recipe.TASK, Language):
            return plain
        try:
            plain.ask(self.restored.inputs.take(self.rows[:1]))
        except (TypeError, ValueError, AttributeError, RuntimeError):
            return Subject(self.restored.model, outputs)
        return plain

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
        raw = self.subject.ask(example.x)
        task = self.restored.recipe.TASK
        if isinstance(task, Classes):
            return _of_classes(task.outputs(raw)[0], self.restored.data.names, most)
        if isinstance(task, Language) and raw.shape[-1] == len(self.vocabulary):
            last = raw.reshape(-1, raw.shape[-1])[-1].astype(np.float64)
            share = np.exp(last - last.max())
            return _of_classes(share / share.sum(), self.vocabulary, most)
        return Answer((), f"{float(np.ravel(task.outputs(raw))[0]):.4g}", 0)

    def some(self, most: int = 400, numbers: int = 6_000_000) -> np.ndarray:
        """Return numbers of test examples to compare with: as many as fit in so many numbers."""
        one = self.restored.inputs.take(self.rows[:1])
        size = sum(np.size(part) for part in (one if isinstance(one, tuple) else (one,)))
        count = min(len(self.rows), most, max(20, numbers // max(1, size)))
        return np.linspace(0, len(self.rows) - 1, count).astype(np.int64)


def _are_words(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and bool(value) and all(isinstance(word, str) for word in value)


def _of_classes(shares: np.ndarray, names: Sequence[str], most: int) -> Answer:
    order = np.argsort(-shares, kind="stable")
    top = tuple((names[i], float(shares[i])) for i in order[:most])
    return Answer(top, top[0][0], int(order[0]))


def decoded(file: bytes, shape: tuple[int, ...]) -> np.ndarray:
    """Return a picture file as the bytes of a data set: (h, w, 3) colours, or (h, w) of ink, 0 for paper.

    Args:
        file: its contents.
        shape: (h, w) or (h, w, 3); it is cut to this form in the middle, and scaled.

    Raises:
        ExampleError: it is no picture, or a huge one.
    """
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(file)) as opened:
                if opened.width * opened.height > PIXELS:
                    raise ExampleError(
                        f"the picture has {opened.width:,} x {opened.height:,} pixels",
                        rule=f"At most {PIXELS // 1_000_000} million are read.",
                        fix=f"scale it down; the network sees {shape[1]} x {shape[0]} of them anyway",
                    )
                upright = ImageOps.exif_transpose(opened)
                seen = upright.convert("RGBA")
                paper = Image.new("RGBA", seen.size, "white")
                paper.alpha_composite(seen)
                mode = "L" if len(shape) == 2 else "RGB"
                pixels = np.array(ImageOps.fit(paper.convert(mode), (shape[1], shape[0])))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning) as error:
        if isinstance(error, ExampleError):
            raise
        raise ExampleError(f"this is not a whole picture: {error}", fix="a PNG, JPEG or WebP file") from None
    if len(shape) == 3:
        return pixels
    corners = np.concatenate([pixels[:2, :2].ravel(), pixels[-2:, -2:].ravel(), pixels[:2, -2:].ravel()])
    return 255 - pixels if np.median(corners) > 127 else pixels
