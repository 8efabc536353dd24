"""The strong baseline: which words and pairs of words occur, weighed by one linear layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rung.train.baseline import logistic_regression
from rung.train.finding import Finding
from rung.train.tasks import Classes
from rung.train.tuned import Method, tuned

# Inverse strengths of the penalty to choose among, by cross-validation.
PENALTIES = (1.0, 3.0, 10.0, 30.0)


def vectoriser() -> Any:
    """Return tf-idf over words and pairs of words; a word said often counts by its logarithm."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w[\w'’]*\b")


def bag_of_words(x: np.ndarray, y: np.ndarray, test: np.ndarray, classes: int) -> np.ndarray:
    """Fit tf-idf and logistic regression on texts x, and answer `test`: probabilities (n, classes).

    Cost: half a minute for 8,500 sentences, some minutes for 23,000 reviews.
    """

    def prepare(train: np.ndarray, other: np.ndarray) -> tuple[Any, Any]:
        made = vectoriser()
        return made.fit_transform(train), made.transform(other)

    def fit(settings: Any, x: Any, y: np.ndarray, other: Any) -> np.ndarray:
        return logistic_regression(x, y, other, classes, max_iter=200, **settings)

    few = len(x) > 15_000  # one choice among four needs no finer look
    method = Method(fit, [{"C": c} for c in PENALTIES], prepare)
    return tuned(method, x, y, test, Classes(), folds=2 if few else 5)


def strongest_words(
    x: np.ndarray, y: np.ndarray, names: Sequence[str], count: int = 12, penalty: float = 10.0
) -> Finding:
    """Return the words and pairs that pull most towards each class, by the weights of the baseline.

    Args:
        x: training texts.
        y: their classes.
        names: what the classes are called.
        count: how many words a class.
        penalty: inverse strength of it.
    """
    from sklearn.linear_model import LogisticRegression

    title = "The words that pull most"
    seen = np.unique(y)
    if len(seen) < 2:
        return Finding(title, "There is one class only among the training texts: no word pulls anywhere.")
    made = vectoriser()
    model = LogisticRegression(C=penalty, max_iter=200).fit(made.fit_transform(x), y)
    words = made.get_feature_names_out()
    weights = model.coef_ if len(seen) > 2 else np.concatenate([-model.coef_, model.coef_])
    columns, cells = [], []
    for label, row in zip(seen, weights, strict=True):
        top = np.argsort(-row, kind="stable")[:count]
        columns += [f"towards {names[label]}", "weight"]
        cells += [[str(words[i]) for i in top], [round(float(row[i]), 2) for i in top]]
    text = (
        "Weights of the logistic regression on tf-idf, the strong baseline: a text is added up of such "
        "words, and their order is lost but for pairs."
    )
    return Finding(title, text, columns, [list(row) for row in zip(*cells, strict=True)])
