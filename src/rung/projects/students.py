"""The student of a distillation: a smaller network that takes the same inputs as its teacher."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from rung.serve.compress.errors import CompressError
from rung.train.inputs import Inputs
from rung.train.recipe import Recipe


@dataclass(frozen=True)
class Student:
    """A network that is to learn.

    Attributes:
        name: what it is.
        config: the settings to train it by.
        model: of PyTorch, with first weights.
    """

    name: str
    config: Any
    model: Any


def student_of(slug: str, config: Any, inputs: Inputs, recipe: Recipe, teacher: Any) -> Student:
    """Return a smaller network of the project's recipe; where it has none, the teacher's layers half as wide.

    Args:
        slug: of the project.
        config: the teacher's settings.
        inputs: what both are shown.
        recipe: builds it.
        teacher: of PyTorch.

    Raises:
        CompressError: the recipe has no smaller network for these inputs, and the teacher is no chain.
    """
    if slug == "sentiment":
        return _of_words(config, inputs)
    name, changes = _smaller(slug, config)
    if changes:
        smaller = replace(config, **changes)
        return Student(name, smaller, recipe.build(smaller, inputs))
    return Student("half as wide", config, _half(teacher, config.seed))


def _smaller(slug: str, config: Any) -> tuple[str, dict[str, Any]]:
    """Return what a smaller network is called, and the settings that make it; none where there are none."""
    own_pace = {"epochs": 0, "lr": 0.0}
    if slug == "digits" and config.model == "mlp":
        hidden = tuple(max(8, n // 4) for n in config.hidden)
        return f"MLP {'-'.join(map(str, hidden))}", {"hidden": hidden}
    if slug == "objects-10" and (config.model != "resnet" or config.blocks > 1):
        return "ResNet, 1 block a stage", {"model": "resnet", "blocks": 1}
    if slug == "cat-dog" and config.model == "transfer":
        return "small CNN", {"model": "scratch", "side": 64, **own_pace}
    return "", {}


def _of_words(config: Any, inputs: Inputs) -> Student:
    """Return a CNN over words of a quarter of the usual numbers a word, and of channels."""
    import torch

    from rung.models.text_cnn import TextCNN
    from rung.projects.sentiment.model import start_small

    torch.manual_seed(config.seed)
    model = TextCNN(inputs.about["vocabulary"], inputs.about["classes"], dim=32, channels=25)
    start_small(model.embed)
    settings = replace(config, model="cnn", start="random", epochs=0, lr=0.0)
    return Student("CNN, 32 numbers a word", settings, model)


def _half(teacher: Any, seed: int) -> Any:
    """Return the teacher's layers at half their width, with first weights of their own."""
    import torch

    from rung.serve.compress.units import narrow

    try:
        model = narrow(teacher, 0.5)
    except CompressError as error:
        raise CompressError(
            "there is no smaller network to learn from this one",
            rule=f"The recipe has none for these inputs, and {error.message}.",
            fix="another method: magnitude, dynamic, static, qat",
        ) from None
    torch.manual_seed(seed)
    for module in model.modules():
        reset = getattr(module, "reset_parameters", None)
        if callable(reset):
            reset()
    return model
