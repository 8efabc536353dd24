"""What any training may be asked for beside the project's own settings, and the callbacks that do it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from rung.train.backend import Backend
from rung.train.callbacks import ClipGradients, EarlyStopping, Ema, MixedPrecision
from rung.train.loop import Callback
from rung.train.options import OptionError, option


@dataclass(frozen=True)
class Techniques:
    """Options that every project takes; kept with the run, so that a resumed one has them too."""

    early_stop: int | None = option(None, "stop after this many epochs without a better validation score")
    clip: float | None = option(None, "cut the gradients of a step to this length")
    ema: float | None = option(None, "end with a moving average of the weights that keeps this share (0.999)")
    bf16: bool = option(False, "compute in bfloat16 what bears it (PyTorch models)")

    def __post_init__(self) -> None:
        for name, ok, rule in (
            ("early-stop", self.early_stop is None or self.early_stop > 0, "at least 1"),
            ("clip", self.clip is None or self.clip > 0, "above 0"),
            ("ema", self.ema is None or 0 <= self.ema < 1, "from 0 to below 1"),
        ):
            if not ok:
                value = getattr(self, name.replace("-", "_"))
                raise OptionError(f"--{name} is {value}", rule=f"It must be {rule}.")


@dataclass(frozen=True)
class Chosen:
    """The callbacks that were asked for.

    Attributes:
        before: those that act before the epoch's validation.
        after: those that act upon it.
    """

    before: tuple[Callback, ...]
    after: tuple[Callback, ...]

    @property
    def all(self) -> tuple[Callback, ...]:
        """All of them, in order."""
        return self.before + self.after

    @property
    def stopped(self) -> bool:
        """Whether one of them ended the training for good, before its last epoch."""
        return any(isinstance(c, EarlyStopping) and c.stopped for c in self.after)

    def for_validation(self, model: object) -> contextlib.AbstractContextManager[None]:
        """Return a context in which the model is what is validated: the average, if one is kept."""
        ema = next((c for c in self.before if isinstance(c, Ema)), None)
        return ema.in_place(model) if ema is not None else contextlib.nullcontext()


def kinds(techniques: Techniques) -> tuple[list[type[Callback]], list[type[Callback]]]:
    """Return which callbacks were asked for: those before an epoch's validation, and those upon it."""
    wanted: list[tuple[bool, type[Callback]]] = [
        (techniques.bf16, MixedPrecision),
        (techniques.clip is not None, ClipGradients),
        (techniques.ema is not None, Ema),
    ]
    return [kind for asked, kind in wanted if asked], [EarlyStopping] * (techniques.early_stop is not None)


def chosen(techniques: Techniques, backend: Backend, higher: bool) -> Chosen:
    """Make the callbacks that were asked for.

    Args:
        techniques: which.
        backend: of the model.
        higher: whether a higher validation score is better.
    """
    before: list[Callback] = []
    if techniques.bf16:
        before.append(MixedPrecision(backend.device))
    if techniques.clip is not None:
        before.append(ClipGradients(techniques.clip))
    if techniques.ema is not None:
        before.append(Ema(backend, techniques.ema))
    after = () if techniques.early_stop is None else (EarlyStopping(backend, techniques.early_stop, higher),)
    return Chosen(tuple(before), after)
