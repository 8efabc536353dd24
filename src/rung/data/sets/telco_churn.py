"""Telco churn: 7,043 customers of a telephone company; who left last month?"""

from __future__ import annotations

from rung.data.columns import Column, classes, columns, keep
from rung.data.dataset import Card, Dataset
from rung.data.files import Source, read
from rung.data.split import stratified

CARD = Card(
    title="Telco customer churn",
    about="One example is a customer of a made-up telephone company in California: what was booked, for how "
    "long, at what price. The answer is whether the customer left within the last month.",
    task="classes",
    size="7,043 customers (1,869 left), 19 columns: 4 of numbers, 15 of words",
    splits="5,634 to train, 1,409 to test, drawn once by rung, those who left in proportion",
    source="IBM sample data sets, 2018",
    url="https://github.com/IBM/telco-customer-churn-on-icp4d",
    licence="Apache-2.0 (the repository)",
    problems=(
        "The company is invented and IBM does not say how the rows came about: treat them as an exercise.",
        "total_charges is empty for the 11 customers of tenure 0, who have paid nothing yet: NaN here. It is "
        "about tenure times monthly_charges for the others.",
        "73 % stayed: accuracy flatters. Look at recall and precision of those who left, or at the area "
        "under the curve.",
        "22 customers have a twin that is equal in all but the number, so a split can put one on each side.",
        "customerID is left out: a number given by the company is no property of the customer.",
    ),
)

FILES = {
    "Telco-Customer-Churn.csv": Source(
        [
            "https://raw.githubusercontent.com/IBM/telco-customer-churn-on-icp4d/"
            "d5371f5d83a446ad5673cbcca3b814b926491f8a/data/Telco-Customer-Churn.csv"
        ],
        "16320c9c1ec72448db59aa0a26a0b95401046bef5d02fd3aeb906448e3055e91",
    )
}


def _word(name: str, head: str) -> Column:
    return Column(name, head, kind="text")


COLUMNS = (
    _word("gender", "gender"), Column("senior", "SeniorCitizen"),
    _word("partner", "Partner"),
    _word("dependents", "Dependents"), Column("tenure", "tenure"), _word("phone", "PhoneService"),
    _word("lines", "MultipleLines"), _word("internet", "InternetService"),
    _word("security", "OnlineSecurity"), _word("backup", "OnlineBackup"),
    _word("protection", "DeviceProtection"), _word("support", "TechSupport"),
    _word("television", "StreamingTV"), _word("films", "StreamingMovies"), _word("contract", "Contract"),
    _word("paperless", "PaperlessBilling"), _word("payment", "PaymentMethod"),
    Column("monthly_charges", "MonthlyCharges"), Column("total_charges", "TotalCharges"),
    Column("churn", "Churn", kind="text", required=True),
)  # fmt: skip
FEATURES = tuple(column.name for column in COLUMNS[:-1])


def load() -> Dataset:
    """Read it from the folder `telco-churn`; tenure in months, charges in dollars."""
    file = next(iter(FILES))
    table = columns(read("telco-churn", FILES, file), file, COLUMNS)
    y = classes(table["churn"], ("No", "Yes"), f"{file}, Churn")
    x, shape = keep(table, FEATURES), (len(FEATURES),)
    return Dataset("telco-churn", x, y, ("stayed", "left"), FEATURES, CARD, stratified(y), shape)
