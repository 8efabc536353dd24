"""Iris: 150 flowers of three kinds, four lengths each."""

from __future__ import annotations

from rung.data.dataset import Card, Dataset
from rung.data.files import Packaged, read
from rung.data.packaged import table
from rung.data.split import stratified

CARD = Card(
    title="Iris",
    about="One example is a flower: the length and width of its sepals and petals in centimetres, measured "
    "by Edgar "
    "Anderson in 1935 and published by Ronald Fisher in 1936.",
    task="classes",
    size="150 flowers, 50 of each of 3 species, 4 measurements",
    splits="120 to train, 30 to test, drawn once by rung, 10 of each species held out",
    source="R. A. Fisher, The use of multiple measurements in taxonomic problems, 1936; as scikit-learn "
    "carries it",
    url="https://archive.ics.uci.edu/dataset/53/iris",
    licence="CC BY 4.0 (UCI Machine Learning Repository)",
    problems=(
        "So small that a score on 30 flowers moves by 3 points for each flower.",
        "Two flowers have equal measurements, so a split can put one on each side.",
        "The UCI copy has two wrong rows (35 and 38); this copy follows Fisher's paper.",
        "Fisher's paper appeared in the Annals of Eugenics; its figures are harmless, its journal was not.",
    ),
)

FILES = {
    "iris.csv": Packaged(
        "sklearn",
        "datasets/data/iris.csv",
        "f13ffa8fdd56fd8e6c8d16d4081a3fbd3114bcd0aae4256c43205169cd9d1449",
        "scikit-learn",
    )
}


def load() -> Dataset:
    """Read it from the installed scikit-learn."""
    rows = table(read("iris", FILES, "iris.csv"), columns=5, skip=1)
    y = rows[:, 4].astype(int)
    return Dataset(
        "iris",
        rows[:, :4].copy(),
        y,
        ("setosa", "versicolor", "virginica"),
        ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"),
        CARD,
        stratified(y),
        (4,),
    )
