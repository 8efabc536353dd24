"""Near-duplicates: test examples that are almost a training example, found without comparing every pair.

Each example becomes a point, such that two which are nearly the same lie close together. A tree over the
training points gives each test example its few nearest, and only these are compared in full.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from rung.data.dataset import Dataset

Pairs = tuple[np.ndarray, np.ndarray]  # row numbers of the data set: in one part, and its twin in another

# Of pictures, how closely the edges of one follow those of the other, as a correlation: large areas of sky
# or paper agree by chance, edges do not. Resized, brighter, re-compressed copies stay above. Where all are
# alike, as handwritten digits are, a twin must be nearer by far than the next nearest, unless it is SURE.
PICTURES, SURE, RATIO = 0.7, 0.995, 0.3
TEXTS = 0.8  # of the words and pairs of neighbouring words that either text has, the share that both have
TABLES = 0.01  # standard deviations, in every column


def near_duplicates(data: Dataset, rows: np.ndarray, among: np.ndarray) -> Pairs:
    """Find examples of `rows` that are nearly one of `among`, whatever their answers are.

    Args:
        data: a data set of any kind; of a kind that cannot be compared, nothing is found.
        rows: row numbers, of the test part say.
        among: row numbers, of the training part say.

    Returns:
        the rows found, and of each the twin.

    Cost: n log n; seconds for 70,000 pictures or 50,000 film reviews.
    """
    empty = np.zeros(0, dtype=int)
    if not len(rows) or not len(among):
        return empty, empty
    if (images := _pictures(data)) is not None:
        return _near_pictures(images, rows, among)
    if (texts := _texts(data)) is not None:
        return _near_texts(texts, rows, among)
    if data.kind in ("numbers", "columns"):
        return _near_rows(data.x, rows, among)
    return empty, empty


def _pictures(data: Dataset) -> Any:
    """Return the pictures, as an array (n, height, width[, 3]) or an object array of such; else None."""
    if data.kind == "pictures":
        return data.images
    pictures = data.kind == "objects" and all(isinstance(p, np.ndarray) and p.ndim in (2, 3) for p in data.x)
    return data.x if pictures and len(data) else None


def _near_pictures(images: Any, rows: np.ndarray, among: np.ndarray) -> Pairs:
    small = [_standard(_shrunk(images, part, 8).reshape(len(part), -1)) for part in (rows, among)]
    i, j = _close(small[0], small[1], radius=0.6, neighbours=8)  # a correlation of 0.82
    alike = np.zeros(len(i))
    for start in range(0, len(i), 4000):
        part = slice(start, start + 4000)
        a, b = (_edges(_shrunk(images, chosen, 16)) for chosen in (rows[i[part]], among[j[part]]))
        alike[part] = (a * b).sum(axis=1)
    first, second = _two_best(i, alike, len(rows))
    distinct = (1 - first) <= RATIO * (1 - second)
    alike[~(distinct | (first >= SURE))[i]] = 0
    return _best(i, j, alike, PICTURES, rows, among)


def _two_best(i: np.ndarray, alike: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest and the second largest likeness of each i, 0 where there is none."""
    order = np.lexsort((-alike, i))
    place = np.arange(len(i)) - np.searchsorted(i[order], i[order])
    best = np.zeros((2, count))
    for k in (0, 1):
        chosen = order[place == k]
        best[k, i[chosen]] = alike[chosen]
    return best[0], best[1]


def _edges(pictures: np.ndarray) -> np.ndarray:
    """Return how brightness changes from pixel to pixel, across and down, as rows of length 1."""
    across, down = np.diff(pictures, axis=2)[:, :-1], np.diff(pictures, axis=1)[:, :, :-1]
    return _standard(np.stack([across, down], axis=1).reshape(len(pictures), -1))


def _shrunk(images: Any, rows: np.ndarray, size: int) -> np.ndarray:
    """Return pictures as grey ones of `size` by `size` float32, each pixel the mean of what it covers."""
    out = np.empty((len(rows), size, size), np.float32)
    for start in range(0, len(rows), 1000):
        chosen = images[rows[start : start + 1000]]
        one = images.dtype != object
        for k, picture in enumerate([chosen] if one else list(chosen)):
            grey = picture if picture.ndim == 2 + one else picture.mean(axis=-1)
            across, down = _areas(grey.shape[-1], size), _areas(grey.shape[-2], size)
            made = down @ grey.astype(np.float32) @ across.T
            at = start if one else start + k
            out[at : at + (len(chosen) if one else 1)] = made
    return out


def _areas(length: int, size: int) -> np.ndarray:
    """Return (size, length) weights: which part of each of `length` pixels each of `size` covers."""
    edges = np.linspace(0, length, size + 1)
    low, high = edges[:-1, None], edges[1:, None]
    pixel = np.arange(length)
    covered = np.clip(np.minimum(high, pixel + 1) - np.maximum(low, pixel), 0, None)
    return (covered * (size / length)).astype(np.float32)


def _standard(table: np.ndarray) -> np.ndarray:
    """Return rows of mean 0 and length 1, so that products are correlations; a blank one stays short."""
    centred = table - table.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return centred / np.maximum(length, 1e-3 * max(1.0, float(np.abs(table).max(initial=0))))


def _close(
    a: np.ndarray, b: np.ndarray, radius: float, neighbours: int, extra: tuple[Any, Any] | None = None
) -> Pairs:
    """Return pairs (i, j) whose points a[i] and b[j] may lie within the radius, a few for each i.

    The tree is built in the few directions in which b spreads most. Leaving directions out only brings points
    closer together, so a twin is never lost to that, only, among many alike, to the number of neighbours.
    """
    from scipy.spatial import cKDTree

    centre = b.mean(axis=0)
    if b.shape[1] > 10:
        some = b[:: max(1, len(b) // 5000)] - centre
        _, directions = np.linalg.eigh(some.T @ some)
        turn = directions[:, -10:]
        a, b = (a - centre) @ turn, (b - centre) @ turn
    if extra is not None:  # what must be equal: further apart than the radius where it is not
        a, b = np.column_stack([a, extra[0]]), np.column_stack([b, extra[1]])
    distances, found = cKDTree(b).query(
        a, k=min(neighbours, len(b)), distance_upper_bound=radius * 1.0001 + 1e-9
    )
    distances, found = distances.reshape(len(a), -1), found.reshape(len(a), -1)
    i, k = np.nonzero(np.isfinite(distances))
    return i, found[i, k]


def _best(
    i: np.ndarray, j: np.ndarray, alike: np.ndarray, least: float, rows: np.ndarray, among: np.ndarray
) -> Pairs:
    """Return, of each i that has a j at least so alike, the one that is most alike."""
    order = np.lexsort((-alike, i))
    order = order[alike[order] >= least]
    _, first = np.unique(i[order], return_index=True)
    chosen = order[first]
    return rows[i[chosen]], among[j[chosen]]


def _texts(data: Dataset) -> list[str] | None:
    """Return the texts of a data set of texts, or of lists of words; else None."""
    if data.kind == "texts":
        return list(data.x)
    listed = data.kind == "objects" and all(
        isinstance(words, list | tuple) and all(isinstance(w, str) for w in words) for words in data.x
    )
    return [" ".join(words) for words in data.x] if listed and len(data) else None


def _near_texts(texts: Sequence[str], rows: np.ndarray, among: np.ndarray, bands: int = 10) -> Pairs:
    """Find texts that share most words and pairs of words: MinHash brings candidates, counting decides."""
    used = np.concatenate([rows, among])
    shingles, starts = _shingles([texts[r] for r in used])
    thin, thin_starts = _thinned(shingles, starts)
    rng = np.random.default_rng(0)
    pairs = []
    for _ in range(bands):
        key = np.zeros(len(used), np.uint64)
        for factor in rng.integers(1, 2**63, 4, dtype=np.uint64) * np.uint64(2) + np.uint64(1):
            mixed = thin * factor
            mixed ^= mixed >> np.uint64(32)
            mixed *= factor
            key = key * np.uint64(0x9E3779B97F4A7C15) + np.minimum.reduceat(mixed, thin_starts)
        pairs.append(_meeting(key[: len(rows)], key[len(rows) :]))
    i, j = np.unique(np.concatenate(pairs), axis=0).T
    sets: dict[int, np.ndarray] = {}
    for r in {*i.tolist(), *(j + len(rows)).tolist()}:
        sets[r] = np.unique(shingles[starts[r] : starts[r + 1]])
    alike = np.array([_jaccard(sets[a], sets[b + len(rows)]) for a, b in zip(i, j, strict=True)])
    return _best(i, j, alike, TEXTS, rows, among)


def _shingles(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the words and pairs of neighbouring words of all texts, as numbers, and where each begins."""
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__  # a new word gets the next number, without a line of Python
    words: list[int] = []
    counts = np.empty(len(texts), dtype=int)
    for k, text in enumerate(texts):
        found = re.findall(r"\w+", text.casefold()) or [text]
        words += map(numbers.__getitem__, found)
        counts[k] = len(found)
    single = (np.array(words, np.uint64) + np.uint64(1)) * np.uint64(0xD6E8FEB86659FD93)
    ends = np.cumsum(counts)
    double = single.copy()
    double[:-1] += np.roll(single, -1)[:-1] * np.uint64(0xA0761D6478BD642F)
    double[ends - 1] = single[ends - 1]  # the last word has no neighbour: it stands for itself once more
    return np.stack([single, double], axis=1).ravel(), np.concatenate([[0], 2 * ends])


def _thinned(shingles: np.ndarray, starts: np.ndarray, enough: int = 100) -> Pairs:
    """Return of long texts about `enough` shingles each, the same of the same text, and where each begins."""
    share = max(1, len(shingles) // (enough * (len(starts) - 1)))
    if share == 1:
        return shingles, starts[:-1]
    mixed = shingles ^ (shingles >> np.uint64(31))
    kept = mixed % np.uint64(share) == 0
    kept[starts[:-1]] = True  # so that none is left empty
    counts = np.add.reduceat(kept, starts[:-1], dtype=np.int64)
    return shingles[kept], np.concatenate([[0], np.cumsum(counts)[:-1]])


def _meeting(a: np.ndarray, b: np.ndarray, most: int = 4) -> np.ndarray:
    """Return pairs (i, j) with a[i] == b[j], (count, 2); of each i at most a few."""
    order = np.argsort(b, kind="stable")
    low, high = np.searchsorted(b[order], a, "left"), np.searchsorted(b[order], a, "right")
    found = [np.column_stack([i := np.flatnonzero(low + k < high), order[low[i] + k]]) for k in range(most)]
    return np.concatenate(found)


def _jaccard(a: np.ndarray, b: np.ndarray) -> float:
    both = len(np.intersect1d(a, b, assume_unique=True))
    return both / (len(a) + len(b) - both)


def _near_rows(x: np.ndarray, rows: np.ndarray, among: np.ndarray) -> Pairs:
    """Find rows of a table whose numbers differ by a hundredth of a deviation at most, strings not at all."""
    if x.dtype.names:
        named = [x[name] for name in x.dtype.names]
        strings = [c for c in named if c.dtype.kind not in "biuf"]
        numbers = [c.astype(np.float64) for c in named if c.dtype.kind in "biuf"]
        table = np.stack(numbers, axis=1) if numbers else np.zeros((len(x), 1))
    else:
        table, strings = x.reshape(len(x), -1).astype(np.float64), []
    gaps = np.isnan(table)
    known = np.where(gaps, 0, table)
    spread = known[among].std(axis=0)
    table = (known - known[among].mean(axis=0)) / np.where(spread > 0, spread, 1)
    groups = np.zeros(len(x), dtype=int)
    for column in [*strings, *gaps.T[gaps.any(axis=0)]]:
        _, ids = np.unique(column, return_inverse=True)
        _, groups = np.unique(groups * (ids.max() + 1) + ids, return_inverse=True)
    width = float(np.sqrt(table.shape[1]) * TABLES)
    apart = groups * (2 * width + 1)
    i, j = _close(table[rows], table[among], width, 5, (apart[rows], apart[among]))
    alike = -np.abs(table[rows[i]] - table[among[j]]).max(axis=1, initial=0)
    alike[groups[rows[i]] != groups[among[j]]] = -np.inf
    return _best(i, j, alike, -TABLES, rows, among)
