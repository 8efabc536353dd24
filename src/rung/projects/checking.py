"""Is a map to be believed? The sanity check of each method on a run, made once and kept with the run."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterator
from functools import cached_property

import numpy as np

from rung.explain.attribution import attribute
from rung.explain.attribution.checked import Checked
from rung.explain.attribution.sanity import randomised, rank_correlation
from rung.explain.subject import Subject
from rung.projects.view import Seen
from rung.train.checkpoint import write_whole

EXAMPLES = 4  # that a method is tried on


class Sanity:
    """The sanity checks of what is looked into.

    Every layer of a copy loses its weights; the maps of both are compared where they are not 0. The result is
    of the method and the network, not of one example: it is computed once, and kept in the run's folder.

    Args:
        looking: what is looked into.

    Source: adebayo2018, section 3.
    """

    def __init__(self, looking: Seen) -> None:
        self.looking = looking
        self.found: dict[str, list[float]] = self._kept()
        count = looking.count
        self.numbers = sorted({int(i) for i in np.linspace(0, count - 1, min(EXAMPLES, count))})

    @cached_property
    def random(self) -> Subject:
        """A copy of the model with all its weights drawn anew."""
        steps = randomised(self.looking.scored, self.looking.example(0).x)
        last = deque(steps, maxlen=1)
        return last[0][1] if last else self.looking.scored

    def checked(self, method: str) -> Checked:
        """Return what is known by now of a method."""
        return Checked(tuple(self.found.get(method, ())[: len(self.numbers)]), len(self.numbers))

    def step(self, method: str) -> Checked:
        """Try one example more, if not all have been tried.

        Args:
            method: a key of `METHODS` that is for this network.

        Cost: the method twice.
        """
        done = self.found.setdefault(method, [])
        if len(done) < len(self.numbers):
            example = self.looking.example(self.numbers[len(done)])
            target = self.looking.pass_through(example)[0].target
            maps = [
                attribute(subject, example.x, target, method).map
                for subject in (self.looking.scored, self.random)
            ]
            done.append(rank_correlation(*maps))
            if len(done) == len(self.numbers):
                self._keep()
        return self.checked(method)

    def steps(self, method: str) -> Iterator[Checked]:
        """Yield what is known after each example, until all have been tried."""
        while not self.checked(method).is_done:
            yield self.step(method)

    # kept in the run's folder, for these weights

    @cached_property
    def _weights(self) -> str:
        run = getattr(self.looking, "run", None)
        file = run.folder / "model.safetensors" if run is not None else None
        return hashlib.sha256(file.read_bytes()).hexdigest() if file is not None and file.is_file() else ""

    def _kept(self) -> dict[str, list[float]]:
        run = getattr(self.looking, "run", None)
        if run is None:
            return {}
        try:
            told = json.loads((run.folder / "sanity.json").read_text(encoding="utf-8"))
            if told["weights"] != self._weights:
                return {}
            return {str(name): [float(v) for v in values] for name, values in told["similarities"].items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}

    def _keep(self) -> None:
        run = getattr(self.looking, "run", None)
        if run is not None:
            whole = {name: values for name, values in self.found.items() if len(values) == len(self.numbers)}
            told = {"weights": self._weights, "similarities": whole}
            write_whole(run.folder / "sanity.json", json.dumps(told, indent=1) + "\n")


def sanity(looking: Seen) -> Sanity:
    """Return the sanity checks of what is looked into, the same whenever they are asked for."""
    if "sanity" not in looking.kept:
        looking.kept["sanity"] = Sanity(looking)
    found: Sanity = looking.kept["sanity"]
    return found
