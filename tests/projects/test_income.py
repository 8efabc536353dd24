"""Project income: trained on a slice; where the words lie, and for whom it is wrong."""

import json
import sys

import numpy as np
import pytest

import rung.data
import rung.projects
from rung.data.preparation import PrepareError
from rung.projects.command import main
from rung.projects.income import recipe
from rung.projects.income.binned import BinnedColumns
from rung.projects.income.embeddings import Words, learned, main_directions
from rung.projects.income.slices import groups, share, slices_finding
from rung.train.leakage import leakage
from rung.train.options import OptionError
from rung.train.record import find_run


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A training on a slice, if the data can be had."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_HOME", str(tmp_path_factory.mktemp("home")))
        if rung.data.state("adult") != "here":
            pytest.skip("adult is not here")
        import torch

        torch.set_num_threads(1)
        patch.setattr(recipe, "BOOSTING", ({"rate": 0.1, "leaves": 8, "rounds": 30},))
        patch.setattr(recipe.tabular, "FOREST", ({"trees": 20, "least": 3},))
        words = ["--epochs", "4", "--batch", "64", "--data-limit", "2000", "--name", "quick"]
        assert main(["income", *words]) == 0
        yield find_run("quick")


def test_a_slice_is_enough_to_beat_the_trivial_baseline(trained):
    result = trained.result
    assert result["score"]["value"] > 0.8
    trivial, *strong = result["baselines"]
    assert trivial["value"] == 0.5
    assert trivial["difference"]["better"] is True
    assert [b["name"] for b in strong][:2] == ["random forest, tuned", "HistGradientBoosting, tuned"]
    assert all(b["value"] > 0.8 for b in strong)
    assert not result["leakage"].get("fitted_on_all")


def test_it_shows_words_and_groups(trained):
    words, slices = trained.result["findings"]
    assert (trained.folder / words["picture"]).is_file()
    assert {row[0] for row in words["rows"]} >= {"education", "occupation", "sex"}
    told = [row[0] for row in slices["rows"]]
    assert told[0] == "everybody"
    assert {"Male", "Female", "White", "Black"} <= set(told)


def test_the_report_fits_80_columns(trained):
    from rung.train.report import report

    lines = report(trained, trained.result)
    assert [line for line in lines if len(line) > 80 and str(trained.folder) not in line] == []


def test_a_dry_run_ends_well(trained):
    assert main(["income", "--dry-run", "--name", "dry"]) == 0
    assert find_run("dry").result["dry_run"]


def test_an_own_table_trains_to_the_end(trained, tmp_path):
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=90)
    rows = [
        f"{a:.2f},{w},{'yes' if a > 0 else 'no'}" for a, w in zip(numbers, ["x", "y", ""] * 30, strict=True)
    ]
    path = tmp_path / "mine.csv"
    path.write_text("age,word,what\n" + "\n".join(rows))
    words = ["--data", str(path), "--groups", "word,age", "--epochs", "1", "--name", "own"]
    assert main(["income", *words]) == 0
    assert find_run("own").result["findings"][0]["rows"][1][0] == "word"


def test_without_lightgbm_nothing_is_fitted_twice(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    names = [b.name for b in recipe.baselines(recipe.Config(), people(), None)]
    assert names[1:] == ["random forest, tuned", "HistGradientBoosting, tuned"]


def people(n=80):
    """Return a made-up table with the columns of which the recipe knows something."""
    rng = np.random.default_rng(0)
    kinds = [("age", "f8"), ("fnlwgt", "f8"), ("education_num", "f8"), ("capital_gain", "f8"), ("job", "U5")]
    x = np.zeros(n, kinds)
    x["age"], x["job"] = np.arange(n), rng.choice(["cook", "smith", ""], n)
    x["education_num"] = rng.integers(1, 17, n)
    x["capital_gain"] = rng.choice([0, 99_999], n)
    y = (x["job"] == "cook").astype(int)
    splits = {"train": np.arange(50), "validation": np.arange(50, 60), "test": np.arange(60, n)}
    names = tuple(x.dtype.names)
    return rung.data.Dataset(
        "people", x, y, ("no", "yes"), names, rung.data.card("moons"), splits, (len(names),)
    )


def test_the_network_is_shown_each_thing_once_and_the_long_tail_by_its_logarithm():
    data = people()
    inputs = recipe.prepare(recipe.Config(bins=4), data)
    columns = inputs.fitted[0].columns
    assert columns.numbers == ["age", "capital_gain"]
    assert set(inputs.about["words"][0]) == {"cook", "smith", ""}
    gain = inputs.x[0][:, 1]
    scaled = np.log1p(data.x["capital_gain"])
    train = scaled[data.splits["train"]]
    np.testing.assert_allclose(gain, (scaled - train.mean()) / train.std(), rtol=1e-5)
    assert data.x["capital_gain"].max() == 99_999  # the data set itself is as it was
    assert recipe.without(data, recipe.LEFT_OUT).features == ("age", "education_num", "capital_gain", "job")
    assert recipe.without(data, ("height",)) is data


def test_bins_are_cut_on_training_rows_and_come_back_from_their_state():
    data = people()
    train = data.split("train")[0]
    made = BinnedColumns(4, recipe.LEFT_OUT, recipe.LONG_TAILED).fit(train)
    assert made.binned == ["age bin", "education_num bin", "capital_gain bin"]  # fnlwgt is left out
    assert made.edges["age"].tolist() == [0, 12.25, 24.5, 36.75]
    table = data.x.copy()
    table["age"][:3] = [np.nan, -5, 1e6]  # a gap, and what lies outside
    numbers, ids = made.transform(table)
    words = made.columns.categories.values[made.columns.strings.index("age bin")]
    assert set(words) == {"1", "2", "3", "4"}
    assert ids[:2, 1].tolist() == [0, 0]  # never seen
    assert words[ids[2, 1] - 1] == "4"
    again = BinnedColumns.from_state(json.loads(json.dumps(made.state()))).transform(table)
    np.testing.assert_array_equal(again[0], numbers)
    np.testing.assert_array_equal(again[1], ids)
    assert BinnedColumns(0).fit(train).binned == []


def test_of_a_column_that_is_mostly_0_the_rest_is_cut_and_0_is_a_bin():
    x = np.zeros(100, [("gain", "f8")])
    x["gain"][60:] = np.arange(1, 41)
    made = BinnedColumns(4).fit(x)
    assert made.edges["gain"].tolist() == [1, 10.75, 20.5, 30.25]
    assert np.bincount(made.transform(x)[1][:, 0]).tolist() == [0, 60, 10, 10, 10, 10]


def test_a_table_without_a_column_is_refused_and_a_name_is_not_taken_twice():
    data = people()
    made = BinnedColumns(4).fit(data.x)
    with pytest.raises(PrepareError, match="without age, age bin"):
        made.transform(recipe.without(data, ("age",)).x)
    x = np.zeros(9, [("age", "f8"), ("age bin", "U3")])
    assert BinnedColumns(4).fit(x).binned == []


def test_a_preparation_that_saw_test_rows_is_found_out():
    data = people()
    honest, cheat = BinnedColumns(4).fit(data.split("train")[0]), BinnedColumns(4).fit(data.x)
    assert leakage(data, [honest])["fitted_on_all"] == []
    assert leakage(data, [cheat])["fitted_on_all"][0]["what"] == "BinnedColumns"


def test_what_cannot_be_answered_is_refused():
    with pytest.raises(OptionError, match="iris has 3 classes"):
        recipe.load(recipe.Config(data="iris"), None)
    with pytest.raises(OptionError, match="--groups has height"):
        recipe.load(recipe.Config(data="moons", groups="height"), None)
    with pytest.raises(OptionError, match="--bins is 1"):
        recipe.Config(bins=1)


def test_a_table_of_numbers_alone_trains_to_the_end(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    for bins, findings in (("8", 1), ("0", 0)):
        words = ["--data", "moons", "--bins", bins, "--epochs", "1", "--data-limit", "300", "--name", bins]
        assert main(["income", *words]) == 0
        assert len(find_run(bins).result["findings"]) == findings


# Where the words lie.


def test_the_main_directions_keep_what_lies_in_a_plane():
    rng = np.random.default_rng(0)
    flat = rng.normal(size=(20, 2)) @ rng.normal(size=(2, 6))
    places, kept = main_directions(flat, np.ones(20))
    assert kept == pytest.approx(1)
    apart = np.linalg.norm(flat[:, None] - flat[None], axis=2)
    np.testing.assert_allclose(np.linalg.norm(places[:, None] - places[None], axis=2), apart, atol=1e-9)
    assert main_directions(rng.normal(size=(5, 1)), np.ones(5))[0].shape == (5, 2)
    assert main_directions(np.zeros((3, 4)), np.ones(3))[1] == 1.0


def test_a_rare_word_does_not_turn_the_directions():
    vectors = np.array([[0.0, 0], [1, 0], [2, 0], [0, 9]])
    places, _ = main_directions(vectors, np.array([500, 500, 500, 1e-6]))
    assert np.ptp(np.abs(places[:3, 1])) < 1e-3
    assert sorted(places[:3, 0]) in (list(places[:3, 0]), list(places[2::-1, 0]))


def test_words_are_counted_in_the_training_rows_alone():
    data = people()
    inputs = recipe.prepare(recipe.Config(), data)
    vectors = [np.random.default_rng(0).normal(size=(size, 2)) for size in inputs.about["sizes"]]
    job = next(w for w in learned(vectors, inputs) if w.column == "job")
    train = data.x["job"][:50]
    assert job.counts.tolist() == [int((train == word).sum()) for word in job.words]
    assert dict(zip(job.words, job.shares, strict=True)) == {"cook": 1.0, "smith": 0.0, "": 0.0}


def test_order_says_how_far_the_first_direction_sorts_the_words():
    shares = np.array([0.1, 0.2, 0.4, 0.8])
    along = np.stack([-shares, np.zeros(4)], axis=1)
    assert Words("c", list("abcd"), along, 1.0, np.ones(4), shares).order == pytest.approx(1)
    assert Words("c", list("ab"), along[:2], 1.0, np.ones(2), shares[:2]).order is None


# For whom it is wrong.


def test_groups_part_everybody_once():
    x = people().x
    for column in ("age", "job"):
        masks = [mask for _, mask in groups(x, column)]
        assert np.sum(masks, axis=0).tolist() == [1] * len(x)
    assert "job missing" in [name for name, _ in groups(x, "job")]
    assert next(name for name, _ in groups(x, "age")) == "age 0 to below 19.75"


def test_a_table_of_slices_counts_by_hand():
    x = np.zeros(100, [("who", "U1")])
    x["who"] = ["a"] * 60 + ["b"] * 40
    truth = np.array([1] * 30 + [0] * 30 + [1] * 5 + [0] * 35)
    answers = np.array([1] * 24 + [0] * 6 + [0] * 30 + [0] * 5 + [1] * 7 + [0] * 28)
    rows = slices_finding(x, truth, answers, ["who"], "tall").rows
    assert rows[1] == ("a", 60, "50%", "90%", share(6, 30), share(0, 30))
    assert rows[2] == ("b", 40, "12%", "70%", "-", share(7, 35))
    assert share(6, 30).startswith("20% (")


def test_the_folder_says_what_it_is():
    assert rung.projects.load("income").data == ("adult",)


@pytest.mark.slow
def test_the_expected_score_is_reached(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    monkeypatch.setattr(recipe, "BOOSTING", recipe.BOOSTING[:1])
    monkeypatch.setattr(recipe.tabular, "FOREST", ({"trees": 20, "least": 10},))
    assert main(["income", "--name", "full"]) == 0
    low, high = rung.projects.load("income").expected["adult"]
    assert low <= find_run("full").result["score"]["value"] <= high
