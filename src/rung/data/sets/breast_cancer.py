"""Breast cancer (Wisconsin, diagnostic): 569 tumours, thirty measurements of their cell nuclei."""

from __future__ import annotations

from rung.data.dataset import Card, Dataset
from rung.data.files import Packaged, read
from rung.data.packaged import table
from rung.data.split import stratified

CARD = Card(
    title="Breast cancer Wisconsin (diagnostic)",
    about="One example is a fine-needle sample of a breast mass: ten properties of its cell nuclei, read "
    "from a digitised "
    "image, each as mean, standard error and worst value. The answer is the diagnosis.",
    task="classes",
    size="569 samples (212 malignant, 357 benign), 30 measurements",
    splits="456 to train, 113 to test, drawn once by rung, each diagnosis in proportion",
    source="W. N. Street, W. H. Wolberg, O. L. Mangasarian, University of Wisconsin, 1993; as scikit-learn "
    "carries it",
    url="https://archive.ics.uci.edu/dataset/17/breast+cancer+wisconsin+diagnostic",
    licence="CC BY 4.0 (UCI Machine Learning Repository)",
    problems=(
        "Class 0 is malignant and class 1 benign, the other way round from what most people expect of "
        "'positive'.",
        "Accuracy hides the error that matters: a missed malignant tumour. Look at recall of class 0.",
        "One hospital, about 1990, measured by hand-drawn outlines: no basis for a judgement on a patient.",
    ),
)

_MEASURED = (
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points",
    "symmetry", "fractal dimension",
)  # fmt: skip
FEATURES = (
    *(f"mean {m}" for m in _MEASURED),
    *(f"{m} error" for m in _MEASURED),
    *(f"worst {m}" for m in _MEASURED),
)

FILES = {
    "breast_cancer.csv": Packaged(
        "sklearn",
        "datasets/data/breast_cancer.csv",
        "fed3eb72d0575ef6192293f5093c6e801b1476b577d0386bf4455504522172ed",
        "scikit-learn",
    )
}


def load() -> Dataset:
    """Read it from the installed scikit-learn."""
    rows = table(read("breast-cancer", FILES, "breast_cancer.csv"), columns=31, skip=1)
    y = rows[:, 30].astype(int)
    names = ("malignant", "benign")
    return Dataset("breast-cancer", rows[:, :30].copy(), y, names, FEATURES, CARD, stratified(y), (30,))
