"""MovieLens 100k: 100,000 ratings of films by 943 people, the edition of 1998."""

from __future__ import annotations

from rung.data.dataset import Card, Dataset
from rung.data.errors import TableError
from rung.data.files import Packaged, read
from rung.data.ratings import ratings

CARD = Card(
    title="MovieLens 100k (1998)",
    about="One example is a person, a film and a time. The answer is how many stars, from 1 to 5, that "
    "person gave to that film.",
    task="number",
    size="100,000 ratings of 1,682 films by 943 people, September 1997 to April 1998",
    splits="by time: the last 10 % of each person's ratings to test, the others to train, for what is "
    "recommended is tomorrow's film",
    source="F. M. Harper, J. A. Konstan, The MovieLens datasets: history and context, GroupLens, 2015; as "
    "RecBole carries it",
    url="https://grouplens.org/datasets/movielens/100k/",
    licence="GroupLens: research, not commercial, no passing on without permission",
    problems=(
        "Two in three people gave all their ratings within a day: the times say little about taste over "
        "time.",
        "Published scores are often on a random split (u1 to u5), which looks into the future: they are "
        "lower and not comparable.",
        "People rated only what they chose to see: a missing rating is not a dislike.",
        "18 films are there under two numbers each, so a person may have rated one twice.",
    ),
)

_FOLDER = "dataset_example/ml-100k/"
_INSTALL = "--no-deps recbole==1.2.1"
FILES = {
    "ml-100k.inter": Packaged(
        "recbole",
        _FOLDER + "ml-100k.inter",
        "4edb74e2a81178c2ba9ff381495f754f996c4aea351b1272ca36b43da0935eff",
        _INSTALL,
    ),
    "ml-100k.item": Packaged(
        "recbole",
        _FOLDER + "ml-100k.item",
        "51d7cdf777ce5c0f5b32c1d947a4a81fe07d75e78abbe761e0cd4d0756064532",
        _INSTALL,
    ),
}


def load() -> Dataset:
    """Read it from the installed recbole, which is not imported.

    Cost: about 0.5 seconds and 4 MB.
    """
    data = read("movielens-100k", FILES, "ml-100k.inter")
    heads = ("user_id:token", "item_id:token", "rating:float", "timestamp:float")
    return ratings("movielens-100k", data, "ml-100k.inter", heads, CARD, separator="\t")


def titles() -> dict[int, tuple[str, tuple[str, ...]]]:
    """Return the title, with its year, and the genres of each film by its number, which `x["item"]` holds.

    Raises:
        MissingDataError: recbole is not installed.
        TableError: a line has no number, title, year and genres.
    """
    lines = read("movielens-100k", FILES, "ml-100k.item").decode("utf-8").splitlines()
    found = {}
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")  # a title may hold a quotation mark, which quotes nothing
        if len(cells) != 4:
            raise TableError(f"ml-100k.item, line {number}: {len(cells)} values in place of 4")
        item, title, year, genres = cells
        found[int(item)] = (f"{title} ({year})" if year else title, tuple(genres.split()))
    return found
