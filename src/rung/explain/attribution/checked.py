"""What a sanity check comes to: how alike maps are with the weights as learned and with random ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# similarities: below the first a map follows the weights, from the second on it does not
FOLLOWS, NOTICES = 0.3, 0.6


@dataclass(frozen=True)
class Checked:
    """How far a method's maps of one network follow what it has learned.

    Attributes:
        similarities: of each example tried, Spearman's correlation of its maps, as the model is and with
            random weights.
        of: how many examples are to be tried.
    """

    similarities: tuple[float, ...]
    of: int

    @property
    def is_done(self) -> bool:
        """Whether all have been tried."""
        return len(self.similarities) >= self.of

    @property
    def similarity(self) -> float:
        """The mean."""
        return float(np.mean(self.similarities)) if self.similarities else float("nan")

    @property
    def verdict(self) -> str:
        """What it comes to, in words."""
        s = self.similarity
        if s < FOLLOWS:
            said = "passed: with random weights it is another map, so it shows something that was learned"
        elif s < NOTICES:
            said = "passed in part: much of the map is there with random weights too"
        else:
            said = "failed: with random weights the map is nearly the same; it shows little that was learned"
        tried = f"{len(self.similarities)} example{'s' * (len(self.similarities) > 1)}"
        return f"Sanity check {said}. Similarity {s:.2f} over {tried}; 1 is the same map, 0 is any other."
