"""Titanic: 891 passengers; who survived?"""

from __future__ import annotations

from rung.data.columns import Column, classes, columns, keep
from rung.data.dataset import Card, Dataset
from rung.data.files import Source, read
from rung.data.split import stratified

CARD = Card(
    title="Titanic",
    about="One example is a passenger of the Titanic, which sank on 15 April 1912: class, name, sex, age, "
    "family "
    "on board, ticket, fare, cabin, port. The answer is whether that passenger survived.",
    task="classes",
    size="891 passengers (342 survived), 10 columns: 5 of numbers, 5 of words",
    splits="713 to train, 178 to test, drawn once by rung, survivors in proportion",
    source="Encyclopedia Titanica, as Kaggle's training part has it; the copy of seaborn's data",
    url="https://github.com/mwaskom/seaborn-data",
    licence="none stated (historical facts)",
    problems=(
        "seaborn's better-known table also has `alive`, which is the answer in words: with it every model is "
        "perfect. Its `class`, `who`, `adult_male`, `alone`, `deck` and `embark_town` only repeat or "
        "summarise "
        "other columns. rung reads the raw table, which has none of them.",
        "Age is missing for 177 passengers, cabin for 687, port for 2. A cabin is known of 40 % of the "
        "survivors and 12 % of the dead: that it is missing tells part of the answer.",
        "Families share a ticket and often a fate, and a random split puts them on both sides.",
        "ticket, name and cabin are nearly a passenger's own number: use what is in them (title, deck), not "
        "them.",
        "891 of about 1,317 passengers, none of the crew; a score on 178 moves by half a point for each.",
    ),
)

FILES = {
    "titanic_raw.csv": Source(
        [
            "https://raw.githubusercontent.com/mwaskom/seaborn-data/"
            "71e2436a092d714350de0fc409ca8a8714e7e78f/raw/titanic.csv"
        ],
        "04e495fcfcf0d1159f4c0a1727bfd3a06370632ae7def0a9407eefdd9ea387eb",
    )
}

COLUMNS = (
    Column("survived", kind="text", required=True),
    Column("pclass"),
    Column("name", kind="text"),
    Column("sex", kind="text"),
    Column("age"),
    Column("sibsp"),
    Column("parch"),
    Column("ticket", kind="text"),
    Column("fare"),
    Column("cabin", kind="text"),
    Column("embarked", kind="text"),
)
FEATURES = tuple(column.name for column in COLUMNS[1:])


def load() -> Dataset:
    """Read it from the folder `titanic`: age in years, fare in pounds, sibsp and parch in people.

    sibsp counts siblings and spouses on board, parch parents and children.
    """
    table = columns(read("titanic", FILES, "titanic_raw.csv"), "titanic_raw.csv", COLUMNS)
    y = classes(table["survived"], ("0", "1"), "titanic_raw.csv, survived")
    x, shape = keep(table, FEATURES), (len(FEATURES),)
    return Dataset("titanic", x, y, ("died", "survived"), FEATURES, CARD, stratified(y), shape)
