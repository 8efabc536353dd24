"""A sampler of the learner's own, from their file; its faults are told with file and line."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from rung.scratch.errors import did_you_mean
from rung.train.sweep.sampler import Sampler, SamplerError, Trials
from rung.train.sweep.space import Space


def own(where: str) -> Sampler:
    """Return the learner's sampler.

    Args:
        where: FILE.py:function.

    Raises:
        SamplerError: the file cannot be run, or has no such function.
    """
    file, _, name = where.rpartition(":")
    path = Path(file).expanduser()
    if not path.is_file():
        raise SamplerError(f"there is no file {path}", fix="--sampler FILE.py:function")
    spec = importlib.util.spec_from_file_location("rung_own_sampler", path)
    if spec is None or spec.loader is None:
        raise SamplerError(f"{path} is no Python file", fix="--sampler FILE.py:function")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # a dataclass in it looks itself up there
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise SamplerError(f"{_at(error, path)}: {type(error).__name__}: {error}") from error
    function = getattr(module, name, None)
    if not callable(function):
        names = [n for n, v in vars(module).items() if callable(v) and not n.startswith("_")]
        raise SamplerError(f"{path} has no function {name!r}", fix=did_you_mean(name, names))

    def propose(space: Space, trials: Trials, rng: np.random.Generator) -> Any:
        try:
            return function(space, trials, rng)
        except Exception as error:
            raise SamplerError(f"{_at(error, path)}: {type(error).__name__}: {error}") from error

    line = getattr(getattr(function, "__code__", None), "co_firstlineno", 1)
    return partial(_fitting, propose, f"{path}:{line}, {name}")


def _fitting(
    propose: Sampler, where: str, space: Space, trials: Trials, rng: np.random.Generator
) -> dict[str, Any] | None:
    """Return what a function proposes, once it is seen to be a point of the space."""
    found = propose(space, trials, rng)
    if found is None:
        return None
    if not isinstance(found, Mapping) or set(found) != set(space):
        told = f"settings {sorted(map(str, found))}" if isinstance(found, Mapping) else repr(found)
        raise SamplerError(
            f"{where} returned {told}",
            rule=f"It returns a dict of {', '.join(space)}, each once; or None, to end the sweep.",
        )
    settings = {name: _plain(found[name]) for name in space}
    for name, value in settings.items():
        if value not in space[name]:
            raise SamplerError(
                f"{where} returned {name} = {value!r}", rule=f"It is searched in {space[name]}."
            )
    return settings


def _plain(value: Any) -> Any:
    """Return a value without NumPy: its own number, a list as a tuple."""
    value = value.item() if isinstance(value, np.generic) else value
    return tuple(value) if isinstance(value, list) else value


def _at(error: BaseException, path: Path) -> str:
    """Return file and line of the learner's own code in which an error arose."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return f"{path}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    return f"{path}:{lines[-1]}" if lines else str(path)
