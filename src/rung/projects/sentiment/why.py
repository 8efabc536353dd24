"""Why the network said so: each word left out in turn, and how much surer it was with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rung.projects.sentiment.texts import Rows, trimmed
from rung.train.backend import backend_of
from rung.train.finding import Finding

# Characters of a text that are shown.
_LENGTH = 260


def pulls(model: Any, row: Sequence[int], label: int) -> np.ndarray:
    """Return how much the probability of a class falls when each word is left out: (words,).

    Args:
        model: in evaluation mode; tokens in, scores out.
        row: the word numbers of one text, two at least.
        label: which class.

    Cost: one text more than it has words, all at once.
    """
    numbers = np.asarray(row, np.int32)
    without = np.stack([np.delete(numbers, i) for i in range(len(numbers))])
    rows = np.zeros((len(numbers) + 1, len(numbers)), np.int32)
    rows[0], rows[1:, :-1] = numbers, without
    backend = backend_of(model)
    with backend.quiet():
        scores = backend.array(model(backend.inputs(rows))).astype(np.float64)
    exp = np.exp(scores - scores.max(axis=1, keepdims=True))
    probability = (exp / exp.sum(axis=1, keepdims=True))[:, label]
    fall: np.ndarray = probability[0] - probability[1:]
    return fall


def why_wrong(
    model: Any,
    rows: Rows,
    texts: Sequence[str],
    truth: np.ndarray,
    names: Sequence[str],
    count: int = 5,
) -> Finding:
    """Return the mistakes it was surest of, with the words without which it would have been less sure.

    Args:
        model: in evaluation mode.
        rows: makes numbers of texts.
        texts: those of the test part.
        truth: their classes.
        names: what the classes are called.
        count: how many mistakes.
    """
    samples = []
    for i, said, sure in _surest_mistakes(model, rows, texts, truth, count):
        row = rows.encode(texts[i])
        fall = pulls(model, row, said) if len(row) > 1 else np.zeros(len(row))
        top = [k for k in np.argsort(-fall, kind="stable")[:4] if fall[k] > 0]
        words = ", ".join(f"{rows.words.decode([row[k]])} ({fall[k]:+.0%})" for k in top)
        shown = texts[i] if len(texts[i]) <= _LENGTH else texts[i][:_LENGTH].rsplit(" ", 1)[0] + " ..."
        because = f"pulled by {words}" if words else "no single word did it"
        samples.append(f"is {names[truth[i]]}, said {names[said]} {sure:.0%}: {shown}\n{because}")
    text = (
        "The mistakes it was surest of. Behind each word: by how much the probability of the wrong answer "
        "falls without it. Words that matter only together do not show."
    )
    return Finding("Which words misled it", text if samples else "It made no mistakes.", samples=samples)


def _surest_mistakes(
    model: Any, rows: Rows, texts: Sequence[str], truth: np.ndarray, count: int
) -> list[tuple[int, int, float]]:
    """Return (row, what was said, how sure) of the mistakes it was surest of."""
    backend, found = backend_of(model), []
    numbers = rows.transform(texts)
    with backend.quiet():
        for start in range(0, len(numbers), 500):
            scores = backend.array(model(backend.inputs(trimmed(numbers[start : start + 500]))))
            exp = np.exp(scores - scores.max(axis=1, keepdims=True))
            found.append(exp / exp.sum(axis=1, keepdims=True))
    probability = np.concatenate(found)
    said, sure = probability.argmax(axis=1), probability.max(axis=1)
    wrong = np.flatnonzero(said != truth)
    order = wrong[np.argsort(-sure[wrong], kind="stable")][:count]
    return [(int(i), int(said[i]), float(sure[i])) for i in order]
