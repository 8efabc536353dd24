"""Looking into a trained next-word model: against counting, with counting, in its own words, at its worst."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rung.data import Dataset
from rung.models.kneser_ney import KneserNey
from rung.projects.next_word.text import END, LINE, NEVER, UNKNOWN, Vocabulary, tokens_of
from rung.projects.next_word.writing import write
from rung.train.backend import backend_of
from rung.train.finding import Finding
from rung.train.inputs import Inputs, predict
from rung.train.tasks import Language

WAYS: tuple[dict[str, Any], ...] = (
    {"temperature": 0.5},
    {"temperature": 0.8},
    {"temperature": 1.0},
    {"temperature": 1.2},
    {"temperature": 1.0, "top_k": 40},
    {"temperature": 1.0, "top_p": 0.9},
)
# Tokens by how often they stand in the training text.
BANDS = ((1000, "1,000 times or more"), (100, "100 to 999 times"), (10, "10 to 99 times"), (0, "fewer"))


def findings(config: Any, data: Dataset, inputs: Inputs, model: Any) -> list[Finding]:
    """Return all there is to show of a trained model.

    Args:
        config: settings of next-word.
        data: the passages.
        inputs: the same as numbers.
        model: trained.
    """
    vocabulary: Vocabulary = inputs.fitted[0]
    train, test = inputs.y[inputs.splits["train"]], inputs.y[inputs.splits["test"]]
    counted = KneserNey(train.ravel(), len(vocabulary), config.order)
    ours, theirs = {}, {}
    for part in ("validation", "test"):
        rows = inputs.splits[part]
        asked = predict(backend_of(model), model, inputs, rows, lambda m, x: m.surprises(x, m.passage), 50)
        ours[part] = asked.astype(np.float64)
        text = inputs.y[rows[0] - 1 : rows[-1] + 1]  # the passage before it too: a first word has a context
        theirs[part] = counted.surprises(text.ravel(), start=config.passage).reshape(len(rows), -1)
    share = best_share(ours["validation"], theirs["validation"])
    both = mixed(ours["test"], theirs["test"], share)
    return [
        compared(data, inputs, ours["test"], theirs["test"], both, share),
        by_kind(train, test, ours["test"], theirs["test"], vocabulary),
        written(model, vocabulary, config.seed),
        worst_lines(data, ours["test"]),
    ]


def mixed(ours: np.ndarray, theirs: np.ndarray, share: float) -> np.ndarray:
    """Return the surprises of a mixture of two models' probabilities, `share` of the first."""
    surprises: np.ndarray = -np.log(share * np.exp(-ours) + (1 - share) * np.exp(-theirs))
    return surprises


def best_share(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return the share of the first model at which the mixture is surprised least, in steps of 0.05."""
    return min((s / 20 for s in range(21)), key=lambda s: float(mixed(ours, theirs, s).mean()))


def compared(
    data: Dataset, inputs: Inputs, ours: np.ndarray, theirs: np.ndarray, both: np.ndarray, share: float
) -> Finding:
    """Compare network, counting and their mixture; and say what <unknown> hides."""
    task, test = Language(), inputs.y[inputs.splits["test"]]
    known = test != UNKNOWN
    train = {t for row in data.splits["train"] for t in tokens_of(data.x[row])}
    cut = max(1, len(train - set(inputs.fitted[0].words.vocabulary) - {LINE}))
    gap = task.difference(both, ours, test)
    better = {True: "better", False: "worse", None: "neither better nor worse beyond the noise"}[
        gap["better"]
    ]
    rows = []
    for name, each in (("the LSTM", ours), ("Kneser-Ney", theirs), (f"both, {share:.0%} LSTM", both)):
        found = task.score(name, each, test)
        spelt = np.where(known, each, each + np.log(cut))
        rows.append(
            [
                name,
                found.value,
                f"{found.low:.4g} to {found.high:.4g}",
                float(np.exp(each[known].mean())),
                float(np.exp(spelt.mean())),
            ]
        )
    return Finding(
        "Against counting, and with it",
        f"Perplexity on the same {test.size:,} tokens. The mixture, its share chosen on the validation part, "
        f"is {better} than the LSTM alone ({gap['value']:.3g}, {gap['low']:.3g} to {gap['high']:.3g}). "
        f"{1 - known.mean():.1%} of the test tokens are words outside the vocabulary, which count as one "
        f"token, <unknown>: guessing that some rare word comes is easier than guessing which. 'Known words' "
        f"leaves them out. 'Spelt out' asks which: one of the {cut:,} rare words of the training part, all "
        f"alike. Only models with the same vocabulary can be compared by the first column.",
        ("model", "perplexity", "95 % interval", "known words", "spelt out"),
        rows,
    )


def by_kind(
    train: np.ndarray, test: np.ndarray, ours: np.ndarray, theirs: np.ndarray, vocabulary: Vocabulary
) -> Finding:
    """Show for which tokens the network is ahead of counting."""
    words = vocabulary.words.vocabulary
    counts = np.bincount(train.ravel(), minlength=len(words))
    marks = np.array([not any(c.isalnum() for c in w) for w in words])
    kind = np.full(len(words), len(BANDS) - 1)
    for i, (least, _) in reversed(list(enumerate(BANDS))):
        kind[counts >= least] = i
    kind[marks], kind[END], kind[UNKNOWN] = -1, -2, -3
    named = [(-2, "end of a line"), (-1, "mark"), *((i, f"word: {b[1]}") for i, b in enumerate(BANDS))]
    rows = []
    for number, name in [*named, (-3, "<unknown>")]:
        here = kind[test] == number
        if here.any():
            a, b = float(ours[here].mean()), float(theirs[here].mean())
            rows.append([name, f"{here.mean():.1%}", a, b, b - a])
    return Finding(
        "Which tokens are hard",
        "Mean surprise in nats, by how often a token stands in the training text. Ends of lines and marks "
        "are easy and many, so they pull the perplexity down; 2.3 nats are a guess among ten.",
        ("token", "share", "LSTM", "Kneser-Ney", "LSTM ahead by"),
        rows,
    )


def written(model: Any, vocabulary: Vocabulary, seed: int, count: int = 48) -> Finding:
    """Let it write after an empty line, in several ways of drawing."""
    samples = []
    for i, way in enumerate(WAYS):
        told = ", ".join(f"{name.replace('_', '-')} {value}" for name, value in way.items())
        ids = write(model, [END, END], count, NEVER, np.random.default_rng([seed, i]), **way)
        samples.append(f"[{told}]\n{vocabulary.decode(ids).strip()}")
    return Finding(
        "What it writes",
        "A low temperature repeats what is frequent, a high one loses the thread. top-k keeps the k "
        "likeliest words, top-p the fewest that together have that probability. <unknown> is never written.",
        samples=samples,
    )


def worst_lines(data: Dataset, surprises: np.ndarray, count: int = 8) -> Finding:
    """Show the lines that surprise most, and the word in each that does."""
    tokens = [t for row in data.splits["test"] for t in tokens_of(data.x[row])]
    each, start, lines = surprises.ravel(), 0, []
    for i, token in enumerate(tokens):
        if token == LINE:
            if i - start >= 4:
                lines.append((float(each[start:i].mean()), start, i))
            start = i + 1
    lines.sort(reverse=True)
    rows: list[Sequence[Any]] = []
    for mean, start, end in lines[:count]:
        at = start + int(each[start:end].argmax())
        rows.append([" ".join(tokens[start:end]), mean, f"{tokens[at]} ({each[at]:.1f})"])
    return Finding(
        "Where it is surprised most",
        "Lines of four tokens or more by their mean surprise, in nats, with the worst word in each: words in "
        "places where they never stood, and names that the training part hardly has.",
        ("line", "mean", "worst word"),
        rows,
    )
