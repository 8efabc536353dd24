"""Wine: 178 wines from three growers, thirteen chemical measurements each."""

from __future__ import annotations

from rung.data.dataset import Card, Dataset
from rung.data.files import Packaged, read
from rung.data.packaged import table
from rung.data.split import stratified

CARD = Card(
    title="Wine",
    about="One example is a wine from one region of Italy: thirteen results of its chemical analysis. The "
    "answer is which "
    "of three growers made it.",
    task="classes",
    size="178 wines of 3 growers (59, 71, 48), 13 measurements",
    splits="142 to train, 36 to test, drawn once by rung, each grower in proportion",
    source="M. Forina and others, Institute of Pharmaceutical and Food Analysis, Genoa, 1991; as "
    "scikit-learn carries it",
    url="https://archive.ics.uci.edu/dataset/109/wine",
    licence="CC BY 4.0 (UCI Machine Learning Repository)",
    problems=(
        "The columns are in very different units (proline in the hundreds, hue near 1): scale them before "
        "measuring distances.",
        "Easily separated: a linear model reaches about 98 %, so it shows little about a stronger one.",
        "It is not the wine-quality data set, which has other columns and grades.",
    ),
)

FEATURES = (
    "alcohol", "malic acid", "ash", "alcalinity of ash", "magnesium", "total phenols", "flavanoids",
    "nonflavanoid phenols", "proanthocyanins", "color intensity",
    "hue", "od280/od315 of diluted wines", "proline",
)  # fmt: skip

FILES = {
    "wine_data.csv": Packaged(
        "sklearn",
        "datasets/data/wine_data.csv",
        "10e8a802908b34f86e5da8ce962f3c806694bc98450a18f61851af59f324bede",
        "scikit-learn",
    )
}


def load() -> Dataset:
    """Read it from the installed scikit-learn."""
    rows = table(read("wine", FILES, "wine_data.csv"), columns=14, skip=1)
    y = rows[:, 13].astype(int)
    names = ("grower 0", "grower 1", "grower 2")
    return Dataset("wine", rows[:, :13].copy(), y, names, FEATURES, CARD, stratified(y), (13,))
