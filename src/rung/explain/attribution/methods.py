"""The methods by name: what each shows, how to read it, what it is for, and what it costs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rung.explain.attribution.grad_cam import grad_cam
from rung.explain.attribution.gradient_times_input import gradient_times_input
from rung.explain.attribution.guided_backprop import guided_backprop
from rung.explain.attribution.integrated_gradients import integrated_gradients
from rung.explain.attribution.occlusion import occlusion
from rung.explain.attribution.result import Attribution, AttributionError
from rung.explain.attribution.saliency import saliency
from rung.explain.attribution.smoothgrad import smoothgrad
from rung.explain.subject import Subject
from rung.scratch.errors import SettingError, UnknownNameError, did_you_mean

ALL = ("picture", "words", "table", "numbers")


@dataclass(frozen=True)
class Method:
    """A way to ask why a model answers as it does.

    Attributes:
        name: what `attribute` takes.
        title: what it is called.
        shows: what its map shows and how to read it, for a caption.
        inputs: which kinds of input it is for.
        passes: what it costs, in passes through the model.
        work: the same as a number, of a picture: passes forward, a pass back counted as two.
        source: key of the paper in learn/sources.toml.
        run: the function.
    """

    name: str
    title: str
    shows: str
    inputs: tuple[str, ...]
    passes: str
    work: int
    source: str
    run: Callable[..., Attribution]

    @property
    def settings(self) -> dict[str, Any]:
        """Its own settings, with what they are if nothing is said."""
        parameters = inspect.signature(self.run).parameters.values()
        return {p.name: p.default for p in parameters if p.name not in ("subject", "x", "target", "layer")}

    @property
    def by_layer(self) -> bool:
        """Whether it can be asked about a layer."""
        return "layer" in inspect.signature(self.run).parameters


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method(
            "saliency",
            "Saliency",
            "Where a small change would change the score most, up or down: bright places are those it reacts "
            "to, which need not be those that made it high.",
            ALL,
            "1 forward and back",
            3,
            "simonyan2014",
            saliency,
        ),
        Method(
            "gradient-times-input",
            "Gradient × input",
            "What each place gives to the score or takes from it, if the model were the straight line it is "
            "here; a place that is 0 gets 0.",
            ALL,
            "1 forward and back",
            3,
            "shrikumar2016",
            gradient_times_input,
        ),
        Method(
            "smoothgrad",
            "SmoothGrad",
            "Saliency, averaged over copies with noise: what stays bright does not hang on the one point.",
            ALL,
            "25 forward and back",
            75,
            "smilkov2017",
            smoothgrad,
        ),
        Method(
            "integrated-gradients",
            "Integrated gradients",
            "How much each place adds to the score (above 0) or takes from it (below 0), compared with the "
            "baseline; all places together give the whole difference, but for the gap.",
            ALL,
            "50 forward and back",
            150,
            "sundararajan2017",
            integrated_gradients,
        ),
        Method(
            "guided-backprop",
            "Guided backprop",
            "Edges that the network can see and that speak for something it looked for; sharp, but nearly "
            "the same for every answer, so no proof of why.",
            ALL,
            "1 forward and back",
            3,
            "springenberg2015",
            guided_backprop,
        ),
        Method(
            "grad-cam",
            "Grad-CAM",
            "Where a late layer found what speaks for this answer: coarse, as its map has few places; what "
            "speaks against it is left out.",
            ("picture",),
            "1 forward and back",
            3,
            "selvaraju2017",
            grad_cam,
        ),
        Method(
            "occlusion",
            "Occlusion",
            "How much the score falls when a patch is covered, a word left out, a column set to its fill; "
            "below 0 it rises. Of two pieces that say the same, neither shows.",
            ALL,
            "1 forward a piece: about 170 for a picture, 1 for each word or column",
            170,
            "zeiler2014",
            occlusion,
        ),
    )
}


def attribute(
    subject: Subject,
    x: Any,
    target: Any = None,
    method: str = "saliency",
    layer: str | None = None,
    **settings: Any,
) -> Attribution:
    """Explain an answer by one of the methods.

    Args:
        subject: the model, of either engine; it is left as it was.
        x: pictures (N, C, H, W), tables (N, d) or other floats; words (N, L) as whole numbers; or a tuple of
            floats (N, d) and categories (N, k).
        target: whose score: a class, N of them, or weights of all answers (N, C); None: what the model says.
        method: a key of `METHODS`.
        layer: explain by what this layer made; of Grad-CAM, whose maps.
        settings: the method's own, see `METHODS[method].settings`.

    Raises:
        UnknownNameError: there is no such method.
        SettingError: the method has no such setting, or not this value.
        AttributionError: the method is not for this input, model or layer.
        UnknownLayerError: the model has no such layer.

    Example:
        >>> import numpy as np
        >>> from rung.scratch import nn
        >>> subject = Subject(nn.Sequential(nn.Linear(3, 4, rng=0), nn.ReLU(), nn.Linear(4, 2, rng=1)))
        >>> x = np.ones((5, 3), np.float32)
        >>> attribute(subject, x, method="integrated-gradients", steps=20).map.shape
        (5, 3)
    """
    if method not in METHODS:
        raise UnknownNameError(
            f"there is no method {method!r}",
            rule=f"The methods are {', '.join(METHODS)}.",
            fix=did_you_mean(method, list(METHODS)),
        )
    entry = METHODS[method]
    unknown = [name for name in settings if name not in entry.settings]
    if unknown:
        raise SettingError(
            f"{method} has no setting {unknown[0]!r}",
            rule=f"Its settings are {', '.join(entry.settings) or 'none'}.",
            fix=did_you_mean(unknown[0], list(entry.settings)),
        )
    if layer is None:
        return entry.run(subject, x, target, **settings)
    if not entry.by_layer:
        raise AttributionError(f"{method} explains by the input, not by a layer", fix="leave layer= out")
    return entry.run(subject, x, target, layer=layer, **settings)
