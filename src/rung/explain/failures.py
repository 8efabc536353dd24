"""Where a model fails: the answers with the worst losses, and the classes that it takes for each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rung.explain.answers import Answers
from rung.explain.sheet import Sheet, short
from rung.explain.table import Table

_DRAWN = 24  # classes of a matrix; of more, those that are confused most


@dataclass(frozen=True)
class Failure:
    """One answer.

    Attributes:
        place: its example's number.
        truth, answer: names of classes.
        loss: minus the logarithm of the truth's probability.
        given: probability that the model gave to the truth.
        sure: probability of its answer.
    """

    place: int
    truth: str
    answer: str
    loss: float
    given: float
    sure: float


@dataclass(frozen=True)
class Worst:
    """The answers with the greatest losses, worst first.

    Attributes:
        failures: they.
        of: how many answers there are in all.
        wrong: how many of all are wrong.
        share: of the whole loss, what these hold.
    """

    failures: tuple[Failure, ...]
    of: int
    wrong: int
    share: float

    @property
    def caption(self) -> str:
        """What it shows and how to read it."""
        if not self.failures:
            return f"None of {self.of:,} answers is wrong."
        wrong = sum(f.truth != f.answer for f in self.failures)
        first = self.failures[0]
        return (
            f"The {len(self.failures)} of {self.of:,} answers with the greatest loss, worst first; {wrong} "
            f"of them are wrong, of all answers {self.wrong:,} ({self.wrong / self.of:.1%}). They hold "
            f"{self.share:.0%} of the whole loss. The worst is example {first.place}: {first.truth}, to "
            f"which the model gave {first.given:.2g}. Look first whether the label is right, then what the "
            "example has that others of its class have not."
        )

    def table(self) -> Table:
        """Return a row a failure."""
        rows = [(f.place, f.truth, f.answer, f.loss, f.given, f.sure) for f in self.failures]
        return Table(("example", "truth", "answer", "loss", "given to the truth", "sure of its answer"), rows)


def worst_losses(answers: Answers, limit: int = 40) -> Worst:
    """Return the answers with the greatest losses; right ones among them are those it was least sure of.

    Args:
        answers: of the model.
        limit: how many.

    Example:
        >>> p = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
        >>> [f.place for f in worst_losses(Answers(p, np.array([0, 0, 1])), 2).failures]
        [1, 2]
    """
    losses, chosen = answers.losses, answers.chosen
    order = np.argsort(-losses, kind="stable")[:limit]
    failures = tuple(
        Failure(
            int(i),
            answers.names[answers.truth[i]],
            answers.names[chosen[i]],
            float(losses[i]),
            float(answers.probabilities[i, answers.truth[i]]),
            float(answers.probabilities[i, chosen[i]]),
        )
        for i in order
    )
    share = float(losses[order].sum() / max(losses.sum(), 1e-300))
    return Worst(failures, len(answers), int((~answers.right).sum()), share)


@dataclass(frozen=True)
class Confusion:
    """One class taken for another.

    Attributes:
        truth, answer: names of classes.
        count: how often.
        share: of all examples of the truth.
        back: how often the other way round.
        examples: their numbers, the surest answers first.
    """

    truth: str
    answer: str
    count: int
    share: float
    back: int
    examples: tuple[int, ...]


@dataclass(frozen=True)
class Confusions:
    """Every pair of classes that was confused, the most frequent first.

    Attributes:
        pairs: they.
        matrix: (C, C) counts, rows the truth, columns the answer.
        names: of the classes.
    """

    pairs: tuple[Confusion, ...]
    matrix: np.ndarray
    names: tuple[str, ...]

    @property
    def caption(self) -> str:
        """What it shows and how to read it."""
        n, wrong = int(self.matrix.sum()), int(self.matrix.sum() - np.trace(self.matrix))
        if not self.pairs:
            return f"No class was taken for another in {n:,} answers."
        first = self.pairs[0]
        drawn = len(self._drawn())
        few = (
            f" Of {len(self.names)} classes the {drawn} that err most are drawn."
            if drawn < len(self.names)
            else ""
        )
        return (
            f"{wrong:,} of {n:,} answers are wrong. A row is what was true, a column what was answered; "
            "right answers are framed and carry no shade, the strongest shade is the largest share of a row. "
            f"Most often “{first.truth}” was taken for “{first.answer}”: {first.count} times, "
            f"{first.share:.1%} of its examples, and {first.back} times the other way round.{few}"
        )

    def table(self) -> Table:
        """Return a row a pair, with the numbers of its first examples."""
        rows = [
            (c.truth, c.answer, c.count, c.share, c.back, " ".join(map(str, c.examples))) for c in self.pairs
        ]
        return Table(("truth", "answer", "count", "share of the truth", "other way round", "examples"), rows)

    def svg(self) -> str:
        """Draw the matrix: counts, shades by the share of a row; a cell tells its numbers on hover."""
        drawn = self._drawn()
        matrix = self.matrix[np.ix_(drawn, drawn)]
        totals = np.maximum(self.matrix.sum(axis=1)[drawn], 1)
        shares = matrix / totals[:, None]
        wrong = shares * (1 - np.eye(len(drawn)))
        left, top = 92.0, 78.0
        cell = min(44.0, 540 / len(drawn))
        sheet = Sheet(
            left + cell * len(drawn) + 44, top + cell * len(drawn) + 8, "which class was taken for which"
        )
        sheet.cells(
            left, top, cell, cell, 0.6 * wrong / max(wrong.max(), 1e-12)
        )  # words stay readable on 0.6
        for i, row in enumerate(drawn):
            name = short(self.names[row], 13)
            sheet.text(left - 6, top + cell * (i + 0.5) + 4, name, anchor="end", size=11)
            sheet.text(left + cell * (i + 0.5) + 3, top - 6, name, size=11, turn=-50)
            sheet.frame(left + cell * i, top + cell * i, cell, cell)
            for j, column in enumerate(drawn):
                x, y = left + cell * j, top + cell * i
                if matrix[i, j] and cell >= 20:
                    size = min(12.0, 1.5 * cell / max(2, len(str(matrix[i, j]))))
                    sheet.text(
                        x + cell / 2, y + cell / 2 + 4, matrix[i, j], anchor="middle", size=size, soft=i == j
                    )
                told = (
                    f"{self.names[row]} taken for {self.names[column]}"
                    if i != j
                    else f"{self.names[row]}, right"
                )
                sheet.hover(x, y, cell, cell, f"{told}: {matrix[i, j]} of {totals[i]} ({shares[i, j]:.1%})")
        sheet.frame(left, top, cell * len(drawn), cell * len(drawn))
        return sheet.svg()

    def _drawn(self) -> list[int]:
        wrong = self.matrix - np.diag(np.diag(self.matrix))
        err = wrong.sum(axis=0) + wrong.sum(axis=1)
        return sorted(int(i) for i in np.argsort(-err, kind="stable")[:_DRAWN])


def confusions(answers: Answers, examples: int = 12) -> Confusions:
    """Return the pairs of classes that were confused, with examples of each.

    Args:
        answers: of the model.
        examples: of a pair at most.

    Example:
        >>> p = np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6]])
        >>> pair = confusions(Answers(p, np.array([0, 0, 0]), ("cat", "dog"))).pairs[0]
        >>> pair.truth, pair.answer, pair.count, pair.examples
        ('cat', 'dog', 2, (1, 2))
    """
    classes, chosen = len(answers.names), answers.chosen
    matrix = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(matrix, (answers.truth, chosen), 1)
    sure = answers.probabilities[np.arange(len(answers)), chosen]
    found = []
    for t, a in np.argwhere(matrix * (1 - np.eye(classes, dtype=np.int64))):
        places = np.flatnonzero((answers.truth == t) & (chosen == a))
        places = places[np.argsort(-sure[places], kind="stable")][:examples]
        share = float(matrix[t, a] / matrix[t].sum())
        back, named = int(matrix[a, t]), (answers.names[t], answers.names[a])
        found.append(Confusion(*named, int(matrix[t, a]), share, back, tuple(map(int, places))))
    return Confusions(tuple(sorted(found, key=lambda c: (-c.count, -c.share))), matrix, answers.names)
