"""Many examples as points in a plane: what a layer makes of them, or a table of vectors, projected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rung.explain.sheet import Sheet, legend, look_of, mark
from rung.explain.table import Table
from rung.scratch.errors import SettingError, ShapeError

MOST = {"pca": 2000, "t-sne": 1000}  # points that are drawn, unless more are asked for
NEIGHBOURS = 10  # by which a picture's faithfulness is told


@dataclass(frozen=True)
class Projection:
    """Points in a plane, and how far they can be believed.

    Attributes:
        points: (N, 2).
        method: "pca" or "t-sne".
        labels: what each point is, shown on hover; may be empty.
        classes: the class of each point; may be empty.
        explained: of PCA, the share of the variance that lies along each of the two axes.
        kept: share of a point's 10 nearest in the plane that are among its 10 nearest before; a mean.
        by_chance: what `kept` would be of points that were strewn at random.
        dimensions: how many numbers a point had.
        left_out: how many points were not drawn because there were too many.
    """

    points: np.ndarray
    method: str
    labels: tuple[str, ...]
    classes: tuple[str, ...]
    explained: tuple[float, ...]
    kept: float
    by_chance: float
    dimensions: int
    left_out: int

    @property
    def caption(self) -> str:
        """What it shows and how to read it."""
        n = len(self.points)
        text = f"{n:,} points of {self.dimensions:,} numbers each, put into a plane by "
        if self.method == "pca":
            text += (
                "principal components, the two directions along which they differ most: they hold "
                f"{self.explained[0]:.0%} and {self.explained[1]:.0%} of the variance. What is far apart "
                "here is far apart in truth; what lies together here may be apart in a direction not shown. "
            )
        else:
            text += (
                "t-SNE, which keeps near neighbours together. How large a cluster is, and how far clusters "
                "lie from each other, says nothing; pure noise can look like clusters, and another setting "
                "gives another picture (Wattenberg and others, 2016). "
            )
        text += (
            f"Of a point's {min(NEIGHBOURS, n - 1)} nearest here, {self.kept:.0%} are among its nearest in "
            f"truth (by chance {self.by_chance:.0%})."
        )
        if self.left_out:
            text += f" {self.left_out:,} more points are not drawn."
        return text

    def table(self) -> Table:
        """Return a row a point: place, label, class, x, y."""
        n = len(self.points)
        labels, classes = self.labels or ("",) * n, self.classes or ("",) * n
        rows = [
            (i, label, each, float(x), float(y))
            for i, (label, each, (x, y)) in enumerate(zip(labels, classes, self.points, strict=True))
        ]
        return Table(("point", "label", "class", "x", "y"), rows)

    def svg(self) -> str:
        """Draw the points: classes by colour and by shape, labels on hover."""
        names = sorted(set(self.classes), key=_natural)
        side, edge = 520.0, 14.0
        sheet = Sheet(side, side, f"{len(self.points)} points by {self.method}")
        place = {name: i for i, name in enumerate(names)}
        low, high = self.points.min(axis=0), self.points.max(axis=0)
        # One scale for both axes: a stretched picture would tell other distances.
        scale = (side - 2 * edge) / max(float((high - low).max()), 1e-12)
        middle = (low + high) / 2
        size = 4.5 if len(self.points) <= 300 else 3.2 if len(self.points) <= 1500 else 2.4
        for i, (x, y) in enumerate(self.points):
            colour, shape = look_of(place[self.classes[i]] if self.classes else 1)
            told = " · ".join(s for s in (self._at(self.labels, i), self._at(self.classes, i)) if s)
            at = side / 2 + scale * (x - middle[0]), side / 2 - scale * (y - middle[1])
            sheet.shape(mark(shape, *at, size), fill=colour, opacity=0.8, title=told or f"point {i}")
        if self.method == "pca":
            axes = (f"first component, {self.explained[0]:.0%}", f"second, {self.explained[1]:.0%}")
            sheet.text(side - 6, side - 4, axes[0], anchor="end", size=11, soft=True)
            sheet.text(12, 8, axes[1], size=11, soft=True, anchor="end", turn=-90)
        sheet.frame(0.5, 0.5, side - 1, side - 1)
        if names:
            sheet.height += 6 + legend(sheet, side + 6, names, range(len(names)))
        return sheet.svg()

    @staticmethod
    def _at(values: Sequence[str], i: int) -> str:
        return values[i] if values else ""


def project(
    values: np.ndarray,
    method: str = "pca",
    labels: Sequence[object] = (),
    classes: Sequence[object] = (),
    *,
    most: int | None = None,
    perplexity: float = 30.0,
    seed: int = 0,
) -> Projection:
    """Put vectors into a plane.

    Args:
        values: one row a point, (N, ...): of a layer (`Subject.value`), or an embedding table; further axes
            are laid out in a row.
        method: "pca" or "t-sne".
        labels: what each point is; none, or N.
        classes: the class of each point; none, or N.
        most: points that are drawn; of more, so many are picked, evenly spread. None: 2,000, and 1,000 of
            t-SNE.
        perplexity: of t-SNE: about how many neighbours count; at most (N - 1) / 3.
        seed: of t-SNE, which begins from PCA, so that the same seed gives the same picture.

    Raises:
        ShapeError: fewer than 3 points, or another number of labels or classes than of points.
        SettingError: another method, or a value that is no finite number.

    Cost: PCA: one singular value decomposition; t-SNE, by scikit-learn: about 6 s of one core
    for 1,000 points.

    Source: pearson1901; maaten2008; wattenberg2016 for what t-SNE does not show.

    Example:
        >>> line = np.arange(12.0)[:, None] * np.array([[3.0, 4.0, 0.0]])
        >>> found = project(line)
        >>> [round(share, 6) for share in found.explained], found.dimensions
        ([1.0, 0.0], 3)
    """
    values = np.asarray(values, dtype=np.float64)
    values = values.reshape(len(values), -1)
    n = len(values)
    if n < 3 or any(len(each) not in (0, n) for each in (labels, classes)):
        raise ShapeError(
            f"project: {n} points, {len(labels)} labels, {len(classes)} classes.",
            rule="At least 3 points; labels and classes are none, or one a point.",
        )
    if method not in ("pca", "t-sne"):
        raise SettingError(f"project: method is {method!r}.", rule='It is "pca" or "t-sne".')
    if not np.isfinite(values).all():
        raise SettingError(
            f"project: {int((~np.isfinite(values)).any(axis=1).sum())} of {n} points hold inf or nan.",
            rule="A point has a place only if all its numbers are finite.",
        )
    chosen = np.unique(np.linspace(0, n - 1, min(n, most or MOST[method])).round().astype(int))
    values = values[chosen]
    points, explained = pca(values)
    if method == "t-sne":
        points, explained = _tsne(values, perplexity, seed), ()
    k = min(NEIGHBOURS, len(values) - 1)
    return Projection(
        points,
        method,
        tuple(str(labels[i]) for i in chosen) if len(labels) else (),
        tuple(str(classes[i]) for i in chosen) if len(classes) else (),
        explained,
        _kept(values, points, k),
        k / (len(values) - 1),
        values.shape[1],
        n - len(values),
    )


def pca(values: np.ndarray, axes: int = 2) -> tuple[np.ndarray, tuple[float, ...]]:
    """Return the points along the directions in which they vary most, and each one's share of the variance.

    A direction's sign means nothing; here its largest entry is positive, so that a picture does not flip.

    Args:
        values: (N, D).
        axes: how many directions.

    Example:
        >>> points, shares = pca(np.array([[0.0, 0], [2, 0], [4, 0]]))
        >>> points[:, 0].round(6).tolist(), round(shares[0], 6)
        ([-2.0, 0.0, 2.0], 1.0)
    """
    centred = values - values.mean(axis=0)
    u, s, directions = np.linalg.svd(centred, full_matrices=False)
    have = min(axes, len(s))
    largest = np.abs(directions[:have]).argmax(axis=1)
    signs = np.where(directions[np.arange(have), largest] < 0, -1.0, 1.0)
    points = np.zeros((len(values), axes))
    points[:, :have] = u[:, :have] * s[:have] * signs
    total = float((s**2).sum()) or 1.0
    shares = [float(v) / total for v in s[:have] ** 2] + [0.0] * (axes - have)
    return points, tuple(shares)


def _tsne(values: np.ndarray, perplexity: float, seed: int) -> np.ndarray:
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    if values.shape[1] < 2:  # a line has no plane to begin from
        values = np.column_stack([values, np.zeros(len(values))])
    made = TSNE(2, perplexity=min(perplexity, (len(values) - 1) / 3), init="pca", random_state=seed)
    # In one thread: the sums of several come in any order, and their last bits grow into another picture.
    with threadpool_limits(1):
        points: np.ndarray = np.asarray(made.fit_transform(values), dtype=np.float64)
    return points


def _kept(before: np.ndarray, after: np.ndarray, k: int) -> float:
    """Return the share of the k nearest in `after` that are among the k nearest in `before`, a mean."""
    near = [_nearest(each, k) for each in (before, after)]
    return float(np.mean([len(np.intersect1d(a, b)) / k for a, b in zip(*near, strict=True)]))


def _nearest(values: np.ndarray, k: int) -> np.ndarray:
    squares = (values**2).sum(axis=1)
    distances = squares[:, None] + squares[None] - 2 * values @ values.T
    np.fill_diagonal(distances, np.inf)
    return np.argpartition(distances, k - 1, axis=1)[:, :k]


def _natural(name: str) -> tuple[bool, float, str]:
    """Sort numbers as numbers, before words."""
    try:
        return False, float(name), name
    except ValueError:
        return True, 0.0, name
