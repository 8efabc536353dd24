"""Labels that are likely wrong, found by confident learning."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rung.explain.answers import Answers
from rung.explain.table import Table


@dataclass(frozen=True)
class LabelIssue:
    """One label to look at.

    Attributes:
        place: the example's number.
        label: the class that it has.
        likely: the class that it confidently seems to be.
        margin: probability of its label less that of the most probable other class; the lower, the likelier
            an error.
        given: probability of its label.
        sure: probability of the likely class.
    """

    place: int
    label: str
    likely: str
    margin: float
    given: float
    sure: float


@dataclass(frozen=True)
class LabelIssues:
    """Labels that are likely wrong, the likeliest first.

    Attributes:
        issues: they.
        of: how many labels there are.
        estimated: how many are estimated to be wrong, from the joint distribution of given and true labels.
        thresholds: of each class: how probable it is, on average, to examples labelled so; nan without any.
        joint: (C, C), the confident joint: rows the label, columns the class that it confidently is.
        names: of the classes.
    """

    issues: tuple[LabelIssue, ...]
    of: int
    estimated: float
    thresholds: np.ndarray
    joint: np.ndarray
    names: tuple[str, ...]

    @property
    def caption(self) -> str:
        """What it shows and how to read it."""
        if not self.issues:
            text = f"None of {self.of:,} labels is confidently another class. "
        else:
            first = self.issues[0]
            text = (
                f"{len(self.issues)} of {self.of:,} labels ({len(self.issues) / self.of:.1%}) are "
                "confidently another class: that class is at least as probable as it is on average to "
                f"examples that carry its label. Likeliest first: example {first.place}, labelled "
                f"“{first.label}”, looks like “{first.likely}” ({first.sure:.0%} against {first.given:.0%}). "
                f"About {self.estimated:.0f} are estimated to be wrong in all. "
            )
        return text + (
            "That is a list to look through, not a verdict: a hard example of its class can stand on it. It "
            "holds only for examples that the model was not trained on (Northcutt and others, 2021)."
        )

    def table(self) -> Table:
        """Return a row a label."""
        rows = [(i.place, i.label, i.likely, i.margin, i.given, i.sure) for i in self.issues]
        return Table(
            ("example", "label", "likely", "margin", "given to the label", "given to the likely"), rows
        )


def label_errors(answers: Answers) -> LabelIssues:
    """Find labels that are likely wrong.

    A class's threshold is the mean probability that it has among the examples labelled so. An example
    confidently is the most probable of the classes that reach their threshold; where that is not its label,
    the label is at issue.

    Args:
        answers: with the labels as truths; the probabilities from a model that has not seen these examples
            (the test split, or cross-validation).

    Source: northcutt2021, sections 3.1 and 3.2: the confident joint, and off-diagonals ranked by the
    normalised margin.

    Example:
        >>> p = np.array([[0.9, 0.1], [0.8, 0.2], [0.9, 0.1], [0.1, 0.9], [0.2, 0.8]])
        >>> [(i.place, i.likely) for i in label_errors(Answers(p, np.array([0, 0, 1, 1, 1]))).issues]
        [(2, '0')]
    """
    p, label = answers.probabilities, answers.truth
    n, classes = p.shape
    counts = np.bincount(label, minlength=classes)
    own = p[np.arange(n), label]
    thresholds = np.full(classes, np.nan)
    some = counts > 0
    thresholds[some] = np.bincount(label, own, classes)[some] / counts[some]
    # A class that no example carries has no threshold, and nothing can be found to be it.
    reached = p >= np.where(some, thresholds, np.inf) - 1e-12
    confident = reached.any(axis=1)
    likely = np.where(reached, p, -1.0).argmax(axis=1)
    joint = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(joint, (label[confident], likely[confident]), 1)
    others = p.copy()
    others[np.arange(n), label] = -1
    margin = own - others.max(axis=1)
    wrong = np.flatnonzero(confident & (likely != label))
    order = wrong[np.argsort(margin[wrong], kind="stable")]
    issues = tuple(
        LabelIssue(
            int(i),
            answers.names[label[i]],
            answers.names[likely[i]],
            float(margin[i]),
            float(own[i]),
            float(p[i, likely[i]]),
        )
        for i in order
    )
    # Each row of the joint is stretched to the number of examples that carry the label.
    rows = joint.sum(axis=1)
    off = (rows - np.diag(joint)) / np.maximum(rows, 1)
    return LabelIssues(issues, n, float((off * counts).sum()), thresholds, joint, answers.names)
