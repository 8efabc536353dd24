"""Adult: 48,842 people of the census of 1994; does one earn more than 50,000 dollars a year?"""

from __future__ import annotations

import numpy as np

from rung.data.columns import Column, classes, columns, keep
from rung.data.dataset import Card, Dataset
from rung.data.files import Source, read

CARD = Card(
    title="Adult (census income)",
    about="One example is a person of the United States' census of 1994: age, education, work, family, "
    "origin. "
    "The answer is whether that person earned more than 50,000 dollars in the year.",
    task="classes",
    size="48,842 people (11,687 of them above 50,000 dollars), 14 columns: 6 of numbers, 8 of words",
    splits="32,561 to train, 16,281 to test, as published",
    source="R. Kohavi, B. Becker, from the Census Bureau, 1996",
    url="https://archive.ics.uci.edu/dataset/2/adult",
    licence="CC BY 4.0 (UCI Machine Learning Repository)",
    problems=(
        "Sex and race are columns, and earnings differ by both: a model learns the unfairness of 1994 and "
        "repeats it. Look at its errors by group before anything else.",
        "fnlwgt is the number of people whom a row stands for, by the census: it is no property of the "
        "person.",
        "education and education_num say the same twice.",
        "6,465 values are missing (the file's ?), of work_class, occupation and country: they are empty "
        "here.",
        "24 rows of the training part and 5 of the test part are there twice, and no row was dropped.",
        "76 % earn less: that is the accuracy of always saying no.",
    ),
)

_AT = "https://raw.githubusercontent.com/jbrownlee/Datasets/d20fcb6402ae34e653d4513b00f39257bb37ed7f/"
FILES = {
    "adult-train.csv": Source(
        [_AT + "adult-train.csv"], "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d"
    ),
    "adult-test.csv": Source(
        [_AT + "adult-test.csv"], "72567b94f5c1a6f8501377dd80f93892c3848ff071cf91ba47e00b0785a28074"
    ),
}


def _word(name: str) -> Column:
    return Column(name, kind="text", missing=("?",))


COLUMNS = (
    Column("age"), _word("work_class"), Column("fnlwgt"), _word("education"), Column("education_num"),
    _word("marital_status"), _word("occupation"), _word("relationship"), _word("race"), _word("sex"),
    Column("capital_gain"), Column("capital_loss"), Column("hours_per_week"), _word("country"),
    Column("income", kind="text", required=True),
)  # fmt: skip
FEATURES = tuple(column.name for column in COLUMNS[:-1])


def load() -> Dataset:
    """Read it from the folder `adult`; a missing word is "".

    Cost: about half a second and 17 MB.
    """
    parts = [columns(read("adult", FILES, file), file, COLUMNS, head=False) for file in FILES]
    whole = np.concatenate(parts)
    income = np.char.rstrip(whole["income"], ".")  # the test file ends each answer with a full stop
    y = classes(income, ("<=50K", ">50K"), "adult, income")
    rows = np.arange(len(y))
    splits = {"train": rows[: len(parts[0])], "test": rows[len(parts[0]) :]}
    names = ("up to 50,000 dollars", "more than 50,000 dollars")
    return Dataset("adult", keep(whole, FEATURES), y, names, FEATURES, CARD, splits, (14,))
