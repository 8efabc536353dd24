"""MovieLens, small: 100,836 ratings of films by 610 people."""

from __future__ import annotations

from rung.data.columns import Column, columns
from rung.data.dataset import Card, Dataset
from rung.data.files import Source, read
from rung.data.ratings import ratings

CARD = Card(
    title="MovieLens, small (2018)",
    about="One example is a person, a film and a time. The answer is how many stars, from 0.5 to 5, that "
    "person gave to that film.",
    task="number",
    size="100,836 ratings of 9,724 films by 610 people, 1996 to 2018; titles and genres of 9,742 films",
    splits="by time: the last 10 % of each person's ratings to test, the others to train, for what is "
    "recommended is tomorrow's film",
    source="F. M. Harper, J. A. Konstan, The MovieLens datasets: history and context, GroupLens, 2015",
    url="https://grouplens.org/datasets/movielens/latest/",
    licence="GroupLens: research and education, not commercial; passing it on is allowed under the same "
    "terms",
    problems=(
        "People rated only what they chose to see: a missing rating is not a dislike, and the mean (3.5) "
        "flatters films.",
        "Only people with 20 ratings or more are in it; one person alone gave 2,698.",
        "GroupLens changes this set from time to time and advises against reporting results on it: this is "
        "the edition of September 2018.",
        "Three in five people gave all their ratings within a day, so the order within a session means "
        "little.",
        "A third of the films have one rating: a film of the test part may never occur in training (797 do "
        "not).",
        "Five titles belong to two films each: use the number of a film, not its title.",
    ),
)

_AT = "https://raw.githubusercontent.com/IvanAziz/QuarentenaDados/7ebf2ef2326948e9c263ff8bf7163f0b06d36c75/Dados/"
FILES = {
    "ratings.csv": Source(
        [_AT + "ml-latest-small/ratings.csv"],
        "80da8b3393dae325bbba5a31f291a6ba55d8d4f4396de3c456f2c1635b1b70e8",
    ),
    "movies.csv": Source(
        [_AT + "ml-latest-small/movies.csv"],
        "c47b783f23eb304413307e1bb05335e427737da20ec8d3c0e96335567dd5f3dc",
    ),
}
NO_GENRES = "(no genres listed)"


def load() -> Dataset:
    """Read it from the folder `movielens-small`.

    Cost: about 0.5 seconds and 4 MB.
    """
    data = read("movielens-small", FILES, "ratings.csv")
    heads = ("userId", "movieId", "rating", "timestamp")
    return ratings("movielens-small", data, "ratings.csv", heads, CARD)


def titles() -> dict[int, tuple[str, tuple[str, ...]]]:
    """Return the title, with its year, and the genres of each film by its number, which `x["item"]` holds.

    Raises:
        MissingDataError: the file is nowhere, and cannot be fetched.
    """
    wanted = (
        Column("item", "movieId", "whole"),
        Column("title", kind="text", required=True),
        Column("genres", kind="text", missing=("", NO_GENRES)),
    )
    table = columns(read("movielens-small", FILES, "movies.csv"), "movies.csv", wanted)
    return {
        int(item): (str(title), tuple(g for g in str(genres).split("|") if g))
        for item, title, genres in table
    }
