"""What an exported file says of itself: from which run it is, how good it is, and under what terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Network:
    """What is exported of a run, where an app asks another question than its recipe does.

    Attributes:
        asked: called with the model and its input, of either engine: one tensor, an example a row.
        inputs: called with the model: held-out examples to compare on, an array or a tuple of arrays.
        classes: whether the answers are scores of which one is right, so that they have probabilities.
    """

    asked: Callable[[Any, Any], Any]
    inputs: Callable[[Any], Any]
    classes: bool = False


@dataclass(frozen=True)
class App:
    """How a person's input becomes a project's arrays; what its app.py says.

    Attributes:
        kind: "picture" or "table": which module of `rung.serve.shipped` prepares it, and which file of
            `templates/screens` and of `page/screens` lays it out.
        spec: the settings of that module's `prepare`, as JSON holds them.
        takes: what the input is, in a sentence for whoever will use the model.
        limits: what it cannot do, a sentence each.
        files: what an exported app needs besides, by path within its folder.
        network: what is exported; None: what the recipe asks, on the run's own examples.
        length: whether an example may be of any length, as a text is.
        failures: the title of the finding that shows where it fails, where no single answers are shown.
    """

    kind: str
    spec: dict[str, Any]
    takes: str
    limits: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    network: Network | None = None
    length: bool = False
    failures: str = ""


@dataclass(frozen=True)
class Examples:
    """Inputs of test examples, each as a person would give it: a picture's bytes, a row of a table, a text.

    Attributes:
        failures: one for each of `Facts.mistakes`, in their order; pictures as bytes (h, w) or (h, w, 3).
        examples: a few to try, each with its truth: a class number, or the number that is the answer.
    """

    failures: Sequence[Any] = ()
    examples: Sequence[tuple[Any, Any]] = ()


@dataclass(frozen=True)
class Facts:
    """What is known of a run, as an exported folder tells it.

    Attributes:
        run, project, title, question, about: which run it is, of what.
        classes: what each output means; empty where the output is a number.
        metric: what the score is.
        told: the score with its interval, for people: "98.42% (98.1% to 98.7%)".
        score: the same as numbers, with "of": over what.
        baselines: name and told score of each, for people.
        data, data_title, data_url, licence: what it was trained on, and under what terms.
        kind: what an example is, as `Dataset.kind` says: "pictures", "columns", "texts", ...
        problems: what is known to be wrong with the data.
        mistakes: those of the test part that it was surest of; at most 30.
        tile: height and width of a mistake's picture in tiles.png; None where mistakes are texts.
        findings: what the task and the project found besides, as result.json has it.
        dry_run: a try on a few examples, whose score means nothing.
        version: of rung.
        card: the model card of the run, Markdown.
        within: of answers that are numbers, how far from the truth nine in ten are, and "of" how many rows
            of the test part that was found.
        app: how an input is prepared; None where the project does not say.
    """

    run: str
    project: str
    title: str
    question: str
    about: str
    classes: tuple[str, ...]
    metric: str
    told: str
    score: dict[str, Any]
    baselines: tuple[tuple[str, str], ...]
    data: str
    data_title: str
    data_url: str
    licence: str
    kind: str
    problems: tuple[str, ...]
    mistakes: tuple[dict[str, Any], ...]
    tile: tuple[int, int] | None
    dry_run: bool
    version: str
    card: str
    within: dict[str, Any] | None = None
    app: App | None = None
    findings: dict[str, Any] = field(default_factory=dict)

    def metadata(self) -> dict[str, str]:
        """Return what an ONNX file carries, so that it explains itself without the run."""
        takes = {"input": self.app.takes} if self.app else {}
        dry = {"warning": "a dry run: its score means nothing"} if self.dry_run else {}
        return {
            "run": self.run,
            "project": self.project,
            "about": self.about,
            "classes": "\n".join(self.classes),
            "score": f"{self.metric} {self.told} on {self.score['of']}",
            "data": f"{self.data_title} <{self.data_url}>",
            "licence of the data": self.licence,
            "made by": f"rung {self.version}",
            **takes,
            **dry,
        }
