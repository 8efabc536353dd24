"""Project movies: ratings foretold, films recommended, ids without leaks; on ratings made for the test."""

import numpy as np
import pytest

import rung.data
import rung.projects
from rung.projects.command import main
from rung.projects.movies import films, recipe
from rung.projects.movies.baselines import Ratings, damped_means, item_knn, means
from rung.projects.movies.rankers import ease, knn, popularity, softmax
from rung.projects.movies.ranking import Question, ask, interval, metrics, top
from rung.projects.movies.recommend import neighbours
from rung.train.leakage import leakage
from rung.train.options import OptionError
from rung.train.record import find_run
from rung.train.report import report

QUICK = ["--epochs", "12", "--dim", "4", "--lr", "0.02", "--penalty", "0.02"]


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Ratings by people of two tastes: each likes one half of the films and rates it first."""
    rng = np.random.default_rng(0)
    lines = ["user,item,time,rating"]
    for user in range(80):
        half = user % 2
        own = rng.choice(np.arange(half * 20, half * 20 + 20), 14, replace=False)
        other = rng.choice(np.arange(20 - half * 20, 40 - half * 20), 6, replace=False)
        for time, item in enumerate(rng.permutation(np.concatenate([own, other]))):
            stars = (4.5 if item in own else 2) + 0.5 * (item % 2) + rng.normal(0, 0.3)
            lines.append(f"{1000 + user},{500 + item},{1e9 + 60 * time:.0f},{np.clip(stars, 0.5, 5):.1f}")
    path = tmp_path_factory.mktemp("data") / "mine.csv"
    path.write_text("\n".join(lines) + "\n")
    return str(path) + "?answer=rating"


@pytest.fixture(scope="module")
def trained(table, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_HOME", str(tmp_path_factory.mktemp("home")))
        assert main(["movies", "--data", table, *QUICK, "--name", "quick"]) == 0
        yield find_run("quick")


def test_a_table_of_the_learners_own_is_trained_on_and_the_baselines_are_beaten(trained):
    result = trained.result
    assert result["metric"] == "RMSE"
    trivial, by_means, nearest = result["baselines"]
    assert trivial["difference"]["better"] is True
    assert nearest["value"] < min(by_means["value"], trivial["value"])
    assert result["score"]["value"] < by_means["value"]
    assert not result["leakage"]["leaked"]
    assert not result["leakage"]["near"]["rows"]
    assert not result["leakage"]["fitted_on_all"]


def test_the_findings_rank_all_films_and_tell_of_cold_starts(trained):
    ranking, liked, cold = trained.result["findings"]
    names = [row[0] for row in ranking["rows"]]
    assert names[0] == "popularity"
    assert len(names) == 5
    assert len(liked["samples"]) == 2 * 5
    assert all(0 <= float(row[1]) <= 1 for row in ranking["rows"])
    assert cold["title"] == "Cold start"
    lines = report(trained, trained.result)
    assert [line for line in lines if len(line) > 80 and str(trained.folder) not in line] == []


@pytest.mark.parametrize("words", [["--model", "neural", "--batch", "64"], ["--engine", "scratch"]])
def test_the_other_models_learn_too(table, tmp_path, monkeypatch, words):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    monkeypatch.setattr(recipe, "extras", lambda *_: [])
    assert main(["movies", "--data", table, *QUICK, *words, "--name", "other"]) == 0
    result = find_run("other").result
    assert result["baselines"][0]["difference"]["better"] is True
    assert result["backend"] == ("scratch" if "scratch" in words else "pytorch")


def test_a_dry_run_ends_well(table, tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    assert main(["movies", "--data", table, "--dry-run", "--name", "dry"]) == 0
    assert find_run("dry").result["dry_run"]


# Parting by time, ids.


def test_each_persons_last_ratings_are_for_testing_and_those_before_for_validation(table):
    data = films.load(table)
    assert sum(map(len, data.splits.values())) == len(data)
    for user in np.unique(data.x["user"])[:10]:
        times = {
            part: data.x["time"][rows][data.x["user"][rows] == user] for part, rows in data.splits.items()
        }
        assert times["train"].max() < times["validation"].min()
        assert times["validation"].max() < times["test"].min()
        assert len(times["test"]) == 2


def test_ids_are_those_of_the_training_part_and_strangers_are_0(table):
    config = recipe.Config(data=table)
    data = films.load(table)
    alone = data.splits["test"][:3]
    data.x["item"][alone] = "new"  # a film that only the test part has
    inputs = recipe.prepare(config, data)
    assert (inputs.x[1][alone] == 0).all()
    assert "new" not in inputs.about["films"]
    assert inputs.x[1].max() < inputs.about["items"] == len(inputs.about["films"])
    assert leakage(data, inputs.fitted)["fitted_on_all"] == []
    changed = data.y.copy()
    changed[data.splits["test"]] = 0
    data.y[:] = changed
    again = recipe.prepare(config, data)
    assert (again.x[1] == inputs.x[1]).all()
    assert again.about["mean"] == inputs.about["mean"]


def test_a_limit_keeps_whole_people(table):
    data, few = films.load(table), films.load(table, 200)
    people = np.unique(few.x["user"])
    assert len(few) == 200 == np.isin(data.x["user"], people).sum()
    assert sorted(np.concatenate(list(few.splits.values()))) == list(range(200))


def test_a_table_without_users_is_refused(tmp_path):
    path = tmp_path / "stars.csv"
    path.write_text("person,item,rating\n" + "".join(f"{i},{i % 7},{i % 5}\n" for i in range(40)))
    with pytest.raises(films.RatingsError, match="no column 'user'"):
        films.load(f"{path}?answer=rating")


@pytest.mark.parametrize(
    "words", [{"model": "deep"}, {"engine": "scratch", "model": "neural"}, {"lr": 0.0}, {"penalty": -2.0}]
)
def test_settings_that_make_no_sense_are_refused(words):
    with pytest.raises(OptionError):
        recipe.Config(**words)


# Baselines.


def test_damped_means_by_hand():
    train = Ratings(np.array([1, 1, 2]), np.array([1, 2, 1]), np.array([5.0, 3.0, 4.0]), 3, 3)
    fitted = means(train, damping=1.0)
    item = (1 + 0) / 3, -1 / 2  # sums of what the mean, 4, leaves, over counts + 1
    assert fitted.item[1:] == pytest.approx(item)
    assert fitted.user[1] == pytest.approx(((1 - item[0]) + (-1 - item[1])) / 3)
    assert fitted.user[0] == fitted.item[0] == 0
    asked = Ratings(np.array([0]), np.array([0]), np.array([1.0]), 3, 3)
    assert fitted(asked) == pytest.approx([4.0])


def test_item_knn_hears_like_films_and_knows_nothing_of_strangers():
    rng = np.random.default_rng(0)
    user, item = (a.ravel() + 1 for a in np.meshgrid(np.arange(40), np.arange(12), indexing="ij"))
    stars = np.where((user % 2) == (item % 2), 5.0, 1.0)
    held = rng.random(len(user)) < 0.2
    train = Ratings(user[~held], item[~held], stars[~held], 41, 13)
    test = Ratings(np.append(user[held], 3), np.append(item[held], 0), np.append(stars[held], 3), 41, 13)
    answer = item_knn(train, test, test)
    assert np.abs(answer[:-1] - stars[held]).mean() < 0.5
    assert answer[-1] == damped_means(train, test, test)[-1]


# Ranking.


def _question(rng, users=25, items=60):
    seen = rng.random((users, items)) < 0.2
    seen[:, 0] = True
    liked = [
        rng.choice(np.flatnonzero(~row), int(n), replace=False)
        for row, n in zip(seen, rng.integers(1, 15, users), strict=True)
    ]
    return Question(np.arange(users), seen, liked, np.array([len(f) for f in liked]))


def test_recall_and_ndcg_are_those_of_torchmetrics():
    retrieval = pytest.importorskip("torchmetrics.retrieval")
    import torch

    rng = np.random.default_rng(0)
    question = _question(rng)
    scores = rng.normal(size=question.seen.shape).astype(np.float32)
    recall, ndcg = metrics(top(scores, question.seen), question)
    for u in question.users:
        open_films = np.flatnonzero(~question.seen[u])
        target = torch.from_numpy(np.isin(open_films, question.liked[u]))
        given = (
            torch.from_numpy(scores[u, open_films]),
            target,
            torch.zeros(len(open_films), dtype=torch.long),
        )
        assert retrieval.RetrievalRecall(top_k=10)(*given).item() == pytest.approx(recall[u], abs=1e-6)
        assert retrieval.RetrievalNormalizedDCG(top_k=10)(*given).item() == pytest.approx(ndcg[u], abs=1e-6)


def test_ranking_by_hand():
    seen = np.zeros((2, 6), bool)
    seen[1, 5] = True
    question = ask(seen, np.array([1, 1, 1, 0]), np.array([1, 0, 2, 3]), np.array([5.0, 4.0, 2.0, 5.0]))
    assert question.users.tolist() == [1]  # user 0 is nobody
    assert question.liked[0].tolist() == [1]
    assert question.counts.tolist() == [2]  # the film without a past counts as missed
    best = top(np.array([[9, 1, 2, 0, 0, 8]]), question.seen[[1]], k=3)
    assert best.tolist() == [[2, 1, 3]]  # neither film 0 nor what was seen; of equal ones the first
    recall, ndcg = metrics(best, question)
    assert recall == pytest.approx([1 / 2])
    assert ndcg == pytest.approx([(1 / np.log2(3)) / (1 + 1 / np.log2(3))])


def test_a_user_with_few_unseen_films_gets_a_short_list():
    seen = np.array([[True, True, False, True]])
    assert top(np.array([[1, 2, 3, 4.0]]), seen, k=3).tolist() == [[2, -1, -1]]


def test_rankers_find_what_people_of_one_taste_rate():
    rng = np.random.default_rng(1)
    taste = np.arange(60) % 2
    full = (np.arange(41)[None] % 2) == taste[:, None]
    full[:, 0] = False
    seen = full & (rng.random(full.shape) < 0.6)
    question = Question(
        np.arange(60), seen | (np.arange(41) == 0),
        [np.flatnonzero(a & ~b) for a, b in zip(full, seen, strict=True)],
        (full & ~seen).sum(1),
    )  # fmt: skip
    from rung.projects.movies.rankers import factor_scores

    ndcg = {}
    for name, scores in {
        "popularity": popularity(seen),
        "knn": knn(seen, k=10),
        "ease": ease(seen, penalty=5.0),
        "softmax": factor_scores(softmax(seen, epochs=30)),
    }.items():
        each = metrics(top(scores, question.seen), question)[1]
        low, high = interval(each)
        assert low <= each.mean() <= high
        ndcg[name] = each.mean()
    assert ndcg["popularity"] < 0.75
    assert min(ndcg["knn"], ndcg["ease"], ndcg["softmax"]) > 0.95


def test_ease_by_woodbury_is_ease_by_the_book():
    x = (np.random.default_rng(0).random((7, 12)) < 0.4).astype(float)
    p = np.linalg.inv(x.T @ x + 3 * np.eye(12))
    b = -p / np.diag(p)
    np.fill_diagonal(b, 0)
    assert ease(x > 0, penalty=3.0) == pytest.approx(x @ b, abs=1e-5)


def test_neighbours_leave_out_the_film_itself_and_those_that_may_not_be_named():
    vectors = np.array([[1, 0], [1, 0.1], [1, 0], [-1, 0], [0, 1.0]])
    often = np.array([False, True, True, True, True])
    assert neighbours(1, vectors, 2, often) == [2, 4]
    assert neighbours(1, vectors, 9, often) == [2, 4, 3]
    assert neighbours(0, vectors, 1, ~often) == []  # a film that may not be named itself has neighbours


def test_films_are_found_by_part_of_their_title_and_the_most_rated_first():
    names, counts = ["", "Alien (1979)", "Aliens (1986)", "Fargo (1996)"], np.array([99, 20, 30, 40])
    assert films.find("FARGO; alien", names, counts) == [3, 2]
    assert films.find("", names, counts, most=2) == [3, 2]
    with pytest.raises(OptionError, match="--liked has 'Heat'"):
        films.find("Heat", names, counts)


# The real data.


def test_films_are_called_by_their_titles_and_those_of_one_title_told_apart(tmp_path):
    if rung.data.state("movielens-small") != "here":
        pytest.skip("movielens-small is not here")
    told = films.titles("movielens-small", np.array(["1", "838", "26958", "1", "no film"])).tolist()
    assert told == [
        "Toy Story (1995)",
        "Emma (1996) [838]",
        "Emma (1996) [26958]",
        "Toy Story (1995)",
        "no film",
    ]
    assert films.titles("mine.csv", np.array(["1"])).tolist() == ["1"]


@pytest.mark.slow
def test_the_expected_score_is_reached(tmp_path, monkeypatch):
    if rung.data.state("movielens-small") != "here":
        pytest.skip("movielens-small is not here")
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    assert main(["movies", "--name", "full"]) == 0
    result = find_run("full").result
    low, high = rung.projects.load("movies").expected["movielens-small"]
    assert low <= result["score"]["value"] <= high
    ndcg = {row[0]: float(row[2]) for row in result["findings"][0]["rows"]}
    assert ndcg["this model (dot)"] < ndcg["popularity"] < ndcg["EASE, linear"]
