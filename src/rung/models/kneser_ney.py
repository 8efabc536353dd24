"""Modified Kneser-Ney: the best of the n-gram models, by counting alone (Chen & Goodman, 1999)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Ids = tuple[int, ...]


@dataclass(frozen=True)
class Followers:
    """What followed one context.

    Attributes:
        counts: how often each token did.
        total: the sum of the counts.
        freed: what the discounts take away from the counts, to be given to the shorter context.
    """

    counts: dict[int, int]
    total: int
    freed: float


class KneserNey:
    """Predict the next token from the last few, by counts that are discounted and interpolated.

    For a context h of k - 1 tokens, and h' the same without its oldest token:

        p_k(w | h) = (c(h w) - D(c(h w)) + D_total(h) p_{k-1}(w | h')) / c(h)        p_0 = 1 / size

    Two ideas make it strong. The discount D is measured, one each for counts of 1, 2 and more: a thing seen
    once is seen 0.4 times or so in a fresh text of the same length. And every order but the highest counts
    not how often an n-gram stands in the text but after how many different tokens it does: "francisco" is
    frequent, yet it follows "san" alone, so it is a bad guess after anything else.

    Args:
        tokens: the training text, token numbers (n,).
        size: how many tokens the vocabulary has.
        order: tokens in the longest n-gram, the predicted one counted; 1 is the unigram.

    Cost: order dictionary entries a token of the training text: 4 s and 0.5 GB for 250,000 tokens, order 5.

    Source: chen1999smoothing, section 3; kneser1995.

    Example:
        >>> model = KneserNey([0, 1, 0, 1, 0, 2], size=4, order=2)
        >>> p = model.distribution([0])
        >>> int(p.argmax()), round(float(p.sum()), 6)
        (1, 1.0)
    """

    def __init__(self, tokens: Sequence[int] | np.ndarray, size: int, order: int = 5) -> None:
        assert order >= 1
        assert size >= 1
        self.size, self.order = size, order
        text = [int(t) for t in tokens]
        grams: dict[Ids, int] = _counts(text, order)
        self.discounts: list[tuple[float, float, float]] = []  # of each order, for counts of 1, 2 and more
        self.tables: list[dict[Ids, Followers]] = []
        for k in range(order, 0, -1):
            discount = discounts(list(grams.values()))
            self.discounts.insert(0, discount)
            self.tables.insert(0, _by_context(grams, discount))
            # One order down, an n-gram counts once for each different token that it was seen after.
            seen = grams if k == order else _counts(text, k)
            grams = defaultdict(int)
            for gram in seen:
                if len(gram) > 1:
                    grams[gram[1:]] += 1

    def probability(self, context: Sequence[int], token: int) -> float:
        """Return p(token | context), of whose context the last order - 1 tokens count."""
        p = 1 / self.size
        for k, found in self._levels(context):
            count = found.counts.get(token, 0)
            p = (count - self._discount(k, count) + found.freed * p) / found.total
        return p

    def distribution(self, context: Sequence[int]) -> np.ndarray:
        """Return the probabilities of all tokens after a context, (size,); they sum to 1."""
        p = np.full(self.size, 1 / self.size)
        for k, found in self._levels(context):
            p *= found.freed
            for token, count in found.counts.items():
                p[token] += count - self._discount(k, count)
            p /= found.total
        return p

    def surprises(self, tokens: Sequence[int] | np.ndarray, start: int = 0) -> np.ndarray:
        """Return -log p of each token from `start` on, in nats, given all that stand before it."""
        text = [int(t) for t in tokens]
        reach = self.order - 1
        return np.array(
            [-np.log(self.probability(text[max(0, i - reach) : i], text[i])) for i in range(start, len(text))]
        )

    def _levels(self, context: Sequence[int]) -> list[tuple[int, Followers]]:
        """Return the order and the followers of each ending of the context that was seen, shortest first."""
        found = []
        for k in range(1, min(self.order, len(context) + 1) + 1):
            table = self.tables[k - 1].get(tuple(context[len(context) - k + 1 :]))
            if table is not None:
                found.append((k, table))
        return found

    def _discount(self, k: int, count: int) -> float:
        return self.discounts[k - 1][min(count, 3) - 1] if count else 0.0


def discounts(counts: Sequence[int]) -> tuple[float, float, float]:
    """Return what to take off counts of 1, of 2, and of 3 or more.

    From how many n-grams were seen once, twice, three and four times; where one of these is missing, 3/4 of
    what would be taken off at most.

    Source: chen1999smoothing, eq. 26.

    Example:
        >>> [round(d, 3) for d in discounts([1] * 100 + [2] * 30 + [3] * 15 + [4] * 9)]
        [0.625, 1.062, 1.5]
    """
    n1, n2, n3, n4 = (sum(1 for c in counts if c == k) for k in (1, 2, 3, 4))
    if not (n1 and n2 and n3):
        return 0.75, 0.75, 0.75
    y = n1 / (n1 + 2 * n2)
    found = (1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3)
    return (
        min(max(found[0], 0.01), 1.0),
        min(max(found[1], 0.01), 2.0),
        min(max(found[2], 0.01), 3.0),
    )


def _counts(text: Sequence[int], k: int) -> dict[Ids, int]:
    found: dict[Ids, int] = defaultdict(int)
    for i in range(len(text) - k + 1):
        found[tuple(text[i : i + k])] += 1
    return found


def _by_context(grams: dict[Ids, int], discount: tuple[float, float, float]) -> dict[Ids, Followers]:
    """Sort n-grams by what stands before their last token."""
    tables: dict[Ids, dict[int, int]] = defaultdict(dict)
    for gram, count in grams.items():
        tables[gram[:-1]][gram[-1]] = count
    return {
        context: Followers(
            counts, sum(counts.values()), sum(discount[min(c, 3) - 1] for c in counts.values())
        )
        for context, counts in tables.items()
    }
