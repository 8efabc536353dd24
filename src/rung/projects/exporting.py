"""What `rung export RUN` does: bring a finished run back, and write it in a form that others can use."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from rung import __version__
from rung.data.dataset import Dataset
from rung.projects.as_torch import torch_files, torch_told
from rung.projects.project import Project, load
from rung.projects.scoring import kept_score
from rung.scratch.errors import UnknownNameError, did_you_mean
from rung.serve.card import hub_card
from rung.serve.errors import ExportError
from rung.serve.facts import App, Examples, Facts
from rung.serve.folder import refuse_foreign, write_folder
from rung.serve.interval import interval
from rung.serve.onnx_file import Check, compare, onnx_bytes
from rung.serve.page import page_files
from rung.serve.space import docker_files, space_files
from rung.train.inputs import Inputs, predict
from rung.train.record import Run
from rung.train.restore import Restored, restore, settings
from rung.train.score import tell
from rung.train.tasks import Classes

FORMS = {
    "onnx": "the network as one ONNX file, checked with onnxruntime, and its card",
    "torch": "the weights and one file of source, which needs torch alone",
    "static": "a page that runs the network in the browser from local files, with its failures",
    "space": "a Hugging Face Space: a Gradio app that runs as it lies",
    "docker": "the same with a server (POST /predict) and a Dockerfile",
    "card": "the model card in the form of the Hugging Face Hub",
}
_HELD_OUT = 1000  # so many test examples an export is checked on


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        folder: where.
        files: the paths within it.
        check: how the network compares with the run's; None where no network was written.
    """

    folder: Path
    files: tuple[str, ...]
    check: Check | None


@dataclass(frozen=True)
class Subject:
    """A run with all that an export needs of it.

    Attributes:
        found: the run brought back.
        facts: what an export says of it.
        x: held-out examples as the network takes them.
        expected: what it answers to them.
        asked: called with the model and x where the answer is not `model(x)`.
    """

    found: Restored
    facts: Facts
    x: Any
    expected: np.ndarray
    asked: Callable[[Any, Any], Any] | None = None

    @property
    def classes(self) -> bool:
        """Whether its answers are scores of classes."""
        network = self.facts.app.network if self.facts.app else None
        return network.classes if network else isinstance(self.found.recipe.TASK, Classes)

    def onnx(self) -> tuple[bytes, Check]:
        """Return the checked ONNX file.

        Raises:
            ExportError: the network cannot be exported, or the export does not answer as it does.
        """
        length = self.facts.app is not None and self.facts.app.length
        told = self.facts.metadata()
        made = onnx_bytes(self.found.model, self.x, told, self.classes, self.asked, length)
        return made, compare(made, self.x, self.expected)

    def told(self) -> Facts:
        """Return the facts, of a table whose answers are numbers with how far off these are."""
        data, kind = self.found.data, self.facts.app.kind if self.facts.app else ""
        if self.facts.classes or kind != "table":
            return self.facts
        truth = data.y[data.splits["test"][: len(self.expected)]]
        return replace(self.facts, within=interval(self.expected.reshape(-1) - truth))


def export(run: Run, to: str, out: Path | None, say: Callable[[str], None]) -> Exported:
    """Write a finished run in one of FORMS.

    Args:
        run: the run.
        to: a key of FORMS.
        out: the folder to write; None: RUN-FORM in the folder one is in.
        say: told of what takes long.

    Raises:
        UnknownNameError: there is no such form.
        RunError: the run has not come to its end.
        ExportError: the run cannot be written in this form, or the folder holds something else.
    """
    if to not in FORMS:
        raise UnknownNameError(
            f"there is no form {to!r} to export to",
            rule=f"There are {', '.join(FORMS)}.",
            fix=did_you_mean(to, list(FORMS)),
        )
    result = kept_score(run)
    folder = (out or Path(f"{run.name}-{to}")).absolute()
    refuse_foreign(folder)
    project = load(run.config["project"])
    files, check = _files(project, run, result, to, say)
    write_folder(folder, files, {"run": run.name, "project": project.slug, "to": to, "rung": __version__})
    return Exported(folder, tuple(sorted(files)), check)


def _files(
    project: Project, run: Run, result: dict[str, Any], to: str, say: Callable[[str], None]
) -> tuple[dict[str, bytes], Check | None]:
    """Return the files of a form."""
    if to == "card":
        data = project.recipe.load(settings(project.recipe, run), run.config.get("data_limit"))
        facts = facts_of(project, run, result, data)
        return {"README.md": hub_card(facts, _CARD_ALONE).encode()}, None
    subject = subject_of(project, run, result, say)
    if to in ("static", "space", "docker"):
        needs_app(subject.facts, to)
    if to == "torch":
        say("copying the source, and comparing its answers")
        made, check = torch_files(subject)
        told = f"{torch_told(subject.asked)}\n\nThe export was {check.line()}."
        card = hub_card(subject.facts, told, "pytorch")
        return {**made, "README.md": card.encode()}, check
    say("exporting the network, and comparing its answers")
    network, check = subject.onnx()
    if to in ("static", "space", "docker"):
        facts, tried = subject.told(), examples_of(subject.found, subject.facts)
        if to == "static":
            made = page_files(facts, network, check.line(), tried)
            return {**made, "README.md": hub_card(facts, _PAGE).encode()}, check
        space = space_files(facts, network, check.line(), tried)
        return docker_files(space) if to == "docker" else space, check
    readme = hub_card(subject.facts, f"{_ONNX}\n\nThe export was {check.line()}.")
    return {"model.onnx": network, "README.md": readme.encode()}, check


def subject_of(project: Project, run: Run, result: dict[str, Any], say: Callable[[str], None]) -> Subject:
    """Bring a run back, and ask it the held-out examples.

    Raises:
        CheckpointError: its weights cannot be read.
    """
    say(f"bringing back {run.name}")
    recipe = project.recipe
    found = restore(recipe, run)
    facts = facts_of(project, run, result, found.data)
    facts = replace(facts, app=app_of(project, found))
    inputs, rows = found.inputs, found.inputs.splits["test"][:_HELD_OUT]
    asked = getattr(recipe, "outputs", None)
    if facts.app is not None and facts.app.network is not None:
        asked, x = facts.app.network.asked, facts.app.network.inputs(found.model)
        rows = np.arange(len(x[0] if isinstance(x, tuple) else x))
        inputs = Inputs(x, rows, {"test": rows})
    expected = predict(found.backend, found.model, inputs, rows, asked, batch=250)
    return Subject(found, facts, inputs.take(rows), expected, asked)


def needs_app(facts: Facts, to: str) -> None:
    """Refuse a form that a person talks to, of a project that does not say how.

    Raises:
        ExportError: the project has no app.py, or it has no word for this run.
    """
    if facts.app is None:
        raise ExportError(
            f"{facts.project} does not say how a person's input becomes the arrays of this run",
            rule=f"For --to {to} a project says so in app.py, beside its recipe.py.",
            fix=f"rung export {facts.run} --to onnx",
        )


def examples_of(found: Restored, facts: Facts) -> Examples:
    """Return the failures of a run and a few other test examples, as a person would give them.

    Of classes one example each, at most 10; of numbers five from the least answer to the greatest.
    """
    if facts.app is None or facts.app.kind not in ("picture", "table", "text"):
        return Examples()  # what a person gives is none of the data's examples
    test = found.data.splits["test"]
    wrong = {mistake["row"] for mistake in facts.mistakes}
    truth = found.data.y[test]
    right = np.array([row for row in range(len(test)) if row not in wrong], dtype=int)
    if facts.classes:
        firsts = [right[truth[right] == number][:1] for number in range(min(len(facts.classes), 10))]
        rows = np.concatenate(firsts)
    else:
        order = right[np.argsort(truth[right], kind="stable")]
        rows = order[np.linspace(0, len(order) - 1, min(5, len(order))).round().astype(int)]
    return Examples(
        [given_of(found.data, int(test[mistake["row"]]), facts.app) for mistake in facts.mistakes],
        [(truth[row].item(), given_of(found.data, int(test[row]), facts.app)) for row in rows],
    )


def given_of(data: Dataset, row: int, app: App | None = None) -> Any:
    """Return an example as a person would give it: bytes of a picture, values of a row by name, or a text.

    Of a row only what the app asks for: a recipe may leave columns out.
    """
    if data.kind == "pictures":
        image = data.images[row]
        return image if image.dtype == np.uint8 else np.rint(image * 255).astype(np.uint8)
    example = data.x[row]
    if data.kind == "columns":
        names = [field["name"] for field in app.spec["fields"]] if app else example.dtype.names
        told = {name: example[name].item() for name in names}
        return {name: None if value != value else value for name, value in told.items()}
    if data.kind == "numbers" and app is not None:
        names = [field["name"] for field in app.spec["fields"]]
        return dict(zip(names, np.asarray(example).tolist(), strict=True))
    return str(example) if data.kind == "texts" else np.asarray(example).tolist()


def app_of(project: Project, found: Restored) -> App | None:
    """Return what the project's app.py says of the run's input, or None where it says nothing."""
    if not (project.folder / "app.py").is_file():
        return None
    module = importlib.import_module(f"rung.projects.{project.folder.name}.app")
    made: App | None = module.app(found.config, found.data, found.inputs)
    return made


def facts_of(project: Project, run: Run, result: dict[str, Any], data: Dataset) -> Facts:
    """Return what is known of a run."""
    score, unit = result["score"], result["unit"]
    tile = result.get("tile")
    card = run.folder / "MODEL_CARD.md"
    return Facts(
        run=run.name,
        project=project.slug,
        title=project.title,
        question=project.question,
        about=result["about"],
        classes=tuple(map(str, data.names)) if isinstance(project.recipe.TASK, Classes) else (),
        metric=result["metric"],
        told=_told(score, unit),
        score={key: score[key] for key in ("value", "low", "high", "of")},
        baselines=tuple((b["name"], _told(b, unit)) for b in result["baselines"]),
        data=result["data"],
        data_title=data.card.title,
        data_url=data.card.url,
        licence=data.card.licence,
        kind=data.kind,
        problems=tuple(data.card.problems),
        mistakes=tuple(result.get("mistakes") or ()),
        tile=(int(tile[0]), int(tile[1])) if tile else None,
        dry_run=bool(result["dry_run"]),
        version=__version__,
        card=card.read_text(encoding="utf-8") if card.is_file() else f"# {project.title}\n",
        findings={
            **{key: result.get(key) for key in ("wrong", "calibration")},
            "told": {finding["title"]: finding for finding in result["findings"]},
        },
    )


def _told(score: dict[str, Any], unit: str) -> str:
    value, low, high = (tell(score[key], unit) for key in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


_CARD_ALONE = "This card alone: the weights stayed where they were trained."

_PAGE = """Open `index.html` in a browser: the network runs in the page, from these files alone.
`model.js` is the ONNX file as text, `onnx.js` computes it, `prepare.js` prepares its input, `run.js` holds
what the page tells and shows."""

_ONNX = """`model.onnx` is the network, with a batch axis of any length; it runs without rung:

```python
import onnxruntime

session = onnxruntime.InferenceSession("model.onnx")
scores = session.run(["scores"], {"x": x})[0]  # "probabilities" too, where it tells classes apart
print(session.get_modelmeta().custom_metadata_map)  # run, classes, score, licence, what x is
```"""
