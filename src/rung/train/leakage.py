"""Leakage: what lets a test score be better than the model is, looked for in every project.

An example that stands in the training part and in the test part is not a test; nor is one that is nearly
there, nor an answer that can be read off a column, nor a scale that was measured on test rows too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from rung.data.dataset import Dataset
from rung.data.fingerprint import fitted_rows, row_hashes, rows_digest
from rung.train.giveaway import giveaways
from rung.train.near import near_duplicates
from rung.train.score import tell


def leakage(data: Dataset, fitted: Iterable[Any] = ()) -> dict[str, Any]:
    """Look for what makes the test score worth less than it seems.

    Args:
        data: with the parts "train" and "test", and "validation" if there is one.
        fitted: the preparations that were fitted (see `rung.data.prepare`), each the outermost: the one
            that saw the rows as they are in the data set.

    Returns:
        what JSON can hold. Rows count within their part.
        "test": how many test examples were looked at.
        "leaked": those which are, number for number, also training examples.
        "same_answer": how many of those carry the same answer.
        "repeated": how many training examples are there more than once.
        "near": {"rows": further test examples that are nearly a training example, "twins": which, in the
        training part, "same_answer": how many of them carry the same answer}.
        "validation": {"in_train", "in_test": validation examples that also stand there}; of no rows without
        such a part.
        "target_in_features": columns that alone give the answer away, see `rung.train.giveaway.giveaways`.
        "fitted_on_all": {"what": a preparation, "saw": the parts besides the training part whose rows it
        was fitted on} for each that saw such rows.

    Cost: n log n; seconds for the 70,000 pictures of MNIST, twice that for 50,000 film reviews.
    """
    parts = {part: data.splits.get(part, np.zeros(0, dtype=int)) for part in ("train", "test", "validation")}
    train, test, validation = parts.values()
    hashes = row_hashes(data.x)
    leaked, twins = _shared(hashes, test, train)
    clean = np.setdiff1d(test, test[leaked])
    near, near_twins = near_duplicates(data, clean, train)
    return {
        "test": len(test),
        "leaked": leaked.tolist(),
        "same_answer": _same(data.y, test[leaked], twins),
        "repeated": len(train) - len(np.unique(hashes[train])),
        "near": {
            "rows": _within(test, near),
            "twins": _within(train, near_twins),
            "same_answer": _same(data.y, near, near_twins),
        },
        "validation": {
            "in_train": _shared(hashes, validation, train)[0].tolist(),
            "in_test": _shared(hashes, validation, test)[0].tolist(),
        },
        "target_in_features": giveaways(data, train),
        "fitted_on_all": _fitted_on_all(data, parts, fitted),
    }


def leakage_lines(leaks: dict[str, Any], unit: str = "share") -> list[str]:
    """Say each finding of `leakage` in a sentence; one sentence where there is none.

    Args:
        leaks: from `leakage`, with "score_without": the score without the test examples that leaked.
        unit: of that score.
    """
    lines = []
    if leaks["leaked"]:
        some = _count(leaks["leaked"], leaks["test"], "test examples")
        lines.append(
            f"LEAKAGE: {some} stand in the training part too ({leaks['same_answer']:,} with the same answer)."
        )
    near = leaks.get("near", {"rows": []})
    if near["rows"]:
        lines.append(
            f"LEAKAGE: {_count(near['rows'], leaks['test'], 'test examples')} are nearly a training "
            f"example ({near['same_answer']:,} with the same answer)."
        )
    if "score_without" in leaks:
        lines.append(f"Without these test examples the score is {tell(leaks['score_without'], unit)}.")
    validation = leaks.get("validation", {})
    for where, meaning in (("in_train", "training"), ("in_test", "test")):
        if found := validation.get(where):
            lines.append(
                f"LEAKAGE: {len(found):,} validation examples stand in the {meaning} part too: what was "
                f"chosen by the validation score was chosen "
                f"{'too kindly' if where == 'in_train' else 'by looking at test examples'}."
            )
    for column in leaks.get("target_in_features", []):
        of = f"{column['score']:.1%} right" if column["of"] == "right answers" else f"{column['score']:.4f}"
        kind = "" if column["of"] == "right answers" else "correlation "
        lines.append(
            f"LEAKAGE: the column {column['column']!r} alone gives the answer away ({kind}{of}): was it "
            f"known before the answer was?"
        )
    for made in leaks.get("fitted_on_all", []):
        lines.append(
            f"LEAKAGE: {made['what']} was fitted on rows of the {' and the '.join(made['saw'])} part too."
        )
    nearly = ", or nearly one" if "near" in leaks else ""
    return lines or [
        f"No leakage: none of the {leaks['test']:,} test examples is also a training example{nearly}."
    ]


def _count(rows: list[int], of: int, what: str) -> str:
    return f"{len(rows):,} of the {of:,} {what} ({len(rows) / max(1, of):.1%})"


def _shared(hashes: np.ndarray, rows: np.ndarray, among: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which of `rows` (counted in it) are also in `among`, and the first twin of each."""
    known, first = np.unique(hashes[among], return_index=True)
    if not len(known):
        return np.zeros(0, dtype=int), np.zeros(0, dtype=int)
    at = np.minimum(np.searchsorted(known, hashes[rows]), len(known) - 1)
    found = np.flatnonzero(known[at] == hashes[rows])
    return found, among[first[at[found]]]


def _same(y: np.ndarray, rows: np.ndarray, twins: np.ndarray) -> int:
    """Count the pairs with equal answers."""
    return sum(bool(np.array_equal(y[a], y[b])) for a, b in zip(rows, twins, strict=True))


def _within(part: np.ndarray, rows: np.ndarray) -> list[int]:
    """Return where in a part some row numbers stand."""
    order = np.argsort(part)
    return [int(k) for k in order[np.searchsorted(part[order], rows)]]


def _fitted_on_all(
    data: Dataset, parts: dict[str, np.ndarray], fitted: Iterable[Any]
) -> list[dict[str, Any]]:
    """Say which preparations saw rows that are not training rows, as far as their memory tells."""
    fitted = [made for made in fitted if getattr(made, "fitted_on", "")]
    if not fitted:
        return []
    train = set(fitted_rows(data.x[parts["train"]]).tolist())
    others = {
        part: set(fitted_rows(data.x[parts[part]]).tolist()) - train
        for part in ("validation", "test")
        if len(parts[part])
    }
    unions = [["test"], ["validation"], ["validation", "test"]]
    found = []
    for made in fitted:
        sample = set(getattr(made, "sample", ()))
        saw = [part for part, hashes in others.items() if hashes & sample]
        if not sample:  # a preparation that kept the digest alone: is it that of a likely mistake?
            for union in unions:
                rows = np.concatenate([parts["train"], *(parts[part] for part in union)])
                if set(union) <= set(others) and made.fitted_on == rows_digest(data.x[rows]):
                    saw = union
        if saw:
            found.append({"what": type(made).__name__, "saw": saw})
    return found
