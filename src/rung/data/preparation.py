"""What every preparation shares: it is fitted on training rows, and remembers which rows these were."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from rung.scratch.errors import RungError


class PrepareError(RungError, ValueError):
    """A preparation was used before it was fitted, or on other columns than those it was fitted on.

        >>> import numpy as np
        >>> from rung.data.scaler import Scaler
        >>> Scaler().transform(np.zeros((2, 3)))
        Traceback (most recent call last):
            ...
        rung.data.preparation.PrepareError: ...

    Repair: call `fit` with the training rows first, then `transform` with rows that have the same columns in
    the same order.
    """

    name = "prepare"


class Preparation(Protocol):
    """What every preparation can do.

    Attributes:
        fitted_on: a digest of the rows it was fitted on; "" before.
        sample: fingerprints of some of these rows, by which `rung.train.leakage` tells whose they were.
    """

    fitted_on: str
    sample: tuple[int, ...]

    def state(self) -> dict[str, Any]:
        """Return all that was fitted, as what JSON can hold."""
        ...


def need_fit(made: Preparation) -> None:
    """Refuse to go on with a preparation that was not fitted.

    Raises:
        PrepareError: it was not.
    """
    if not made.fitted_on:
        raise PrepareError(
            f"{type(made).__name__}.transform before fit",
            rule="What a preparation does is learned from the training rows.",
            fix="call .fit(x_train) first",
        )


def memory(made: Preparation) -> dict[str, Any]:
    """Return what a preparation remembers of the rows it was fitted on, for its `state`."""
    return {"fitted_on": made.fitted_on, "sample": list(made.sample)}


def remember(made: Any, state: dict[str, Any]) -> Any:
    """Give a preparation the memory that its `state` holds, and return it."""
    made.fitted_on, made.sample = state["fitted_on"], tuple(state["sample"])
    return made


def need_table(x: np.ndarray) -> None:
    """Refuse what is not a table (rows, columns).

    Raises:
        PrepareError: x has another number of axes.
    """
    if x.ndim != 2:
        raise PrepareError(
            f"an array of shape {x.shape}",
            rule="A table has two axes: rows and columns.",
            fix="x[:, None] for a single column" if x.ndim == 1 else "",
        )
