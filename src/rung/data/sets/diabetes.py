"""Diabetes: 442 patients, ten measurements, and how far the disease had gone a year later."""

from __future__ import annotations

from rung.data.dataset import Card, Dataset
from rung.data.files import Packaged, read
from rung.data.packaged import table
from rung.data.split import shuffled

CARD = Card(
    title="Diabetes",
    about="One example is a patient: age, sex, body mass index, mean blood pressure and six blood serum "
    "measurements. The "
    "answer is a measure of disease progression one year later (25 to 346, no unit given).",
    task="number",
    size="442 patients, 10 measurements",
    splits="354 to train, 88 to test, drawn once by rung",
    source="B. Efron, T. Hastie, I. Johnstone, R. Tibshirani, Least angle regression, 2004; as scikit-learn "
    "carries it",
    url="https://www4.stat.ncsu.edu/~boos/var.select/diabetes.html",
    licence="none stated by its publishers; distributed with scikit-learn (BSD-3-Clause)",
    problems=(
        "The values here are the raw ones; scikit-learn's loader scales them by default, so coefficients "
        "differ.",
        "sex is coded 1 and 2, and the publishers do not say which is which.",
        "Even the best linear models explain about half of the variance: a high score on it is a sign of "
        "leakage.",
    ),
)

FEATURES = (
    "age (years)", "sex (1 or 2)", "body mass index (kg/m²)", "mean blood pressure (mmHg)",
    "s1: total cholesterol",
    "s2: low-density lipoproteins", "s3: high-density lipoproteins", "s4: cholesterol / HDL",
    "s5: log of triglycerides", "s6: blood sugar",
)  # fmt: skip

FILES = {
    "diabetes_data_raw.csv.gz": Packaged(
        "sklearn",
        "datasets/data/diabetes_data_raw.csv.gz",
        "86badf50b4f9436ddd1e497dc0ae1b93166f8120221ee7dca4634fe849f3be7c",
        "scikit-learn",
    ),
    "diabetes_target.csv.gz": Packaged(
        "sklearn",
        "datasets/data/diabetes_target.csv.gz",
        "244713a551f62a291a354212d8a048adec6cb1244b2bc44e66a0698f5006d26d",
        "scikit-learn",
    ),
}


def load() -> Dataset:
    """Read it from the installed scikit-learn, unscaled."""
    x = table(read("diabetes", FILES, "diabetes_data_raw.csv.gz"), columns=10, separator=" ")
    y = table(read("diabetes", FILES, "diabetes_target.csv.gz"), columns=1)[:, 0]
    return Dataset("diabetes", x, y, (), FEATURES, CARD, shuffled(len(y)), (10,))
