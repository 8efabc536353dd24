"""The strong baselines of tables: linear models, random forest, gradient boosting, as `tuned` takes them.

Each function takes settings, training inputs, answers and other inputs, and answers these others: with
probabilities (n, classes), or with numbers (n,) where `classes` is 0.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np

from rung.data.dataset import Dataset
from rung.data.prepare import Columns
from rung.train.baseline import majority, spread
from rung.train.options import OptionError
from rung.train.tuned import Settings

Mixed = tuple[np.ndarray, np.ndarray]  # numbers (n, d) float32 and ids of strings (n, k) int64

# Small steps and few leaves learn slowly and safely; how many rounds that takes is what differs between
# data sets.
BOOSTING: tuple[Settings, ...] = tuple(
    {"rate": 0.05, "leaves": leaves, "rounds": rounds}
    for leaves in (4, 8, 31)
    for rounds in (50, 100, 200, 400)
)
LINEAR: tuple[Settings, ...] = tuple(
    {"penalty": penalty} for penalty in (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)
)
FOREST: tuple[Settings, ...] = tuple({"trees": 200, "least": least} for least in (1, 3, 10))

_MOST_CATEGORIES = 250  # scikit-learn's trees take 255 bins a column


def as_table(data: Dataset) -> Dataset:
    """Return a data set whose examples are a structured array: a matrix of numbers becomes columns by name.

    An own CSV file of numbers alone is read as a matrix; with a column of words it is structured already.

    Raises:
        OptionError: its examples are pictures, texts or objects.
    """
    if data.kind == "columns":
        return data
    if data.kind != "numbers" or data.x.ndim != 2:
        raise OptionError(
            f"the examples of {data.name} are {data.kind}", rule="A table has rows of numbers and words."
        )
    names = data.features or tuple(f"column {i + 1}" for i in range(data.x.shape[1]))
    table = np.empty(len(data), [(name, np.float64) for name in names])
    for name, column in zip(names, data.x.T, strict=True):
        table[name] = column
    return replace(data, x=table, features=names, shape=(len(names),))


def onehot(train: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Prepare rows of a table for a linear model: standardised, words as columns of 0 and 1."""
    made = Columns(indicators=True).fit(train)
    return made.onehot(train)[0], made.onehot(other)[0]


def mixed(train: np.ndarray, other: np.ndarray) -> tuple[Mixed, Mixed]:
    """Prepare rows of a table for trees: numbers, and the words as ids."""
    made = Columns(indicators=True).fit(train)
    return made.transform(train), made.transform(other)


def linear(settings: Settings, x: np.ndarray, y: np.ndarray, other: np.ndarray, classes: int) -> np.ndarray:
    """Fit logistic regression, or ridge regression where `classes` is 0, with this "penalty" on the weights.

    Source: hoerl1970, for ridge.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression, Ridge

    if not classes:
        return np.asarray(Ridge(alpha=settings["penalty"]).fit(x, y).predict(other))
    if len(np.unique(y)) < 2:
        return majority(y, len(other), classes)
    model = LogisticRegression(C=1 / settings["penalty"], max_iter=300)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x, y)
    return spread(model.predict_proba(other), model.classes_, classes)


def forest(settings: Settings, x: Mixed, y: np.ndarray, other: Mixed, classes: int) -> np.ndarray:
    """Fit a random forest of so many "trees", whose leaves hold "least" rows or more.

    Source: breiman2001.
    """
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    chosen = {"n_estimators": settings["trees"], "min_samples_leaf": settings["least"], "random_state": 0}
    if not classes:
        return np.asarray(RandomForestRegressor(**chosen).fit(joined(x), y).predict(joined(other)))
    model = RandomForestClassifier(**chosen).fit(joined(x), y)
    return spread(model.predict_proba(joined(other)), model.classes_, classes)


def booster() -> str:
    """Return the name of the gradient boosting at hand: LightGBM, or else scikit-learn's."""
    try:
        import lightgbm  # noqa: F401
    except (ImportError, OSError):  # not installed, or without the OpenMP library that it needs
        return "HistGradientBoosting"
    return "LightGBM"


def boosting(settings: Settings, x: Mixed, y: np.ndarray, other: Mixed, classes: int) -> np.ndarray:
    """Fit the gradient boosting at hand: "rounds" trees of so many "leaves", each moving by "rate".

    With "columns", a share of all, each tree of LightGBM, or split of scikit-learn, is shown only so many,
    drawn anew: trees that cannot all lean on the same column learn from the others too.

    Source: ke2017, for LightGBM.
    """
    learn = _lightgbm if booster() == "LightGBM" else hist_boosting
    return learn(settings, x, y, other, classes)


def _lightgbm(settings: Settings, x: Mixed, y: np.ndarray, other: Mixed, classes: int) -> np.ndarray:
    import lightgbm

    if classes and len(np.unique(y)) < 2:
        return majority(y, len(other[0]), classes)
    chosen: dict[str, Any] = {
        "objective": "regression" if not classes else "binary" if classes == 2 else "multiclass",
        "learning_rate": settings["rate"],
        "num_leaves": settings["leaves"],
        "feature_fraction": settings.get("columns", 1.0),
        "seed": 0,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1 if len(y) < 10_000 else 0,  # threads cost more than they give on a small table
        "verbose": -1,
    }
    if classes > 2:
        chosen["num_class"] = classes
    table = lightgbm.Dataset(
        joined(x), y, categorical_feature=_words(x), params={"verbose": -1}, free_raw_data=True
    )
    answers = np.asarray(lightgbm.train(chosen, table, settings["rounds"]).predict(joined(other)))
    return np.stack([1 - answers, answers], axis=1) if classes == 2 else answers


def hist_boosting(settings: Settings, x: Mixed, y: np.ndarray, other: Mixed, classes: int) -> np.ndarray:
    """Fit scikit-learn's histogram gradient boosting, with the settings of `boosting`."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    if classes and len(np.unique(y)) < 2:
        return majority(y, len(other[0]), classes)
    chosen = {
        "learning_rate": settings["rate"],
        "max_iter": settings["rounds"],
        "max_leaf_nodes": settings["leaves"],
        "max_features": settings.get("columns", 1.0),
        "categorical_features": [j for j in _words(x) if joined(x)[:, j].max() < _MOST_CATEGORIES] or None,
        "early_stopping": False,
        "random_state": 0,
    }
    if not classes:
        return np.asarray(HistGradientBoostingRegressor(**chosen).fit(joined(x), y).predict(joined(other)))
    model = HistGradientBoostingClassifier(**chosen).fit(joined(x), y)
    return spread(model.predict_proba(joined(other)), model.classes_, classes)


def joined(x: Mixed) -> np.ndarray:
    """Return one matrix (n, d + k): the numbers, then the ids."""
    return np.concatenate(x, axis=1, dtype=np.float64)


def _words(x: Mixed) -> list[int]:
    """Return which columns of the joined matrix hold ids."""
    numbers, ids = x
    return list(range(numbers.shape[1], numbers.shape[1] + ids.shape[1]))
