"""How a sweep chooses what to try next: TPE, random search, grid search, or a function of the learner's own.

All four are one kind of function: the space, the trials so far and a generator in, settings out. What they
propose depends on these alone, so a sweep that was killed goes on as an unbroken one would.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from rung.scratch.errors import RungError, did_you_mean
from rung.train.sweep.space import Choices, Space, distributions, params_of, settings_of, size_of

KINDS = ("tpe", "random", "grid")

# A trial is {"settings": {...}, "score": number or None, "epochs": [score after each]}: the score is None
# while it runs, and where it was pruned or failed. None for settings: there is nothing left to try.
Trials = list[dict[str, Any]]
Sampler = Callable[[Space, Trials, np.random.Generator], Mapping[str, Any] | None]

_REPEATS = 20  # draws that were tried before, until what is left is looked for
_LISTED = 10_000  # points of a space that are listed to find those left


class SamplerError(RungError, ValueError):
    """A sampler does not exist, or one of your own failed or answered with settings outside the space.

        rung sweep digits --sampler mine.py:searhc

    A sampler of your own is a function of the space, the trials so far and a generator:

        def search(space, trials, rng):
            return {name: setting.draw(rng) for name, setting in space.items()}

    `space[name]` has `.low`, `.high` and `.log` or `.values`, and for both `.draw(rng)` and `.levels(n)`; a
    trial is {"settings": {...}, "score": number}, with None for a score that there is not.

    Repair: the message names the file and the line.
    """

    name = "sampler"


def sampler(kind: str, space: Space, trials: int, higher: bool) -> Sampler:
    """Return the function that chooses the next settings.

    Args:
        kind: one of KINDS, or FILE.py:function.
        space: what is searched.
        trials: how many there will be: the grid is as fine as they allow, TPE draws the first third of them,
            from 3 to 10, at random.
        higher: whether a higher score is better.

    Raises:
        SamplerError: there is no such sampler, or the file with it cannot be run.
    """
    if kind == "tpe":
        return fresh(partial(tpe, higher=higher, first=max(3, min(10, trials // 3))))
    if kind == "random":
        return fresh(random)
    if kind == "grid":
        return partial(grid, levels=grid_levels(space, trials))
    if ":" in kind:
        from rung.train.sweep.own import own

        return own(kind)
    raise SamplerError(
        f"there is no sampler {kind!r}",
        rule=f"It is {', '.join(KINDS)}, or FILE.py:function for one of your own.",
        fix=did_you_mean(kind, list(KINDS)),
    )


def possible(kind: str, space: Space, trials: int, first: int) -> int:
    """Return how many different trials a sampler has, at most as many as were asked for.

    Args:
        kind: as `sampler` takes it.
        space: what is searched.
        trials: how many were asked for.
        first: how many were when the sweep was begun: the grid is as fine as those allowed.
    """
    if kind == "grid":
        return min(trials, _points(space, grid_levels(space, first)))
    return int(min(trials, size_of(space))) if kind in KINDS else trials


def random(space: Space, trials: Trials, rng: np.random.Generator) -> dict[str, Any]:
    """Draw each setting at random, whatever the trials so far came to."""
    return {name: setting.draw(rng) for name, setting in space.items()}


def grid(space: Space, trials: Trials, rng: np.random.Generator, levels: int = 3) -> dict[str, Any] | None:
    """Propose a point of the grid that was not tried: any of them, so that a part of it is a fair sample."""
    tried = [trial["settings"] for trial in trials]
    left = [point for point in grid_points(space, levels) if point not in tried]
    return left[int(rng.integers(len(left)))] if left else None


def tpe(
    space: Space, trials: Trials, rng: np.random.Generator, higher: bool = True, first: int = 10
) -> dict[str, Any]:
    """Draw where good trials lie dense and bad ones do not: Optuna's tree-structured Parzen estimator.

    After Bergstra, Bardenet, Bengio and Kégl (2011).

    Args:
        space: what is searched.
        trials: so far; one that still runs counts as bad, so that two workers do not try the same.
        rng: decides the draw.
        higher: whether a higher score is better.
        first: until so many trials are done, it draws at random.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    chooser = optuna.samplers.TPESampler(
        seed=int(rng.integers(2**31)), n_startup_trials=first, constant_liar=True
    )
    study = optuna.create_study(sampler=chooser, direction="maximize" if higher else "minimize")
    spread = distributions(space)
    for trial in trials:
        state = "COMPLETE" if trial["score"] is not None else "PRUNED" if trial["epochs"] else "RUNNING"
        study.add_trial(
            optuna.trial.create_trial(
                state=optuna.trial.TrialState[state],
                params=params_of(trial["settings"], space),
                distributions=spread,
                value=trial["score"],
                intermediate_values={
                    epoch: math.nan if score is None else score
                    for epoch, score in enumerate(trial["epochs"], 1)
                },
            )
        )
    found = settings_of(study.ask(spread).params, space)
    return {
        name: value if isinstance(setting := space[name], Choices) else setting.near(value)
        for name, value in found.items()
    }


def fresh(propose: Sampler) -> Sampler:
    """Return a sampler that proposes nothing twice: with one seed, the same settings score the same again."""

    def proposing(space: Space, trials: Trials, rng: np.random.Generator) -> Mapping[str, Any] | None:
        tried = [trial["settings"] for trial in trials]
        for _ in range(_REPEATS):
            found = propose(space, trials, rng)
            if found not in tried:
                return found
        size = size_of(space)
        return grid(space, trials, rng, levels=int(size)) if size <= _LISTED else found

    return proposing


def grid_points(space: Space, levels: int) -> list[dict[str, Any]]:
    """Return all points of the grid with so many levels of each range, and every choice.

    Example:
        >>> from rung.train.sweep.space import Choices, Range
        >>> grid_points({"lr": Range(0.1, 10, log=True), "model": Choices(("a", "b"))}, 2)[1]
        {'lr': 0.1, 'model': 'b'}
    """
    axes = [setting.levels(levels) for setting in space.values()]
    return [dict(zip(space, point, strict=True)) for point in itertools.product(*axes)]


def grid_levels(space: Space, trials: int) -> int:
    """Return the fewest levels a range, from 2 up, with which the grid has that many points; at most 50."""
    return next((n for n in range(2, 50) if _points(space, n) >= trials), 50)


def _points(space: Space, levels: int) -> int:
    return math.prod(len(setting.levels(levels)) for setting in space.values())
