"""Graduate admission: 500 applicants, and how likely each thought an admission to be."""

from __future__ import annotations

from rung.data.columns import Column, columns, keep
from rung.data.dataset import Card, Dataset
from rung.data.files import Source, read
from rung.data.split import shuffled

CARD = Card(
    title="Graduate admission",
    about="One example is an applicant from India to a master's degree: two test scores, the grade, marks "
    "for "
    "the letters and for the university, research or not. The answer is the chance of admission, from 0 to "
    "1, "
    "as the applicants themselves put it.",
    task="number",
    size="500 applicants, 7 columns of numbers; answers from 0.34 to 0.97",
    splits="400 to train, 100 to test, drawn once by rung",
    source="M. S. Acharya, A. Armaan, A. S. Antony, A comparison of regression models for prediction of "
    "graduate "
    "admissions, 2019; version 1.1",
    url="https://www.kaggle.com/datasets/mohansacharya/graduate-admissions",
    licence="CC0, as published on Kaggle",
    problems=(
        "The answer is what applicants believed, asked before the decision: nobody counted admissions.",
        "Test scores and the grade rise together (the applicants are much alike), so the weights of a linear "
        "model say little about which of them matters.",
        "The serial number is left out: it is the order of asking, and helps a tree to guess.",
        "This copy has holes: gre is 0 in 20 rows, which no test gives, and university_rating is empty in 2. "
        "They are NaN here; the table on Kaggle has no such holes.",
        "100 test rows: a mean error moves by some percent with the split.",
    ),
)

FILES = {
    "Admission_Predict_Ver1.1.csv": Source(
        [
            "https://raw.githubusercontent.com/viper451/Graduate-Admission-Analyst/"
            "cf726275b0294bd7abb0eb606398207d86c53cfc/Admission_Predict_Ver1.1.csv"
        ],
        "2584be66cb2e075f23ac3695331fbc2d15de2d748c3d88f0bf8789cef761b1e1",
    )
}

# two of the file's names end in a blank, which the reader takes away
COLUMNS = (
    Column("gre", "GRE Score", missing=("", "0")),  # the scale begins at 260
    Column("toefl", "TOEFL Score"),
    Column("university_rating", "University Rating"),
    Column("statement", "SOP"),
    Column("letters", "LOR"),
    Column("grade", "CGPA"),
    Column("research", "Research"),
    Column("chance", "Chance of Admit", required=True),
)
FEATURES = tuple(column.name for column in COLUMNS[:-1])


def load() -> Dataset:
    """Read it from the folder `graduate-admission`."""
    file = next(iter(FILES))
    table = columns(read("graduate-admission", FILES, file), file, COLUMNS)
    y = table["chance"].copy()
    return Dataset(
        "graduate-admission", keep(table, FEATURES), y, (), FEATURES, CARD, shuffled(len(y)), (len(FEATURES),)
    )
